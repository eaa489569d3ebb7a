import ArgumentParser
import Datasets
import Layers
import Notation
import Runtime
import Tensors
import Weights

/// `workbench bench SPEC`: times steps and whole sequences with random weights and input.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time the steps and the layer-wise run of a stack.")

  @Argument(help: "The layer config: .textproto, .json or .binpb.")
  var spec: String

  @Option(help: "Channel extents of the input, such as 80; '' for none.")
  var channels: String

  @Option(help: "The dtype of the input.")
  var dtype = "float32"

  @Option(help: "Rows.")
  var batch = 1

  @Option(help: "Timesteps of the layer-wise run; steps are timed after as many.")
  var time = 1000

  @Option(help: "Blocks a step.")
  var blocksPerStep = 1

  @Option(help: "Threads.")
  var threads = 1

  @Option(help: "Seconds to time each kind of run.")
  var seconds = 2.0

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    do {
      let document = try measure()
      print(document.text(indented: true))
    } catch let error as Failure { throw error } catch { throw Failure("\(error)") }
  }

  private func measure() throws -> JSONValue {
    let notation = LayerNotation()
    let layer = try notation.registry.makeLayer(try SpecFile(path: spec).read(notation).spec)
    let shape = channels.split(separator: ",").map { Int($0) ?? 0 }
    guard shape.allSatisfy({ $0 > 0 }), batch > 0, time > 0, blocksPerStep > 0,
      let dtype = DType(name: dtype)
    else { throw Failure("--channels \(channels): expected extents such as 80 or 4,3") }
    let signal: SyntheticSignal = dtype.isFloating ? .noise(seed: 1) : .ids(count: 8, seed: 1)
    let made = try signal.batch(
      lengths: Array(repeating: time, count: batch), channelShape: shape)
    let x = try SequenceTensor(values: made.values.converted(to: dtype))
    let model = try Model(layer, input: x.channelSpec, seed: 1, time: time)
    let clock = ContinuousClock()
    let planned = try clock.measure { _ = try model.layer(x) }
    let layerTimes = try Samples.take(seconds: seconds) { _ = try model.layer(x) }
    var members: [JSONValue.Member] = [
      .init("spec", .string(spec)), .init("batch", .integer(batch)), .init("time", .integer(time)),
      .init("block_size", .integer(layer.blockSize)),
      .init("blocks_per_step", .integer(blocksPerStep)), .init("threads", .integer(threads)),
      .init("cache_fill", .integer(time)),
    ]
    members += try steps(model, x)
    members += [
      .init("layer", layerTimes.json(unit: "ms", scale: 1e3)),
      .init("first_layer_ms", .number(planned / .milliseconds(1))),
      .init("peak_rss_mb", .number(ProcessMemory.peakMegabytes)),
      .init("parameters", .integer(model.parameterCount)),
    ]
    return .object(members)
  }

  private func steps(_ model: Model, _ x: SequenceTensor) throws -> [JSONValue.Member] {
    guard model.layer.supportsStep else {
      return [.init("step", .null), .init("why", .string(model.layer.stepObstacle ?? ""))]
    }
    let width = model.layer.blockSize * blocksPerStep
    let stream = try model.makeStream(batch: batch)
    let timer = try StepTimer(stream, block: x.timesteps(0..<width))
    for _ in 0..<max(1, time / width) { timer.step() }
    return [
      .init("step", Samples.take(seconds: seconds) { timer.step() }.json(unit: "us", scale: 1e6))
    ]
  }
}

/// Durations of one kind of run.
private struct Samples {
  private var seconds: [Double] = []

  static func take(seconds: Double, _ body: () throws -> Void) rethrows -> Samples {
    let clock = ContinuousClock()
    var samples = Samples()
    let start = clock.now
    repeat {
      let begin = clock.now
      try body()
      samples.seconds.append((clock.now - begin) / .seconds(1))
    } while (clock.now - start) / .seconds(1) < seconds
    samples.seconds.sort()
    return samples
  }

  private func share(_ part: Double) -> Double {
    seconds[min(seconds.count - 1, Int(part * Double(seconds.count)))]
  }

  func json(unit: String, scale: Double) -> JSONValue {
    .object([
      .init("\(unit)_median", .number(share(0.5) * scale)),
      .init("\(unit)_p10", .number(share(0.1) * scale)),
      .init("\(unit)_p99", .number(share(0.99) * scale)),
      .init("count", .integer(seconds.count)),
    ])
  }
}

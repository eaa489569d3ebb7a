import ArgumentParser
import Diagnostics
import Execution
import Layers
import Notation
import ONNX
import Runtime
import Tensors

/// `workbench plan SPEC`: the schedule of the executor in text.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Print how the executor runs a stack: its schedule, pass by pass.",
    discussion: """
      A schedule is a list of operations on buffers, each of which becomes one kernel. Without --step \
      or --layer it is that of a step, or of a whole sequence where the stack cannot step. --list names \
      the passes that make it, and what each is for.
      """)

  @Argument(help: "The layer config: .textproto, .json, .binpb or .swift, or a session.")
  var spec: String?

  @Option(help: "Channel extents of the input, such as 80 or 4,3; '' for none.")
  var channels: String?

  @Option(help: "The dtype of the input.")
  var dtype = "float32"

  @Option(help: "Rows.")
  var batch = 1

  @Flag(help: "Of a step.")
  var step = false

  @Flag(help: "Of a whole sequence.")
  var layer = false

  @Option(help: "Blocks a step.")
  var blocks = 1

  @Option(help: "Timesteps of a whole sequence.")
  var time = 100

  @Option(help: "Stop behind this pass.")
  var pass: String?

  @Flag(help: "Stop before the pass that --pass names.")
  var before = false

  @Flag(help: "List the passes.")
  var list = false

  func validate() throws {
    if list { return }
    guard let spec else { throw ValidationError("Missing expected argument '<spec>'") }
    guard channels != nil || SpecFile(path: spec).isModel else {
      throw ValidationError("Missing expected argument '--channels <channels>'")
    }
    if step && layer { throw ValidationError("--step and --layer: expected one of them") }
    if before && pass == nil { throw ValidationError("--before: expected --pass NAME too") }
  }

  func run() throws {
    guard !list else { return listPasses() }
    let last = try lastPass()
    let notation = LayerNotation(registry: .withModels)
    let spec = try SpecFile(path: self.spec ?? "").read(notation).spec
    let trace = try self.trace(try notation.registry.makeLayer(spec))
    print(trace.scheduleText(upTo: last), terminator: "")
  }

  private func listPasses() {
    for pass in PassPipeline.descriptions {
      print(pass.name)
      print("  needs       \(pass.needs)")
      print("  does        \(pass.does)")
      print("  guarantees  \(pass.guarantees)")
    }
  }

  /// The pass to stop behind; nil for the last.
  private func lastPass() throws -> String? {
    guard let pass else { return nil }
    let names = PassPipeline.descriptions.map(\.name)
    guard let index = names.firstIndex(of: pass) else {
      let hint = NearestName.of(pass, among: names).map { "; did you mean \($0)?" } ?? ""
      throw Failure(
        "--pass \(pass): expected one of \(names.joined(separator: ", "))\(hint)")
    }
    guard before else { return pass }
    guard index > 0 else {
      throw Failure("--before --pass \(pass): there is no schedule before the first pass")
    }
    return names[index - 1]
  }

  private func trace(_ layer: any SequenceLayer) throws -> LayerTrace {
    let channels = channels ?? ModelInput.channels(of: layer) ?? ""
    let shape = channels.split(separator: ",").map { Int($0) ?? 0 }
    guard shape.allSatisfy({ (1...1 << 21).contains($0) }), let dtype = DType(name: dtype) else {
      throw Failure(
        "--channels \(channels) --dtype \(self.dtype): expected extents such as 80 or 4,3, and a dtype"
      )
    }
    for (option, number) in [("batch", batch), ("time", time), ("blocks", blocks)] {
      guard (1...1 << 21).contains(number) else {
        throw Failure("--\(option) \(number): expected a number from 1 to \(1 << 21)")
      }
    }
    let isStep = step || (!self.layer && layer.stepObstacle == nil)
    let request = TraceRequest(
      batch: batch, time: isStep ? layer.blockSize * blocks : time,
      input: ChannelSpec(shape, dtype))
    let tracer = LayerTracer(layer)
    return try isStep ? tracer.step(request) : tracer.layer(request)
  }
}

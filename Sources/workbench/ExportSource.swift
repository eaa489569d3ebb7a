import Datasets
import Export
import Layers
import Notation
import ONNX
import Runtime
import Sessions
import Tensors
import Weights

/// Makes the model that `workbench export` writes from what its options say.
struct ExportSource {
  let command: ExportCommand
  let options: ExportOptions

  func model() throws -> ExportModel {
    let blocks = try self.blocks()
    let batch = try number("batch", command.batch) ?? 1
    let time = try number("time", command.time)
    let capacity = try number("capacity", command.capacity)
    if command.spec.hasSuffix(".session") {
      return try sessionModel(batch, time, blocks, capacity)
    }
    let notation = LayerNotation(registry: .withModels)
    let reading = try SpecFile(path: command.spec, trusted: command.trust.files).read(notation)
    let layer = try notation.registry.makeLayer(reading.spec)
    let x = try input(layer, batch: batch, time: time, blocks: blocks)
    let constants = try ConstantOption.constants(command.constants)
    // Numbers are drawn for no file that cannot be written.
    let trace = try LayerTracer(layer).layer(
      TraceRequest(
        batch: x.batch, time: x.time, input: x.channelSpec, constants: constants.specs))
    try Export.checkSize(trace.parameters.byteCount, options)
    let model = try Model(
      layer, input: x.channelSpec, constants: constants.specs, seed: 1, time: x.time)
    if let weights = command.weights { try model.load(try Safetensors(path: weights)) }
    var request = ExportRequest(
      input: x, constants: constants, blocks: blocks, spec: notation.text(reading.spec))
    request.version = Version.program
    request.numerics = NumericsVersion.current
    request.hasLayer = !command.noLayer
    request.cacheCapacity = capacity
    request.emits = command.emits
    request.hasGradients = command.grad
    return try model.exported(request)
  }

  private func blocks() throws -> [Int] {
    guard let text = command.blocks else { return [1] }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, numbers.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }),
      Set(numbers).count == numbers.count
    else {
      throw Failure("--blocks: found \(text), expected different numbers of blocks such as 1,4")
    }
    return numbers
  }

  private func number(_ name: String, _ value: Int?) throws -> Int? {
    guard let value else { return nil }
    guard (1...(1 << 24)).contains(value) else {
      throw Failure("--\(name) \(value): expected a number from 1 to \(1 << 24)")
    }
    return value
  }

  /// What is given besides a session takes the place of what it has.
  private func sessionModel(
    _ batch: Int, _ time: Int?, _ blocks: [Int], _ capacity: Int?
  ) throws -> ExportModel {
    let opened = OpenedSession(
      path: command.spec, keepsJournal: false, trusted: command.trust.files)
    if let error = opened.error { throw error }
    guard opened.session.origin != nil else {
      throw Failure(([command.spec + ":"] + opened.notes).joined(separator: "\n"))
    }
    var lines: [String] = []
    if let input = command.input { lines.append("input \"\(input)\"") }
    if let channels = command.channels {
      lines.append("input noise --channels \"\(channels)\" --seed 1")
    }
    if let weights = command.weights { lines.append("weights \"\(weights)\"") }
    for line in lines {
      if let error = opened.session.perform(line).error { throw error }
    }
    return try opened.session.exportModel(batch: batch, time: time, version: Version.program) {
      $0.blocks = blocks
      $0.cacheCapacity = capacity
      $0.hasLayer = !command.noLayer
      $0.emits = command.emits
      $0.hasGradients = command.grad
    }
  }

  // MARK: - Made-up data

  private func input(
    _ layer: any SequenceLayer, batch: Int, time: Int?, blocks: [Int]
  ) throws -> SequenceTensor {
    if let file = command.input {
      let loaded = try Batcher.load([file])
      let x = try SequenceTensor(values: loaded.values, mask: loaded.mask)
      return x.timesteps(0..<(time ?? x.time))
    }
    guard let channels = command.channels ?? ModelInput.channels(of: layer) else {
      throw Failure("nothing to run on: give --channels such as 80, or --input FILE")
    }
    let shape = channels.split(separator: ",").map { Int($0) ?? 0 }
    guard shape.allSatisfy({ $0 > 0 }), let dtype = DType(name: command.dtype) else {
      throw Failure(
        "--channels \(channels) --dtype \(command.dtype): expected extents such as 80 or 4,3, and a dtype"
      )
    }
    let block = layer.blockSize
    let length = time ?? Rational.product(block, max(8, blocks.max() ?? 1))
    try MemoryBudget.standard.require(
      ([batch, length] + shape).byteCount(of: dtype), for: "the input of an export")
    // Rows of different lengths, so that masks are ragged.
    let lengths = (0..<batch).map { row in
      max(0, length - length / 4 - row * (length / 3 + 1) % max(length, 1))
    }
    return try ConstantOption.made(lengths, length: length, shape, dtype, seed: 1)
  }
}

public import Layers
import Programs
import Tensors

extension Model {
  /// The channels of what layers emit for a whole sequence, such as attention probabilities, by name; nothing runs.
  ///
  /// - Parameters:
  ///   - batch: The number of rows.
  ///   - time: The timesteps of the input; probabilities have a channel for each.
  ///   - constants: What is known of the constants.
  /// - Returns: channels by the names of ``RunOutput/emits``.
  /// - Throws: as ``layer(_:constants:options:progress:)`` for such an input.
  public func emitSpecs(
    batch: Int = 1, time: Int, constants: ConstantSpecs = [:]
  ) throws -> [String: ChannelSpec] {
    let request = TraceRequest(
      batch: batch, time: time, input: input, constants: constants,
      options: TraceOptions(training: training, emits: true))
    let trace = try trace(.layer, request)
    let types = Dictionary(
      trace.program.outputs.filter { $0.role == .emit }.map { ($0.name, trace.program[$0.value]) },
      uniquingKeysWith: { first, _ in first })
    var result: [String: ChannelSpec] = [:]
    for name in trace.emits {
      let names = ProgramSignature.emit(name)
      guard let type = types[names.values] else { continue }
      let isComplex = types[names.imaginary] != nil
      result[name] = ChannelSpec(
        Array(type.shape.dropFirst(2)), isComplex ? .complex64 : type.dtype)
    }
    return result
  }
}

extension Stream {
  /// What `layer` gives for more timesteps if those that this stream was fed came before them; the stream stays
  /// where it is.
  ///
  /// `x` is followed by `inputLatency` invalid timesteps and padded to whole blocks, and the first `outputLatency`
  /// outputs, which belong to timesteps before, are dropped.
  ///
  /// - Throws: as ``step(_:options:exact:)``.
  public func layer(_ x: SequenceTensor, options: RunOptions = RunOptions()) throws -> RunOutput {
    let root = model.layer
    let blocks = (x.time + root.inputLatency + blockSize - 1) / blockSize
    let other = try clone()
    var output = try other.step(x.timesteps(0..<max(1, blocks) * blockSize), options: options)
    let before = (Rational(position) * root.outputRatio).ceiling
    let end = root.outputTime(for: position + x.time) - before
    func trimmed(_ y: SequenceTensor) -> SequenceTensor {
      let start = min(root.outputLatency, y.time)
      return y.timesteps(start..<min(y.time, start + max(0, end)))
    }
    output.y = trimmed(output.y)
    output.emits = output.emits.mapValues(trimmed)
    return output
  }
}

public import Runtime
import Tensors

extension TacotronDecoder {
  /// Predicts frames from an encoded text, each group from the one before, the first from zeros.
  ///
  /// - Parameters:
  ///   - model: A model of ``layer``.
  ///   - text: What is attended to, `[b, s, c]`.
  ///   - groups: Groups of `reduction` frames.
  /// - Returns: Frames `[b, groups · reduction, target]`.
  /// - Throws: what the model throws for a text that it cannot take.
  public func decode(
    _ model: Model, text: SequenceTensor, groups: Int
  ) throws -> SequenceTensor {
    let shape = [text.batch, reduction, target]
    let stream = try model.makeStream(
      batch: text.batch, constants: [source: .sequence(text)])
    var previous = try SequenceTensor(values: Tensor(repeating: 0, shape: shape))
    var parts: [SequenceTensor] = []
    for _ in 0..<groups {
      let y = try stream.step(previous).y
      previous = try SequenceTensor(values: y.values.reshaped(shape))
      parts.append(previous)
    }
    return SequenceTensor.concatenate(parts)
  }
}

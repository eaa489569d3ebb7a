public import Runtime
import Tensors

/// Continues a text byte by byte, always with the likeliest next byte, through the model's stream.
public enum ByteDecoder {
  /// `count` bytes that follow `prompt`.
  ///
  /// - Throws: what the model throws for a prompt that it cannot take.
  public static func continuation(
    of prompt: [UInt8], count: Int, model: Model
  ) throws -> [UInt8] {
    let stream = try model.makeStream()
    var result: [UInt8] = []
    var next: UInt8 = 0
    for byte in prompt { next = try likeliest(after: byte, stream) }
    while result.count < count, !prompt.isEmpty {
      result.append(next)
      next = try likeliest(after: next, stream)
    }
    return result
  }

  private static func likeliest(after byte: UInt8, _ stream: Stream) throws -> UInt8 {
    let input = try SequenceTensor(values: Tensor([Int32(byte)], shape: [1, 1]))
    let logits = try stream.step(input).y.values.elements(as: Double.self)
    let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
    return UInt8(clamping: best)
  }
}

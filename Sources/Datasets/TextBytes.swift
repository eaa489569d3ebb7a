public import Tensors

/// Text as a sequence of bytes: one `int32` id from 0 to 255 a timestep.
public enum TextBytes {
  /// The number of different ids.
  public static let vocabularySize = 256

  /// The UTF-8 bytes of a text as ids `[t]`.
  public static func ids(_ text: String) -> Tensor { ids(Array(text.utf8)) }

  /// Bytes as ids `[t]`.
  public static func ids(_ bytes: [UInt8]) -> Tensor { Tensor(bytes.map { Int32($0) }) }

  /// The text of ids; ids that are no bytes, and bytes that are no UTF-8, become `�`.
  public static func text(_ ids: some Sequence<Int>) -> String {
    String(decoding: ids.map { UInt8(exactly: $0) ?? 0xFF }, as: UTF8.self)
  }
}

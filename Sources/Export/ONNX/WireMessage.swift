import Tensors

/// A protobuf message in its wire format, built field by field.
///
/// - Source: the Protocol Buffers page "Encoding".
struct WireMessage {
  private(set) var stream = ByteStream()

  init() {}

  private mutating func key(_ number: Int, _ wireType: Int) {
    varint(UInt64(number << 3 | wireType))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 127 {
      stream.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    stream.append(UInt8(rest))
  }

  /// A whole number.
  mutating func add(_ number: Int, _ value: Int) {
    key(number, 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A single.
  mutating func add(_ number: Int, _ value: Float) {
    key(number, 5)
    stream.append(number: value.bitPattern)
  }

  mutating func add(_ number: Int, _ text: String) { add(number, ByteStream(Array(text.utf8))) }

  mutating func add(_ number: Int, _ message: WireMessage) { add(number, message.stream) }

  /// The elements of an array as raw bytes.
  mutating func add(_ number: Int, _ tensor: Tensor) {
    var bytes = ByteStream()
    bytes.append(tensor)
    add(number, bytes)
  }

  private mutating func add(_ number: Int, _ bytes: ByteStream) {
    key(number, 2)
    varint(UInt64(bytes.count))
    stream.append(bytes)
  }
}

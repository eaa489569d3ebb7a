import Serialization
import Tensors

/// The bytes of a file, large arrays by reference, so that weights are not copied before they are written.
struct ByteStream {
  /// All bytes but those of arrays.
  private(set) var bytes: [UInt8] = []
  /// The arrays, and before which of ``bytes`` they stand.
  private var arrays: [(place: Int, tensor: Tensor)] = []
  /// The number of bytes with those of arrays.
  private(set) var count = 0

  init() {}

  init(_ bytes: [UInt8]) { append(bytes) }

  mutating func append(_ more: [UInt8]) {
    bytes += more
    count += more.count
  }

  mutating func append(_ byte: UInt8) {
    bytes.append(byte)
    count += 1
  }

  mutating func append<Number: FixedWidthInteger>(number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    count += MemoryLayout<Number>.size
  }

  mutating func append(zeros: Int) { append(Array(repeating: 0, count: zeros)) }

  /// Appends the elements of an array; small ones are copied.
  mutating func append(_ tensor: Tensor) {
    guard tensor.byteCount > 256 else { return append(tensor.withUnsafeBytes { Array($0) }) }
    arrays.append((bytes.count, tensor))
    count += tensor.byteCount
  }

  mutating func append(_ other: ByteStream) {
    arrays += other.arrays.map { ($0.place + bytes.count, $0.tensor) }
    bytes += other.bytes
    count += other.count
  }

  /// Changes bytes that were appended before; `place` counts those of ``bytes`` only.
  mutating func patch<Number: FixedWidthInteger>(_ number: Number, at place: Int) {
    withUnsafeBytes(of: number.littleEndian) { source in
      for (index, byte) in source.enumerated() { bytes[place + index] = byte }
    }
  }

  /// Writes the file; its path holds the old one until the new one is whole.
  func write(to path: String) throws {
    try AtomicFile.write(to: path) { append in
      var done = 0
      func flush(to end: Int) throws {
        try bytes.withUnsafeBytes { try append(UnsafeRawBufferPointer(rebasing: $0[done..<end])) }
        done = end
      }
      for (place, tensor) in arrays {
        try flush(to: place)
        try tensor.withUnsafeBytes { try append($0) }
      }
      try flush(to: bytes.count)
    }
  }

  /// The bytes of the whole file in memory.
  var joined: [UInt8] {
    var result: [UInt8] = []
    var done = 0
    for (place, tensor) in arrays {
      result += bytes[done..<place]
      tensor.withUnsafeBytes { result += $0 }
      done = place
    }
    return result + bytes[done...]
  }
}

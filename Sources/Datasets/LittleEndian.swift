/// Reads numbers stored with their lowest byte first out of a run of bytes.
struct LittleEndian {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The number at `offset`.
  ///
  /// - Precondition: the run is long enough; callers check lengths first.
  func number<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self, at offset: Int)
    -> Integer
  {
    var value: Integer = 0
    for index in (0..<MemoryLayout<Integer>.size).reversed() {
      value = value << 8 | Integer(truncatingIfNeeded: bytes[offset + index])
    }
    return value
  }

  /// The bytes of a number, lowest first.
  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

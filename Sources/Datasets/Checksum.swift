internal import CZlib

/// The checksum of zip archives.
enum Checksum {
  /// The CRC-32 of the bytes.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { cz_crc32($0.baseAddress, $0.count) }
  }
}

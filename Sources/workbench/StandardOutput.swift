#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The stream for results that are bytes, not lines.
enum StandardOutput {
  /// Writes all bytes, unless the reader is gone.
  static func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { buffer in
        #if canImport(Glibc)
          Glibc.write(1, buffer.baseAddress, buffer.count)
        #else
          Darwin.write(1, buffer.baseAddress, buffer.count)
        #endif
      }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}

internal import CZlib

/// Decompresses DEFLATE streams, the compression inside `.npz` files.
///
/// - Source: RFC 1951, by zlib.
package enum Inflate {
  /// The `count` bytes that `input` decompresses to; nil for a malformed or unfinished stream and for one
  /// that gives another number of bytes.
  ///
  /// Allocates `count` bytes at once: callers have compared it with the memory budget.
  package static func decompress(_ input: [UInt8], count: Int) -> [UInt8]? {
    var isWhole = false
    let output = [UInt8](unsafeUninitializedCapacity: count) { room, initialized in
      isWhole = input.withUnsafeBufferPointer {
        cz_inflate($0.baseAddress, $0.count, room.baseAddress, count) == 1
      }
      initialized = isWhole ? count : 0
    }
    return isWhole ? output : nil
  }
}

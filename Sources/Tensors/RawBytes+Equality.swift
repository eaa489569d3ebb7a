#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Comparison of memory.
package enum RawBytes {
  /// Whether so many bytes are the same.
  @inline(__always)
  package static func areEqual(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int
  ) -> Bool {
    memcmp(a, b, count) == 0
  }
}

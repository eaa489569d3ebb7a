#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Memory for values: zero filled and aligned for vector loads.
///
/// Large memory comes from the system page by page when it is first touched.
enum AlignedMemory {
  /// The alignment of every buffer, in bytes.
  static let alignment = 64

  static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let header = MemoryLayout<UnsafeMutableRawPointer>.size
    guard let block = calloc(1, padded(max(byteCount, 1)) + alignment + header) else {
      preconditionFailure("There is no memory for \(byteCount) bytes.")
    }
    // Where the block begins is kept in front of the aligned address.
    let memory = (block + header).alignedUp(toMultipleOf: alignment)
    (memory - header).storeBytes(of: block, as: UnsafeMutableRawPointer.self)
    return memory
  }

  static func free(_ memory: UnsafeMutableRawPointer) {
    let header = MemoryLayout<UnsafeMutableRawPointer>.size
    #if canImport(Glibc)
      Glibc.free((memory - header).load(as: UnsafeMutableRawPointer.self))
    #else
      Darwin.free((memory - header).load(as: UnsafeMutableRawPointer.self))
    #endif
  }

  /// The byte count rounded up to the alignment.
  static func padded(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}

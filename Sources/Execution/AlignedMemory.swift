import CKernels

/// Memory for values: zero filled and aligned for vector loads.
enum AlignedMemory {
  /// The alignment of every buffer, in bytes.
  static let alignment = 64

  static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard let memory = sw_alloc(max(byteCount, 1)) else {
      preconditionFailure("There is no memory for \(byteCount) bytes.")
    }
    return memory
  }

  static func free(_ memory: UnsafeMutableRawPointer) { sw_free(memory) }

  /// The byte count rounded up to the alignment.
  static func padded(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}

/// Memory for values: zero filled and aligned for vector loads.
enum AlignedMemory {
  /// The alignment of every buffer, in bytes.
  static let alignment = 64

  static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let rounded = padded(max(byteCount, 1))
    let memory = UnsafeMutableRawPointer.allocate(byteCount: rounded, alignment: alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: rounded)
    return memory
  }

  static func free(_ memory: UnsafeMutableRawPointer) { memory.deallocate() }

  /// The byte count rounded up to the alignment.
  static func padded(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}

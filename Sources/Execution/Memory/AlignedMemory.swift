import CKernels
import Tensors

/// Memory for values: zero filled and aligned for vector loads.
enum AlignedMemory {
  /// The alignment of every buffer, in bytes.
  static let alignment = 64

  /// - Throws: ``MemoryError`` when it is more than the budget, or the system gives no more.
  static func allocate(
    _ byteCount: Int, _ budget: MemoryBudget, for what: String
  ) throws(MemoryError) -> UnsafeMutableRawPointer {
    try budget.require(byteCount, for: what)
    guard let memory = sw_alloc(max(byteCount, 1)) else {
      let rest = MemoryBudget(byteCount - 1, origin: "less is free")
      throw MemoryError(what: what, byteCount: byteCount, budget: rest)
    }
    return memory
  }

  /// Memory that tensors can share.
  static func storage(
    _ byteCount: Int, _ budget: MemoryBudget, for what: String
  ) throws(MemoryError) -> TensorStorage {
    let start = try allocate(byteCount, budget, for: what)
    return TensorStorage(UnsafeMutableRawBufferPointer(start: start, count: byteCount)) { bytes in
      bytes.baseAddress.map(free)
    }
  }

  static func free(_ memory: UnsafeMutableRawPointer) { sw_free(memory) }

  /// The byte count rounded up to the alignment.
  static func padded(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}

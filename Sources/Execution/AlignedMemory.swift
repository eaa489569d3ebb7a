import CKernels
import Tensors

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

  /// Memory that tensors can share.
  static func storage(_ byteCount: Int) -> TensorStorage {
    let bytes = UnsafeMutableRawBufferPointer(start: allocate(byteCount), count: byteCount)
    return TensorStorage(bytes) { bytes in bytes.baseAddress.map(free) }
  }

  static func free(_ memory: UnsafeMutableRawPointer) { sw_free(memory) }

  /// The byte count rounded up to the alignment.
  static func padded(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}

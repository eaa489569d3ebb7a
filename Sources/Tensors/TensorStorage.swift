/// The bytes of one or more tensors: 64-byte aligned, written only while uniquely referenced.
final class TensorStorage: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    bytes = .allocate(byteCount: max(byteCount, 1), alignment: 64)
  }

  convenience init(copying source: TensorStorage, byteCount: Int) {
    self.init(byteCount: byteCount)
    bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.bytes[..<byteCount]))
  }

  deinit { bytes.deallocate() }
}

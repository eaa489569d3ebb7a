/// The bytes of one or more tensors: 64-byte aligned, written only while uniquely referenced.
package final class TensorStorage: @unchecked Sendable {
  /// The memory, at least as large as each tensor.
  package let bytes: UnsafeMutableRawBufferPointer
  private let release: @Sendable (UnsafeMutableRawBufferPointer) -> Void

  /// Takes over memory, which `release` gives back when no tensor needs it.
  package init(
    _ bytes: UnsafeMutableRawBufferPointer,
    release: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
  ) {
    self.bytes = bytes
    self.release = release
  }

  convenience init(byteCount: Int) {
    self.init(.allocate(byteCount: max(byteCount, 1), alignment: 64)) { $0.deallocate() }
  }

  convenience init(copying source: TensorStorage, byteCount: Int) {
    self.init(byteCount: byteCount)
    bytes.copyBytes(UnsafeRawBufferPointer(source.bytes), 0..<byteCount)
  }

  deinit { release(bytes) }
}

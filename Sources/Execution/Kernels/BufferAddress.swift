/// Where the first element of a view is, as kernels keep it.
struct BufferAddress {
  let buffer: Int
  let byteOffset: Int

  init(_ view: BufferView) {
    buffer = view.buffer
    byteOffset = view.byteOffset
  }

  /// The start of a buffer, such as scratch.
  init(startOf buffer: Int) {
    self.buffer = buffer
    byteOffset = 0
  }

  @inline(__always)
  func address(_ context: ExecutionContext) -> UnsafeMutableRawPointer {
    context.slots[buffer] + byteOffset
  }

  /// The address as singles.
  @inline(__always)
  func floats(_ context: ExecutionContext) -> UnsafeMutablePointer<Float> {
    address(context).assumingMemoryBound(to: Float.self)
  }
}

import Tensors

extension Tensor {
  /// The elements that a slice keeps.
  func sliced(_ slice: Slice) throws(CommandError) -> Tensor {
    let axes = try slice.positions(in: shape)
    let strides = shape.rowMajorStrides
    var positions = [0]
    for (axis, part) in axes.enumerated() {
      positions = positions.flatMap { base in part.kept.map { base + $0 * strides[axis] } }
    }
    let kept = axes.filter(\.stays).map(\.kept.count)
    let size = dtype.byteCount
    return Tensor(dtype, shape: kept) { target in
      withUnsafeBytes { source in
        for (place, position) in positions.enumerated() {
          target.copyBytes(source, position * size..<(position + 1) * size, to: place * size)
        }
      }
    }
  }
}

package import Tensors

extension Tensor {
  /// The same elements with the axes in another order: axis `i` of the result is axis `axes[i]` here.
  ///
  /// - Precondition: every axis is named once.
  package func permuted(_ axes: [Int]) -> Tensor {
    precondition(axes.sorted() == Array(0..<rank), "Axes \(axes) of an array of rank \(rank).")
    guard axes != Array(axes.indices) else { return self }
    let permutedShape = axes.map { shape[$0] }
    let strides = axes.map { shape.rowMajorStrides[$0] }
    let width = dtype.byteCount
    return withUnsafeBytes { source in
      Tensor(dtype, shape: permutedShape) { target in
        guard !permutedShape.contains(0) else { return }
        var index: [Int] = Array(repeating: 0, count: permutedShape.count)
        var from = 0
        for to in 0..<permutedShape.elementCount {
          for byte in 0..<width { target[to * width + byte] = source[from * width + byte] }
          var axis = permutedShape.count - 1
          while axis >= 0 {
            index[axis] += 1
            from += strides[axis]
            if index[axis] < permutedShape[axis] { break }
            from -= strides[axis] * permutedShape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
  }
}

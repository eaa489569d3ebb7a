package import Tensors

extension Tensor {
  /// Some rows and timesteps of `[b, t, …]`.
  ///
  /// - Precondition: there are at least two axes, and both ranges lie inside.
  package func part(rows: Range<Int>, times: Range<Int>) -> Tensor {
    precondition(rows.upperBound <= shape[0] && times.upperBound <= shape[1])
    if rows == 0..<shape[0], times == 0..<shape[1] { return self }
    let rest = Array(shape.dropFirst(2))
    let width = rest.elementCount * dtype.byteCount
    return Tensor(dtype, shape: [rows.count, times.count] + rest) { target in
      withUnsafeBytes { source in
        for (position, row) in rows.enumerated() where width * times.count > 0 {
          let start = (row * shape[1] + times.lowerBound) * width
          let part = UnsafeRawBufferPointer(rebasing: source[start..<start + times.count * width])
          UnsafeMutableRawBufferPointer(rebasing: target[(position * times.count * width)...])
            .copyMemory(from: part)
        }
      }
    }
  }
}

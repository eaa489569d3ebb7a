package import Tensors

/// The order of an array's axes, as a letter each: `b` rows, `t` timesteps, any other a channel axis.
///
/// `btc` is how this package has them, `bct` PyTorch's convolutions, `tbc` its recurrent layers; `tc`
/// has no rows, and `bthd` two channel axes.
package struct AxisOrder: Hashable, Sendable {
  /// Why letters name no order, or not that of an array.
  package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
  }

  package let letters: String

  /// Takes letters such as `bct`.
  package init(_ letters: String) throws(Failure) {
    let known = letters.allSatisfy { $0.isASCII && $0.isLowercase }
    guard known, letters.contains("t"), Set(letters).count == letters.count else {
      throw Failure(
        description: "the layout \"\(letters)\" names no order of axes; expected a letter an axis, "
          + "each once: t for time, b for rows, any others for channels, such as btc, bct, tbc, tc, ct "
          + "or bthd")
    }
    self.letters = letters
  }

  /// The array as `[b, t, …]`, channel axes in the order in which they stood.
  package func arranged(_ tensor: Tensor) throws(Failure) -> Tensor {
    guard tensor.rank == letters.count else {
      throw Failure(
        description: "the layout \(letters) has \(letters.count) axes; the array is "
          + "\(tensor.shape.shapeText)")
    }
    let places = Array(letters)
    let channels = places.indices.filter { places[$0] != "b" && places[$0] != "t" }
    let axes =
      [places.firstIndex(of: "b"), places.firstIndex(of: "t")].compactMap { $0 } + channels
    let result = AxisOrder.transposed(tensor, axes)
    return places.contains("b") ? result : result.reshaped([1] + result.shape)
  }

  private static func transposed(_ tensor: Tensor, _ axes: [Int]) -> Tensor {
    guard axes != Array(axes.indices) else { return tensor }
    let shape = axes.map { tensor.shape[$0] }
    let strides = axes.map { tensor.shape.rowMajorStrides[$0] }
    let width = tensor.dtype.byteCount
    return tensor.withUnsafeBytes { source in
      Tensor(tensor.dtype, shape: shape) { target in
        guard !shape.contains(0) else { return }
        var index: [Int] = Array(repeating: 0, count: shape.count)
        var from = 0
        for to in 0..<shape.elementCount {
          for byte in 0..<width { target[to * width + byte] = source[from * width + byte] }
          var axis = shape.count - 1
          while axis >= 0 {
            index[axis] += 1
            from += strides[axis]
            if index[axis] < shape[axis] { break }
            from -= strides[axis] * shape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
  }
}

package import Tensors

/// Copies along the batch and time axes, the only axes that all sequences and state leaves share.
extension Tensor {
  /// The timesteps `[b, range, ...]`; those beyond the end are zeros.
  package func sliced(time range: Range<Int>) -> Tensor {
    let entry = shape.dropFirst(2).reduce(dtype.byteCount, *)
    var result = Tensor(zeros: [shape[0], range.count] + shape.dropFirst(2), dtype)
    let kept = max(0, min(range.upperBound, shape[1]) - range.lowerBound)
    guard kept * entry > 0 else { return result }
    withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        for row in 0..<shape[0] {
          let start = (row * shape[1] + range.lowerBound) * entry
          target.copyBytes(source, start..<start + kept * entry, to: row * range.count * entry)
        }
      }
    }
    return result
  }

  /// The rows of axis 0 at these positions.
  package func rows(_ indices: [Int]) -> Tensor {
    let entry = shape.dropFirst().reduce(dtype.byteCount, *)
    return Tensor(dtype, shape: [indices.count] + shape.dropFirst()) { target in
      withUnsafeBytes { source in
        for (position, row) in indices.enumerated() where entry > 0 {
          target.copyBytes(source, row * entry..<(row + 1) * entry, to: position * entry)
        }
      }
    }
  }

  /// Joins tensors along axis 0.
  package static func joined(rows parts: [Tensor]) -> Tensor {
    let shape = [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst()
    return Tensor(parts[0].dtype, shape: shape) { target in
      var offset = 0
      for part in parts {
        part.withUnsafeBytes { source in
          target.copyBytes(source, to: offset)
        }
        offset += part.byteCount
      }
    }
  }

  /// Joins tensors along axis 1.
  package static func joined(time parts: [Tensor]) -> Tensor {
    let first = parts[0]
    let time = parts.reduce(0) { $0 + $1.shape[1] }
    let entry = first.shape.dropFirst(2).reduce(first.dtype.byteCount, *)
    return Tensor(first.dtype, shape: [first.shape[0], time] + first.shape.dropFirst(2)) { target in
      var column = 0
      for part in parts {
        let width = part.shape[1] * entry
        part.withUnsafeBytes { source in
          for row in 0..<first.shape[0] where width > 0 {
            let place = (row * time + column) * entry
            target.copyBytes(source, row * width..<(row + 1) * width, to: place)
          }
        }
        column += part.shape[1]
      }
    }
  }

  /// The real parts of a complex tensor; any other tensor as it is.
  package var realPart: Tensor { dtype == .complex64 ? part(0) : self }

  /// The imaginary parts of a complex tensor, 0 for any other.
  package var imaginaryPart: Tensor {
    dtype == .complex64 ? part(1) : Tensor(zeros: shape, .float32)
  }

  private func part(_ index: Int) -> Tensor {
    withUnsafeBytes { bytes in
      let floats = bytes.bindMemory(to: Float.self)
      return Tensor((0..<count).map { floats[2 * $0 + index] }, shape: shape)
    }
  }

  /// A complex tensor of two real ones.
  package static func complex(_ real: Tensor, _ imaginary: Tensor) -> Tensor {
    let parts = zip(real.elements(as: Float.self), imaginary.elements(as: Float.self))
    return Tensor(parts.map { Complex64($0, $1) }, shape: real.shape)
  }
}

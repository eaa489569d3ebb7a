import Layers
import Runtime
import Tensors

/// A change of some elements of a state leaf at a step, instead of a copy of the state.
package struct StateEdit: Hashable, Sendable {
  /// The path of the leaf.
  package var leaf: String
  /// The elements; nil for all.
  package var slice: Slice?
  package var value: Double
  /// The position at which the state is changed.
  package var step: Int

  /// Changes the leaf of a stream.
  func apply(to stream: Runtime.Stream) {
    guard let index = stream.leaves.firstIndex(where: { $0.path == leaf }) else { return }
    let old = stream.value(of: index)
    guard let new = try? old.replacing(slice, by: value) else { return }
    stream.setValue(of: index, new)
  }
}

extension Tensor {
  /// The row-major positions of the elements that a slice keeps; of all without one.
  ///
  /// - Throws: ``CommandError`` `.invalidOperand` for positions outside.
  func positions(of slice: Slice?) throws(CommandError) -> [Int] {
    guard let slice else { return Array(0..<count) }
    let axes = try slice.positions(in: shape)
    let strides = shape.rowMajorStrides
    var positions = [0]
    for (axis, part) in axes.enumerated() {
      positions = positions.flatMap { base in part.kept.map { base + $0 * strides[axis] } }
    }
    return positions
  }

  /// The tensor with one number in the place of all elements of a slice, rounded to its type.
  ///
  /// - Throws: ``CommandError`` `.invalidOperand` for positions outside.
  func replacing(_ slice: Slice?, by value: Double) throws(CommandError) -> Tensor {
    let positions = try positions(of: slice)
    let element = Tensor([value]).converted(to: dtype)
    let size = dtype.byteCount
    var result = self
    element.withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        for position in positions { target.copyBytes(source, to: position * size) }
      }
    }
    return result
  }
}

import LayerTesting
import Layers
import Runtime
import Tensors

/// A change of the state at a step, instead of a copy of the state.
package struct StateEdit: Hashable, Sendable {
  package enum Change: Hashable, Sendable {
    /// One number for some elements of the leaf at a path; for all without a slice.
    case value(leaf: String, Slice?, Double)
    /// A row has the state that it began with.
    case initialRow(Int)
  }

  package var change: Change
  /// The position at which the state is changed.
  package var step: Int

  /// Whether it changes the same elements at the same step as another.
  func replaces(_ other: StateEdit) -> Bool {
    guard step == other.step else { return false }
    if case .value(let leaf, let slice, _) = change,
      case .value(let otherLeaf, let otherSlice, _) = other.change
    {
      return leaf == otherLeaf && slice == otherSlice
    }
    return self == other
  }

  /// Changes the state of a stream.
  func apply(to stream: Runtime.Stream) {
    switch change {
    case .value(let leaf, let slice, let value):
      guard let index = stream.leaves.firstIndex(where: { $0.path == leaf }) else { return }
      let old = stream.value(of: index)
      guard let new = try? old.replacing(slice, by: value) else { return }
      stream.setValue(of: index, new)
    case .initialRow(let row):
      for (index, leaf) in stream.leaves.enumerated()
      where !StepFault.isMemory(leaf.path) {
        let (old, start) = (stream.value(of: index), stream.form.values[index])
        guard row < old.shape[0] else { continue }
        let order = (0..<old.shape[0]).map { $0 == row ? old.shape[0] : $0 }
        stream.setValue(of: index, Tensor.joined(rows: [old, start.rows([row])]).rows(order))
      }
    }
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

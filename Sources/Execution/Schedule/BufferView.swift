import Programs
import Tensors

/// How a value lies in a buffer: an operand or a result of a scheduled task.
///
/// Reshapes, slices, transposes and broadcasts only change the view.
struct BufferView: Hashable {
  /// The buffer, which is also the slot of the executor that holds its address.
  var buffer: Int
  /// Where the first element is, in elements from the start of the buffer.
  var offset: Int
  var dtype: DType
  var shape: Shape
  /// The distance between neighbours along each axis, in elements; 0 repeats, negative reverses.
  var strides: [Int]

  /// A dense row-major view from the start of a buffer.
  init(buffer: Int, _ type: ValueType) {
    self.buffer = buffer
    offset = 0
    dtype = type.dtype
    shape = type.shape
    strides = type.shape.rowMajorStrides
  }

  var type: ValueType { ValueType(dtype, shape) }
  var count: Int { shape.elementCount }
  var byteCount: Int { count * dtype.byteCount }
  var byteOffset: Int { offset * dtype.byteCount }

  /// Whether the elements follow each other in row-major order without gaps.
  var isDense: Bool {
    if count == 0 { return true }
    var expected = 1
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      guard strides[axis] == expected else { return false }
      expected *= shape[axis]
    }
    return true
  }

  func transposed(_ permutation: [Int]) -> BufferView {
    var view = self
    view.shape = permutation.map { shape[$0] }
    view.strides = permutation.map { strides[$0] }
    return view
  }

  func broadcast(to target: Shape, axes: [Int]) -> BufferView {
    var view = self
    view.shape = target
    view.strides = Array(repeating: 0, count: target.count)
    for (axis, place) in axes.enumerated() {
      view.strides[place] = shape[axis] == target[place] ? strides[axis] : 0
    }
    return view
  }

  func sliced(start: [Int], limit: [Int], stride: [Int]) -> BufferView {
    var view = self
    for axis in shape.indices {
      let span = limit[axis] - start[axis]
      view.offset += start[axis] * strides[axis]
      view.shape[axis] = (span + stride[axis] - 1) / stride[axis]
      view.strides[axis] = strides[axis] * stride[axis]
    }
    return view
  }

  /// The entries `from ..< to` of one axis.
  func sliced(axis: Int, from: Int, to: Int) -> BufferView {
    var view = self
    view.offset += from * strides[axis]
    view.shape[axis] = to - from
    return view
  }

  func reversed(axes: [Int]) -> BufferView {
    var view = self
    for axis in axes where shape[axis] > 1 {
      view.offset += (shape[axis] - 1) * strides[axis]
      view.strides[axis] = -strides[axis]
    }
    return view
  }

  /// Without one axis, at its first entry.
  func removing(axis: Int) -> BufferView {
    var view = self
    view.shape.remove(at: axis)
    view.strides.remove(at: axis)
    return view
  }

  func bitcast(to dtype: DType) -> BufferView {
    var view = self
    view.dtype = dtype
    return view
  }

  /// The same elements in row-major order under another shape, or nil if that needs a copy.
  func reshaped(_ target: Shape) -> BufferView? {
    var view = self
    view.shape = target
    if isDense {
      view.strides = target.rowMajorStrides
      return view
    }
    // Pair runs of old axes with runs of new axes that hold equally many elements.
    let old = shape.indices.filter { shape[$0] != 1 }
    var newStrides: [Int] = Array(repeating: 0, count: target.count)
    var (i, j) = (0, 0)
    while i < old.count {
      var (oldEnd, newEnd) = (i + 1, j)
      var oldCount = shape[old[i]]
      var newCount = 1
      repeat {
        guard newEnd < target.count else { return nil }
        newCount *= target[newEnd]
        newEnd += 1
        while oldCount < newCount, oldEnd < old.count {
          oldCount *= shape[old[oldEnd]]
          oldEnd += 1
        }
      } while newCount < oldCount
      guard newCount == oldCount else { return nil }
      for axis in i..<(oldEnd - 1)
      where strides[old[axis]] != strides[old[axis + 1]] * shape[old[axis + 1]] {
        return nil
      }
      var step = strides[old[oldEnd - 1]]
      for axis in (j..<newEnd).reversed() {
        newStrides[axis] = step
        step *= target[axis]
      }
      (i, j) = (oldEnd, newEnd)
    }
    view.strides = newStrides
    return view
  }
}

extension BufferView {
  /// The axes that are not in a list.
  func axes(except other: [Int]) -> [Int] { shape.indices.filter { !other.contains($0) } }

  /// Whether the entries of the last axis follow each other.
  var hasUnitRows: Bool { shape.last == 1 || strides.last == 1 }

  /// The lowest and the highest element that the view reaches, from the start of the buffer; nil for
  /// none.
  var reach: ClosedRange<Int>? {
    guard count > 0 else { return nil }
    var (low, high) = (offset, offset)
    for (extent, stride) in zip(shape, strides) {
      if stride < 0 { low += (extent - 1) * stride } else { high += (extent - 1) * stride }
    }
    return low...high
  }

  /// After how many elements a view repeats that is one dense run, again and again; nil for others.
  var period: Int? {
    var (axis, period) = (shape.count - 1, 1)
    while axis >= 0, shape[axis] == 1 || strides[axis] == period {
      period *= shape[axis]
      axis -= 1
    }
    let repeats = (0..<(axis + 1)).allSatisfy { shape[$0] == 1 || strides[$0] == 0 }
    return repeats ? period : nil
  }
}

import Tensors

/// The order in which several views of equal shape are walked together: rows of the innermost axis,
/// with neighbouring axes merged where all views allow it.
struct StridedWalk {
  /// The number of rows.
  let rowCount: Int
  /// The elements of a row.
  let rowLength: Int
  /// The distance between neighbours of a row, one number a view.
  let rowStrides: [Int]
  /// The axes that remain after merging, and the strides of every view along them.
  let extents: [Int]
  let strides: [[Int]]
  private let outerExtents: [Int]
  private let outerStrides: [[Int]]

  init(_ views: [BufferView]) {
    let shape = views[0].shape
    precondition(views.allSatisfy { $0.shape == shape }, "Views of one walk have one shape.")
    var extents: [Int] = []
    var strides: [[Int]] = Array(repeating: [], count: views.count)
    for axis in shape.indices where shape[axis] != 1 {
      let last = extents.count - 1
      let isMergeable =
        last >= 0
        && views.indices.allSatisfy {
          strides[$0][last] == views[$0].strides[axis] * shape[axis]
        }
      if isMergeable {
        extents[last] *= shape[axis]
        for index in views.indices { strides[index][last] = views[index].strides[axis] }
      } else {
        extents.append(shape[axis])
        for index in views.indices { strides[index].append(views[index].strides[axis]) }
      }
    }
    self.extents = extents
    self.strides = strides
    rowLength = extents.last ?? 1
    rowStrides = strides.map { $0.last ?? 1 }
    outerExtents = extents.dropLast()
    outerStrides = strides.map { $0.dropLast() }
    rowCount = rowLength == 0 ? 0 : outerExtents.elementCount
  }

  /// The offset of a row's first element in a view, in elements from the view's first.
  @inline(__always)
  func offset(_ view: Int, row: Int) -> Int {
    var (rest, offset) = (row, 0)
    var axis = outerExtents.count - 1
    while axis >= 0 {
      let (quotient, index) = rest.quotientAndRemainder(dividingBy: outerExtents[axis])
      offset += index * outerStrides[view][axis]
      rest = quotient
      axis -= 1
    }
    return offset
  }
}

import Tensors

/// Lists of element positions in dense row-major arrays.
enum Positions {
  /// The offsets met in a row-major walk over `shape` with these strides.
  static func walk(_ shape: Shape, _ strides: [Int], from start: Int = 0) -> [Int] {
    var positions = [start]
    for (extent, stride) in zip(shape, strides) {
      var next: [Int] = []
      next.reserveCapacity(positions.count * extent)
      for base in positions {
        for index in 0..<extent { next.append(base + index * stride) }
      }
      positions = next
    }
    return positions
  }

  /// As ``walk``, over the listed indices of every axis; a negative index gives position -1.
  static func choose(_ indices: [[Int]], _ strides: [Int]) -> [Int] {
    var positions = [0]
    for (choices, stride) in zip(indices, strides) {
      var next: [Int] = []
      next.reserveCapacity(positions.count * choices.count)
      for base in positions {
        for index in choices { next.append(base < 0 || index < 0 ? -1 : base + index * stride) }
      }
      positions = next
    }
    return positions
  }

  /// All indices of a shape in row-major order.
  static func indices(_ shape: Shape) -> [[Int]] {
    var result: [[Int]] = [[]]
    for extent in shape {
      result = result.flatMap { head in (0..<extent).map { head + [$0] } }
    }
    return result
  }

  /// The positions of the first elements of all lines along an axis.
  static func lines(_ shape: Shape, axis: Int) -> [Int] {
    var single = shape
    single[axis] = 1
    return walk(single, shape.rowMajorStrides)
  }
}

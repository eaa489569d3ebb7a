import Comparison
import Datasets
import Tensors

/// A value without time that was recorded once a block: most often a state.
struct RecordedState {
  let value: RecordedValue
  /// The shape of one block's entry.
  let entryShape: Shape
  private let rowAxis: Int?
  /// The index of the first entry in a series that begins with the state before the first block.
  private let firstIndex: Int
  private let count: Int

  /// Entries that differ on one axis, as those of caches that grow, have NaN before what they hold.
  ///
  /// Nil where entries differ in more.
  init?(_ value: RecordedValue, rowCount: Int, blockCount: Int) {
    guard let largest = Self.largestShape(value.shapes) else { return nil }
    self.value = value
    let isStacked = value.isStacked && !value.isRagged && !value.shapes[0].isEmpty
    count = isStacked ? value.shapes[0][0] : value.parts.count
    entryShape = isStacked ? Array(value.shapes[0].dropFirst()) : largest
    guard count > 0, count <= blockCount + 1 else { return nil }
    rowAxis = entryShape.firstIndex(of: rowCount)
    // The state of the first block is often None and not recorded; what leaves a block comes after it.
    let isWhole = count == blockCount && value.isEnteringState
    firstIndex =
      isWhole
      ? 0
      : value.isEnteringState
        ? max(blockCount - count, 0) : blockCount + 1 - count
  }

  /// The shape that holds all, where they differ on one axis at most.
  private static func largestShape(_ shapes: [Shape]) -> Shape? {
    guard var largest = shapes.first, shapes.allSatisfy({ $0.count == largest.count }) else {
      return nil
    }
    let axes = largest.indices.filter { axis in shapes.contains { $0[axis] != shapes[0][axis] } }
    for axis in axes { largest[axis] = shapes.map { $0[axis] }.max() ?? 0 }
    return axes.count <= 1 ? largest : nil
  }

  /// The shape of the state of one row.
  var leafShape: Shape {
    entryShape.indices.filter { $0 != rowAxis }.map { entryShape[$0] }
  }

  /// The state before each block and behind the last, `[b, blocks + 1, …]`, NaN where it was not recorded.
  func series(_ collection: ArrayCollection, rowCount: Int, blockCount: Int) throws -> Tensor {
    let parts = try value.parts.map { try collection.array($0) }
    let leafCount = leafShape.elementCount
    var result: [Double] = Array(
      repeating: .nan, count: rowCount * (blockCount + 1) * leafCount)
    for index in 0..<count {
      let entry =
        parts.count > 1 || !value.isStacked
        ? parts[min(index, parts.count - 1)]
        : parts[0].part(rows: index..<index + 1)
      let isWhole = entry.shape.elementCount == entryShape.elementCount
      let shaped = isWhole ? entry.reshaped(entryShape) : entry.paddedInFront(to: entryShape)
      let rest = entryShape.indices.filter { $0 != rowAxis }
      let ordered = rowAxis.map { shaped.permuted([$0] + rest) } ?? shaped
      let numbers = ordered.doubles()
      for row in 0..<rowCount {
        let from = rowAxis == nil ? 0 : row * leafCount
        let to = (row * (blockCount + 1) + firstIndex + index) * leafCount
        for element in 0..<leafCount { result[to + element] = numbers[from + element] }
      }
    }
    return Tensor(result, shape: [rowCount, blockCount + 1] + leafShape)
  }
}

extension Tensor {
  /// The values at the end of a larger array, NaN before them.
  fileprivate func paddedInFront(to target: Shape) -> Tensor {
    guard let axis = target.indices.first(where: { target[$0] != shape[$0] }) else { return self }
    var missing = shape
    missing[axis] = target[axis] - shape[axis]
    let none = Tensor(Array(repeating: Double.nan, count: missing.elementCount), shape: missing)
    return .joined([none, converted(to: .float64)], axis: axis)
  }

  /// Some entries of the first axis.
  func part(rows: Range<Int>) -> Tensor {
    let width = Array(shape.dropFirst()).elementCount
    let flat = reshaped([shape[0], 1, width]).part(rows: rows, times: 0..<1)
    return flat.reshaped([rows.count] + shape.dropFirst())
  }
}

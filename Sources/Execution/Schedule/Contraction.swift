import Programs
import Tensors

/// Matrix products at strided places: `c[i, j] = Σ a[i, p] · b[p, j]` over p in order, for every entry of
/// a batch.
///
/// Operands a and b, in single precision; the result is c. Strides are in elements.
struct Contraction: Hashable {
  /// Where the matrices of one product begin.
  struct BatchEntry: Hashable {
    var a: Int
    var b: Int
    var c: Int
  }

  /// Rows of a, columns of b, and the terms of a sum.
  var m: Int
  var n: Int
  var k: Int
  var aRow: Int
  var aTerm: Int
  var bTerm: Int
  var bColumn: Int
  var cRow: Int
  var batch: [BatchEntry]
  /// Whether b is packed into panels; then the entries' b counts in floats of panels.
  var isPacked = false
  var epilogue = Epilogue()

  /// An axis of one or two operands.
  private struct Axis {
    var extent: Int
    var strides: [Int]
  }

  /// The products of a dot; nil where the summed axes have no common stride.
  init?(_ dimensions: DotDimensions, _ left: BufferView, _ right: BufferView) {
    let leftUsed = dimensions.leftBatch + dimensions.leftContracting
    let rightUsed = dimensions.rightBatch + dimensions.rightContracting
    let batchAxes = Self.merged(
      zip(dimensions.leftBatch, dimensions.rightBatch).map {
        Axis(extent: left.shape[$0], strides: [left.strides[$0], right.strides[$1]])
      })
    let summed = Self.merged(
      zip(dimensions.leftContracting, dimensions.rightContracting).map {
        Axis(extent: left.shape[$0], strides: [left.strides[$0], right.strides[$1]])
      })
    var rowAxes = Self.merged(
      left.axes(except: leftUsed).map {
        Axis(extent: left.shape[$0], strides: [left.strides[$0]])
      })
    var columnAxes = Self.merged(
      right.axes(except: rightUsed).map {
        Axis(extent: right.shape[$0], strides: [right.strides[$0]])
      })
    guard summed.count <= 1 else { return nil }
    let allColumns = columnAxes.map(\.extent).reduce(1, *)
    let allRows = rowAxes.map(\.extent).reduce(1, *)
    let row = rowAxes.popLast() ?? Axis(extent: 1, strides: [0])
    let column = columnAxes.popLast() ?? Axis(extent: 1, strides: [1])
    let term = summed.first ?? Axis(extent: 1, strides: [1, 1])
    (m, n, k) = (row.extent, column.extent, term.extent)
    (aRow, bColumn) = (row.strides[0], column.strides[0])
    (aTerm, bTerm) = (term.strides[0], term.strides[1])
    cRow = allColumns
    batch = []
    let outerRows = Self.offsets(rowAxes, 0)
    let outerColumns = Self.offsets(columnAxes, 0)
    let leftBatches = Self.offsets(batchAxes, 0)
    let rightBatches = Self.offsets(batchAxes, 1)
    for (index, start) in leftBatches.enumerated() {
      for (i, outerRow) in outerRows.enumerated() {
        for (j, outerColumn) in outerColumns.enumerated() {
          let c = (index * allRows + i * m) * allColumns + j * n
          batch.append(
            BatchEntry(a: start + outerRow, b: rightBatches[index] + outerColumn, c: c))
        }
      }
    }
  }

  /// One product of matrices that lie densely, to be filled in.
  init() {
    (m, n, k) = (1, 1, 1)
    (aRow, aTerm, bTerm, bColumn, cRow) = (1, 1, 1, 1, 1)
    batch = [BatchEntry(a: 0, b: 0, c: 0)]
  }

  /// Neighbours that are walked as one, without axes of one entry.
  private static func merged(_ axes: [Axis]) -> [Axis] {
    var result: [Axis] = []
    for axis in axes where axis.extent != 1 {
      if let last = result.last,
        zip(last.strides, axis.strides).allSatisfy({ $0 == $1 * axis.extent })
      {
        result[result.count - 1] = Axis(extent: last.extent * axis.extent, strides: axis.strides)
      } else {
        result.append(axis)
      }
    }
    return result
  }

  private static func offsets(_ axes: [Axis], _ operand: Int) -> [Int] {
    var offsets = [0]
    for axis in axes {
      offsets = offsets.flatMap { base in
        (0..<axis.extent).map { base + $0 * axis.strides[operand] }
      }
    }
    return offsets
  }
}

extension Contraction {
  /// Multiply-adds of all products.
  var work: Int { batch.count * m * n * k }

  /// Whether rows of the result follow each other in the order of the rows of a.
  ///
  /// A product of many matrices has their rows in an order of its own.
  var hasRows: Bool { isPacked && batch.count == 1 && cRow == n }
}

import Tensors

/// The work of a task as rows that can be done in any order and in runs of any length.
///
/// What a row is, depends on the task: a row of a product, an output of a convolution, an element of
/// elementwise operations. Rows of the results follow each other in this order.
struct RowStructure {
  var count: Int
  /// Whether a row of the results depends on no other row of the operands; a convolution that sees
  /// earlier timesteps reads others too.
  var keepsToRows: Bool
}

extension ScheduledTask {
  /// The rows of its work; nil for tasks that run as a whole.
  var rows: RowStructure? {
    let rows: RowStructure? =
      switch op {
      case .contraction(let contraction):
        contraction.hasRows
          ? RowStructure(count: contraction.m, keepsToRows: contraction.aTerm == 1) : nil
      case .convolution(let convolution):
        RowStructure(
          count: convolution.rowCount,
          keepsToRows: ConvolutionLayout(convolution, operands[0]).isPointwise)
      case .elementwise(let fused):
        RowStructure(count: fused.shape.elementCount, keepsToRows: true)
      case .rowwise(let function):
        RowStructure(count: function.rowCount(operands[0]), keepsToRows: true)
      case .copy:
        RowStructure(
          count: StridedWalk([results[0], operands[0]]).extents.first ?? 1, keepsToRows: true)
      case .attention, .lstmCell, .pack, .loop, .rowTiles, .generic: nil
      }
    guard let rows, rows.count > 0 else { return nil }
    return rows
  }
}

extension BufferView {
  /// Whether row r of this view is part of row r of a buffer of `whole` elements that is cut into
  /// `rowCount` rows.
  func isRowByRow(_ rowCount: Int, whole: Int) -> Bool {
    guard rowCount > 0, whole % rowCount == 0 else { return false }
    if offset == 0, count == whole, isDense { return true }
    let rowLength = whole / rowCount
    var (axis, rows) = (0, 1)
    while rows < rowCount, axis < shape.count {
      rows *= shape[axis]
      axis += 1
    }
    guard rows == rowCount else { return false }
    var expected = rowLength
    for index in (0..<axis).reversed() where shape[index] != 1 {
      guard strides[index] == expected else { return false }
      expected *= shape[index]
    }
    var (low, high) = (offset, offset)
    for index in axis..<shape.count {
      let reach = (shape[index] - 1) * strides[index]
      if reach < 0 { low += reach } else { high += reach }
    }
    return low >= 0 && high < rowLength
  }
}

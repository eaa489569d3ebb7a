import CKernels
import Programs
import Tensors

/// A sum of products as matrices at strided places.
struct ProductLayout {
  /// A matrix product: where it starts in both operands and in the result, in elements.
  struct Piece: Hashable {
    var left: Int
    var right: Int
    var target: Int
  }

  /// An axis of one or two operands.
  private struct Axis {
    var extent: Int
    var strides: [Int]
  }

  var pieces: [Piece]
  /// Rows, columns and terms of every piece, and their strides.
  var rows: Int
  var columns: Int
  var terms: Int
  var leftRow: Int
  var leftTerm: Int
  var rightTerm: Int
  var rightColumn: Int
  /// The distance between rows of the result.
  var targetRow: Int

  /// The layout of a dot; nil where the summed axes have no common stride.
  init?(_ dimensions: DotDimensions, _ left: BufferView, _ right: BufferView) {
    let leftUsed = dimensions.leftBatch + dimensions.leftContracting
    let rightUsed = dimensions.rightBatch + dimensions.rightContracting
    let batch = ProductLayout.merged(
      zip(dimensions.leftBatch, dimensions.rightBatch).map {
        Axis(extent: left.shape[$0], strides: [left.strides[$0], right.strides[$1]])
      })
    let summed = ProductLayout.merged(
      zip(dimensions.leftContracting, dimensions.rightContracting).map {
        Axis(extent: left.shape[$0], strides: [left.strides[$0], right.strides[$1]])
      })
    var rowAxes = ProductLayout.merged(
      left.axes(except: leftUsed).map {
        Axis(extent: left.shape[$0], strides: [left.strides[$0]])
      })
    var columnAxes = ProductLayout.merged(
      right.axes(except: rightUsed).map {
        Axis(extent: right.shape[$0], strides: [right.strides[$0]])
      })
    guard summed.count <= 1 else { return nil }
    let allColumns = columnAxes.map(\.extent).reduce(1, *)
    let allRows = rowAxes.map(\.extent).reduce(1, *)
    let row = rowAxes.popLast() ?? Axis(extent: 1, strides: [0])
    let column = columnAxes.popLast() ?? Axis(extent: 1, strides: [1])
    let term = summed.first ?? Axis(extent: 1, strides: [1, 1])
    (rows, columns, terms) = (row.extent, column.extent, term.extent)
    (leftRow, rightColumn) = (row.strides[0], column.strides[0])
    (leftTerm, rightTerm) = (term.strides[0], term.strides[1])
    targetRow = allColumns
    pieces = []
    let outerRows = ProductLayout.offsets(rowAxes, 0)
    let outerColumns = ProductLayout.offsets(columnAxes, 0)
    let leftBatches = ProductLayout.offsets(batch, 0)
    let rightBatches = ProductLayout.offsets(batch, 1)
    for (index, start) in leftBatches.enumerated() {
      for (i, outerRow) in outerRows.enumerated() {
        for (j, outerColumn) in outerColumns.enumerated() {
          let place = (index * allRows + i * rows) * allColumns + j * columns
          pieces.append(
            Piece(
              left: start + outerRow, right: rightBatches[index] + outerColumn, target: place))
        }
      }
    }
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

/// What a packed right operand was made from, so that everyone who needs it shares it.
struct PackingKey: Hashable {
  var buffer: Int
  /// The start of every matrix, in elements.
  var starts: [Int]
  var terms: Int
  var columns: Int
  var termStride: Int
  var columnStride: Int

  /// Floats of one packed matrix.
  var matrixCount: Int { Int(sw_packed_count(Int64(terms), Int64(columns))) }
  /// Bytes of all packed matrices.
  var byteCount: Int { matrixCount * starts.count * 4 }

  /// The same whatever buffer of a plan the matrices are in.
  var anywhere: PackingKey {
    var key = self
    key.buffer = 0
    return key
  }

  /// Packs the matrices of an operand.
  func pack(_ source: UnsafePointer<Float>, to panels: UnsafeMutablePointer<Float>) {
    for (index, start) in starts.enumerated() {
      sw_pack(
        source + start, Int64(termStride), Int64(columnStride), Int64(terms), Int64(columns),
        panels + index * matrixCount)
    }
  }
}

extension Planner {
  /// A dot in single precision on the product kernels.
  func product(
    _ dimensions: DotDimensions, _ left: BufferView, _ right: BufferView, _ type: ValueType
  ) -> BufferView {
    guard let layout = ProductLayout(dimensions, left, right) else {
      // Summed axes that do not lie in one stride are put side by side first.
      let l = gathered(left, dimensions.leftBatch, dimensions.leftContracting)
      let r = gathered(right, dimensions.rightBatch, dimensions.rightContracting)
      let batches = Array(0..<dimensions.leftBatch.count)
      return product(
        DotDimensions(
          leftBatch: batches, rightBatch: batches,
          leftContracting: Array(
            (l.shape.count - dimensions.leftContracting.count)..<l.shape.count),
          rightContracting: Array(
            (r.shape.count - dimensions.rightContracting.count)..<r.shape.count)),
        l, r, type)
    }
    guard isFixed(right.buffer), layout.terms > 0 else {
      let target = result(type, of: [left, right])
      add(
        ProductKernel(layout, left, right, to: target), reads: [left, right], writes: [target])
      return target
    }
    var starts: [Int] = []
    for piece in layout.pieces where !starts.contains(piece.right) { starts.append(piece.right) }
    let key = PackingKey(
      buffer: right.buffer, starts: starts.map { $0 + right.offset }, terms: layout.terms,
      columns: layout.columns, termStride: layout.rightTerm, columnStride: layout.rightColumn)
    let panels = packed(key)
    let target = result(type, of: [left, panels])
    add(
      PackedProductKernel(layout, left, panels, starts: starts, key: key, to: target),
      reads: [left, panels], writes: [target])
    return target
  }

  /// A dense copy with the batch axes first and the summed axes last.
  private func gathered(_ view: BufferView, _ batch: [Int], _ summed: [Int]) -> BufferView {
    copied(view.transposed(batch + view.axes(except: batch + summed) + summed))
  }

  /// The panels of a right operand, packed before the program runs where it never changes.
  func packed(_ key: PackingKey) -> BufferView {
    if let known = packings[key] { return known }
    let source = BufferView(buffer: key.buffer, ValueType(.float32, [0]))
    let count = key.matrixCount * key.starts.count
    if case .parameter(let index) = buffers[key.buffer].home {
      let buffer = addBuffer(.packed(index, key.anywhere), byteCount: key.byteCount)
      packings[key] = BufferView(buffer: buffer, ValueType(.float32, [count]))
      return BufferView(buffer: buffer, ValueType(.float32, [count]))
    }
    let panels = result(ValueType(.float32, [count]), of: [source])
    add(PackKernel(key, to: panels), reads: [source], writes: [panels])
    if isFixed(panels.buffer) { packings[key] = panels }
    return panels
  }
}

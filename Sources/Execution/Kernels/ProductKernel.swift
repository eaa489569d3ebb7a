import CKernels

extension Place {
  /// The address as singles.
  @inline(__always)
  func floats(_ frame: Frame) -> UnsafeMutablePointer<Float> {
    address(frame).assumingMemoryBound(to: Float.self)
  }
}

/// Matrix products of two values in single precision, where they lie.
final class ProductKernel: Kernel {
  private let layout: ProductLayout
  private let left: Place
  private let right: Place
  private let target: Place

  init(
    _ layout: ProductLayout, _ left: BufferView, _ right: BufferView, to target: BufferView
  ) {
    self.layout = layout
    self.left = Place(left)
    self.right = Place(right)
    self.target = Place(target)
  }

  override func run(_ frame: Frame) {
    let (a, b, c) = (left.floats(frame), right.floats(frame), target.floats(frame))
    for index in layout.pieces.indices {
      let piece = layout.pieces[index]
      var rows = sw_matrix(
        base: a + piece.left, rowStride: Int64(layout.leftRow),
        columnStride: Int64(layout.leftTerm))
      var columns = sw_matrix(
        base: b + piece.right, rowStride: Int64(layout.rightTerm),
        columnStride: Int64(layout.rightColumn))
      sw_dot(
        &rows, &columns, Int64(layout.rows), Int64(layout.columns), Int64(layout.terms),
        c + piece.target, Int64(layout.targetRow))
    }
  }
}

/// Packs right operands into panels.
final class PackKernel: Kernel {
  private let key: PackingKey
  private let target: Place

  init(_ key: PackingKey, to target: BufferView) {
    self.key = key
    self.target = Place(target)
  }

  override func run(_ frame: Frame) {
    key.pack(
      frame.slots[key.buffer].assumingMemoryBound(to: Float.self), to: target.floats(frame))
  }
}

/// Matrix products with packed right operands in single precision.
final class PackedProductKernel: RowwiseKernel, FinishingProduct {
  private let layout: ProductLayout
  private let left: Place
  private let panels: Place
  private var target: Place
  private var finish = ProductFinish.Places()
  /// For every piece, where its panels start.
  private let panelStarts: [Int]
  private let columnSplit: WorkSplit

  init(
    _ layout: ProductLayout, _ left: BufferView, _ panels: BufferView, starts: [Int],
    key: PackingKey, to target: BufferView
  ) {
    self.layout = layout
    self.left = Place(left)
    self.panels = Place(panels)
    self.target = Place(target)
    panelStarts = layout.pieces.map { piece in
      (starts.firstIndex(of: piece.right) ?? 0) * key.matrixCount
    }
    let work = layout.pieces.count * layout.rows * layout.columns * layout.terms
    columnSplit = WorkSplit(total: layout.columns, work: work, steps: [64, 16])
    super.init(WorkSplit(total: layout.rows, work: work, steps: [12, 6, 1]))
  }

  /// Whether parts are rows, each reading all panels, and not columns.
  private func sharesRows(_ count: Int) -> Bool {
    layout.leftTerm != 1 || layout.rows >= 16 * count || !columnSplit.isEven(count)
  }

  /// A product of many matrices has their rows in an order of its own.
  override var hasRows: Bool { layout.pieces.count == 1 && layout.targetRow == layout.columns }

  override var keepsToRows: Bool { layout.leftTerm == 1 }

  var finishedColumns: Int? {
    hasRows && layout.leftTerm == 1 && layout.terms <= Int(SW_PRODUCT_CHUNK) ? layout.columns : nil
  }

  func finish(_ finish: ProductFinish, to target: BufferView) {
    self.finish = ProductFinish.Places(finish, columns: layout.columns)
    self.target = Place(target)
  }

  override func run(_ frame: Frame) {
    if frame.isPlain {
      run(rows: 0..<layout.rows, columns: 0..<layout.columns, frame)
      return
    }
    let count = frame.pool?.threadCount ?? 1
    shareParts(count == 1 || sharesRows(count) ? split : columnSplit, frame)
  }

  override func run(rows: Range<Int>, part: Int, _ frame: Frame) {
    run(rows: rows, columns: 0..<layout.columns, frame)
  }

  /// Parts are rows where there are enough of them, else vectors of columns.
  override func run(part: Int, of count: Int, _ frame: Frame) {
    if count == 1 || sharesRows(count) {
      run(rows: split.units(part, of: count), columns: 0..<layout.columns, frame)
    } else {
      run(rows: 0..<layout.rows, columns: columnSplit.units(part, of: count), frame)
    }
  }

  private func run(rows: Range<Int>, columns: Range<Int>, _ frame: Frame) {
    let (a, b, c) = (left.floats(frame), panels.floats(frame), target.floats(frame))
    guard !rows.isEmpty, !columns.isEmpty else { return }
    for index in layout.pieces.indices {
      let piece = layout.pieces[index]
      let from = a + piece.left + rows.lowerBound * layout.leftRow
      let to = c + piece.target + rows.lowerBound * layout.targetRow + columns.lowerBound
      let matrix = b + panelStarts[index]
      if layout.leftTerm != 1 {
        product(from, matrix, to, rows.count)
        continue
      }
      var left = sw_rows(
        base: from, rowStride: Int64(layout.leftRow), segments: 1,
        segmentLength: Int64(layout.terms), offsets: nil)
      var right = sw_panels(
        packed: matrix, n: Int64(layout.columns), first: Int64(columns.lowerBound),
        count: Int64(columns.count))
      var finish = finish.at(row: rows.lowerBound, column: columns.lowerBound, frame)
      sw_gemm(&left, Int64(rows.count), &right, &finish, to, Int64(layout.targetRow))
    }
  }

  /// A left operand whose terms do not follow each other: panels are read as plain columns.
  private func product(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    _ rowCount: Int
  ) {
    var rows = sw_matrix(
      base: a, rowStride: Int64(layout.leftRow), columnStride: Int64(layout.leftTerm))
    for first in stride(from: 0, to: layout.columns, by: 64) {
      let count = Int64(min(64, layout.columns - first))
      // A row of a panel is what one term of its columns takes.
      var panel = sw_matrix(
        base: b + first * layout.terms, rowStride: sw_packed_count(1, count), columnStride: 1)
      sw_dot(
        &rows, &panel, Int64(rowCount), count,
        Int64(layout.terms), c + first, Int64(layout.targetRow))
    }
  }
}

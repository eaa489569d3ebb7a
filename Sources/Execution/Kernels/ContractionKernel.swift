import CKernels

/// Matrix products of two values in single precision, where they lie.
final class ContractionKernel: Kernel {
  private let product: Contraction
  private let left: BufferAddress
  private let right: BufferAddress
  private let target: BufferAddress

  init(
    _ product: Contraction, _ left: BufferView, _ right: BufferView, to target: BufferView
  ) {
    self.product = product
    self.left = BufferAddress(left)
    self.right = BufferAddress(right)
    self.target = BufferAddress(target)
  }

  override func run(_ context: ExecutionContext) {
    let (a, b, c) = (left.floats(context), right.floats(context), target.floats(context))
    for index in product.batch.indices {
      let entry = product.batch[index]
      var rows = sw_matrix(
        base: a + entry.a, rowStride: Int64(product.aRow), columnStride: Int64(product.aTerm))
      var columns = sw_matrix(
        base: b + entry.b, rowStride: Int64(product.bTerm),
        columnStride: Int64(product.bColumn))
      sw_dot(
        &rows, &columns, Int64(product.m), Int64(product.n), Int64(product.k), c + entry.c,
        Int64(product.cRow))
    }
  }
}

/// Packs right operands into panels.
final class PackKernel: Kernel {
  private let layout: PanelLayout
  private let source: BufferAddress
  private let target: BufferAddress

  init(_ layout: PanelLayout, from source: BufferView, to target: BufferView) {
    self.layout = layout
    self.source = BufferAddress(source)
    self.target = BufferAddress(target)
  }

  override func run(_ context: ExecutionContext) {
    layout.pack(source.floats(context), to: target.floats(context))
  }
}

/// Matrix products with packed right operands in single precision, and their epilogue.
final class PackedContractionKernel: RowwiseKernel {
  private let product: Contraction
  private let left: BufferAddress
  private let panels: BufferAddress
  private let target: BufferAddress
  private let epilogue: EpilogueAddresses
  private let columnSplit: WorkSplit

  init(_ product: Contraction, _ left: BufferView, _ panels: BufferView, to results: [BufferView]) {
    self.product = product
    self.left = BufferAddress(left)
    self.panels = BufferAddress(panels)
    target = BufferAddress(results[0])
    epilogue = EpilogueAddresses(product.epilogue, columns: product.n, results: results)
    columnSplit = WorkSplit(total: product.n, work: product.work, steps: [64, 16])
    super.init(WorkSplit(total: product.m, work: product.work, steps: [12, 6, 1]))
  }

  /// Whether parts are rows, each reading all panels, and not columns.
  private func sharesRows(_ count: Int) -> Bool {
    product.aTerm != 1 || product.m >= 16 * count || !columnSplit.isEven(count)
  }

  override func run(_ context: ExecutionContext) {
    if context.isPlain {
      run(rows: 0..<product.m, columns: 0..<product.n, context)
      return
    }
    let count = context.pool?.threadCount ?? 1
    shareParts(count == 1 || sharesRows(count) ? split : columnSplit, context)
  }

  override func run(rows: Range<Int>, part: Int, _ context: ExecutionContext) {
    run(rows: rows, columns: 0..<product.n, context)
  }

  /// Parts are rows where there are enough of them, else vectors of columns.
  override func run(part: Int, of count: Int, _ context: ExecutionContext) {
    if count == 1 || sharesRows(count) {
      run(rows: split.units(part, of: count), columns: 0..<product.n, context)
    } else {
      run(rows: 0..<product.m, columns: columnSplit.units(part, of: count), context)
    }
  }

  private func run(rows: Range<Int>, columns: Range<Int>, _ context: ExecutionContext) {
    let (a, b, c) = (left.floats(context), panels.floats(context), target.floats(context))
    guard !rows.isEmpty, !columns.isEmpty else { return }
    for index in product.batch.indices {
      let entry = product.batch[index]
      let from = a + entry.a + rows.lowerBound * product.aRow
      let to = c + entry.c + rows.lowerBound * product.cRow + columns.lowerBound
      let matrix = b + entry.b
      if product.aTerm != 1 {
        multiply(from, matrix, to, rows.count)
        continue
      }
      var left = sw_rows(
        base: from, rowStride: Int64(product.aRow), segments: 1,
        segmentLength: Int64(product.k), offsets: nil)
      var right = sw_panels(
        packed: matrix, n: Int64(product.n), first: Int64(columns.lowerBound),
        count: Int64(columns.count))
      var end = epilogue.at(row: rows.lowerBound, column: columns.lowerBound, context)
      sw_gemm(&left, Int64(rows.count), &right, &end, to, Int64(product.cRow))
    }
  }

  /// A left operand whose terms do not follow each other: panels are read as plain columns.
  private func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    _ rowCount: Int
  ) {
    var rows = sw_matrix(
      base: a, rowStride: Int64(product.aRow), columnStride: Int64(product.aTerm))
    for first in stride(from: 0, to: product.n, by: 64) {
      let count = Int64(min(64, product.n - first))
      // A row of a panel is what one term of its columns takes.
      var panel = sw_matrix(
        base: b + first * product.k, rowStride: sw_packed_count(1, count), columnStride: 1)
      sw_dot(
        &rows, &panel, Int64(rowCount), count, Int64(product.k), c + first, Int64(product.cRow))
    }
  }
}

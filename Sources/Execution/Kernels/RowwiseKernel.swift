/// A kernel whose work is rows that can be done in any order and in runs of any length.
class RowwiseKernel: Kernel {
  /// How the rows are cut into parts.
  final let split: WorkSplit

  init(_ split: WorkSplit) { self.split = split }

  override final var work: Int { split.work }

  override func run(_ context: ExecutionContext) {
    guard context.isPlain else {
      shareParts(split, context)
      return
    }
    run(rows: 0..<split.total, part: 0, context)
  }

  override func run(part: Int, of count: Int, _ context: ExecutionContext) {
    run(rows: split.units(part, of: count), part: part, context)
  }
}

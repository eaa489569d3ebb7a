/// A kernel whose work is rows that can be done in any order and in runs of any length.
///
/// What a row is, is the kernel's business: an output of a convolution, a row of a product, an
/// element of a chain.
class RowwiseKernel: Kernel {
  /// How the rows are cut into parts.
  final let split: WorkSplit

  init(_ split: WorkSplit) { self.split = split }

  /// Whether rows of the results follow each other in the order of the kernel's rows.
  var hasRows: Bool { split.total > 0 }

  /// Whether a row of the results depends on no other row of the operands.
  ///
  /// A convolution that sees earlier timesteps does not keep to its rows.
  var keepsToRows: Bool { true }

  /// Does some of the rows; `part` tells which scratch it may use.
  func run(rows: Range<Int>, part: Int, _ frame: Frame) {
    preconditionFailure("Every kernel of rows overrides this.")
  }

  override func run(_ frame: Frame) {
    guard frame.isPlain else {
      shareParts(split, frame)
      return
    }
    run(rows: 0..<split.total, part: 0, frame)
  }

  override func run(part: Int, of count: Int, _ frame: Frame) {
    run(rows: split.units(part, of: count), part: part, frame)
  }
}

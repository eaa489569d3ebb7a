/// Which function a reduction folds with.
///
/// Its value for no elements is 0, 1, -inf, +inf (the extremes for integers), true, false. A fold
/// starts from that value, so a sum of -0 is +0.
public enum ReductionKind: String, CaseIterable, Sendable {
  /// The sum.
  case sum
  /// The product.
  case prod
  /// The greatest; NaN if any is.
  case max
  /// The smallest; NaN if any is.
  case min
  /// Whether all are true.
  case and
  /// Whether any is true.
  case or
}

/// Combines elements along axes.
public enum ReductionOp: Hashable, Sendable {
  /// Folds `axes` (ascending) away.
  case reduce(ReductionKind, axes: [Int])
  /// The first index of the greatest (`max`) or smallest (`min`) along an axis, as `i32`; NaN wins.
  case argReduce(ReductionKind, axis: Int)
  /// Running fold along an axis, of all elements up to and including (after, when `reverse`) each.
  case cumulative(ReductionKind, axis: Int, reverse: Bool)
  /// Folds windows of a padded operand; padding is the fold's value for no elements.
  case reduceWindow(ReductionKind, WindowDimensions)
  /// Two results: the elements in order along an axis, and where each stood, as `i32`. Stable either
  /// way: equal elements (such as -0 and +0) keep their order. NaN counts as greater than all.
  case sort(axis: Int, descending: Bool)
}

/// Window extents, one number an axis of the operand.
public struct WindowDimensions: Hashable, Sendable {
  /// Taps.
  public var size: [Int]
  /// Distance between windows.
  public var stride: [Int]
  /// Distance between taps.
  public var dilation: [Int]
  /// Elements added before.
  public var padLow: [Int]
  /// Elements added after.
  public var padHigh: [Int]

  /// Makes window extents.
  public init(size: [Int], stride: [Int], dilation: [Int], padLow: [Int], padHigh: [Int]) {
    self.size = size
    self.stride = stride
    self.dilation = dilation
    self.padLow = padLow
    self.padHigh = padHigh
  }
}

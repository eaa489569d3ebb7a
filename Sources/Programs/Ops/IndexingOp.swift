/// What a gather gives for an index outside `0 ..< extent`.
public enum OutOfRangeRule: String, Hashable, Sendable {
  /// The nearest index that exists; 0 when the axis is empty.
  case clamp
  /// NaN (0 for integers and bool).
  case nan
  /// 0.
  case zero
}

/// Reads or writes at computed positions.
public enum IndexingOp: Hashable, Sendable {
  /// Operands: data, indices `i32`. The leading `batchAxes` axes of both are paired; `axis` of data
  /// is replaced by the other axes of the indices.
  case gather(axis: Int, batchAxes: Int, outOfRange: OutOfRangeRule)
  /// Operands: base, indices `i32`, updates. Adds every update to the element that `gather` with the
  /// same numbers would have read, in row-major order of updates; outside indices are dropped.
  case scatterAdd(axis: Int, batchAxes: Int)
  /// Operands: data, start `i32[]`. `size` elements along `axis` from `start`, moved inside.
  case dynamicSlice(axis: Int, size: Int)
  /// Operands: data, update, start `i32[]`. Data with `update` written from `start`, moved inside.
  case dynamicUpdate(axis: Int)
}

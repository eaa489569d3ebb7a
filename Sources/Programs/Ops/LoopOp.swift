/// A body program repeated a fixed number of times.
///
/// Operands: `capturedCount` values seen unchanged by every iteration, then `carriedCount` initial
/// values, then sequences cut along `axis`. Body inputs: captured, carried, the iteration's slices
/// (`axis` removed). Body outputs: the new carried values, then values to be stacked. Results: the
/// last carried values, then the stacked ones (with `axis` of extent `tripCount`).
public struct LoopOp: Sendable {
  /// One iteration.
  public var body: Program
  /// The number of iterations.
  public var tripCount: Int
  /// Whether iterations run from the last slice to the first; stacked values keep their slice's place.
  public var reverse: Bool
  /// The axis along which operands are cut and results stacked.
  public var axis: Int
  /// How many operands are captured.
  public var capturedCount: Int
  /// How many operands are carried.
  public var carriedCount: Int

  /// Makes a loop.
  public init(
    body: Program, tripCount: Int, reverse: Bool = false, axis: Int, capturedCount: Int,
    carriedCount: Int
  ) {
    self.body = body
    self.tripCount = tripCount
    self.reverse = reverse
    self.axis = axis
    self.capturedCount = capturedCount
    self.carriedCount = carriedCount
  }
}

public import Tensors

/// Rearranges elements without arithmetic.
public enum MovementOp: Hashable, Sendable {
  /// The same row-major elements under another shape.
  case reshape(Shape)
  /// `out` axis `i` is operand axis `permutation[i]`.
  case transpose(permutation: [Int])
  /// Operand axis `i` becomes output axis `axes[i]` (ascending); extent 1 or equal.
  case broadcast(Shape, axes: [Int])
  /// Elements `start, start + stride, … < limit` of every axis.
  case slice(start: [Int], limit: [Int], stride: [Int])
  /// Operands: values and a scalar. Adds `low` and `high` copies of the scalar at the ends of every
  /// axis (negative numbers cut) and `interior` copies between neighbours.
  case pad(low: [Int], high: [Int], interior: [Int])
  /// Reverses the order along axes.
  case reverse(axes: [Int])
  /// Joins the operands along an axis.
  case concatenate(axis: Int)
}

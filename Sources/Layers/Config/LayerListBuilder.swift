/// Collects layers from a block, with `if`, `switch` and `for`.
///
/// ```swift
/// Serial {
///   Conv1D(filters: 64, kernelSize: 5, padding: .causal)
///   if deep { LSTM(units: 64) }
///   for _ in 0..<2 { Dense(features: 64) }
/// }
/// ```
@resultBuilder
public enum LayerListBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any SequenceLayer) -> [any SequenceLayer] { [layer] }

  /// Several layers at once.
  public static func buildExpression(_ layers: [any SequenceLayer]) -> [any SequenceLayer] {
    layers
  }

  /// The layers of a block, in order.
  public static func buildBlock(_ parts: [any SequenceLayer]...) -> [any SequenceLayer] {
    parts.flatMap { $0 }
  }

  /// The layers of an `if` without `else`: none if its condition is false.
  public static func buildOptional(_ part: [any SequenceLayer]?) -> [any SequenceLayer] {
    part ?? []
  }

  /// The layers of the first branch.
  public static func buildEither(first part: [any SequenceLayer]) -> [any SequenceLayer] { part }

  /// The layers of the other branch.
  public static func buildEither(second part: [any SequenceLayer]) -> [any SequenceLayer] { part }

  /// The layers of a loop, in order.
  public static func buildArray(_ parts: [[any SequenceLayer]]) -> [any SequenceLayer] {
    parts.flatMap { $0 }
  }
}

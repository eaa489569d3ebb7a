public import Tensors

/// First values of a parameter that come from a model file.
public struct GivenValues: Hashable, Sendable {
  /// The values, of the parameter's shape and dtype.
  public let tensor: Tensor

  /// Wraps values.
  public init(_ tensor: Tensor) { self.tensor = tensor }

  /// Whether both are the same bits.
  public static func == (a: GivenValues, b: GivenValues) -> Bool { a.tensor.bitsEqual(b.tensor) }

  /// By shape: bits are compared only where shapes are equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(tensor.shape)
    hasher.combine(tensor.dtype)
  }
}

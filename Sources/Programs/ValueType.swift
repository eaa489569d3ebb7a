public import Tensors

/// The element type and static shape of a value in a program.
public struct ValueType: Hashable, Sendable, CustomStringConvertible {
  /// The element type.
  public var dtype: DType
  /// The extents, outermost axis first.
  public var shape: Shape

  /// Makes a type.
  public init(_ dtype: DType, _ shape: Shape) {
    self.dtype = dtype
    self.shape = shape
  }

  /// The number of axes.
  public var rank: Int { shape.count }

  /// Such as `f32[2, 16, 64]`.
  public var description: String { dtype.shortName + shape.shapeText }
}

public import Tensors

/// What a sequence carries at each timestep: the shape after `[b, t]` and the element type.
public struct ChannelSpec: Hashable, Sendable, CustomStringConvertible {
  /// The channel shape; empty when a timestep is a single number.
  public var shape: Shape
  /// The element type.
  public var dtype: DType

  /// Makes a spec.
  public init(_ shape: Shape, _ dtype: DType = .float32) {
    self.shape = shape
    self.dtype = dtype
  }

  /// Such as `f32[64]`.
  public var description: String { dtype.shortName + shape.shapeText }
}

/// What is known of a named constant before any value is seen.
public struct ConstantSpec: Hashable, Sendable {
  /// Whether a constant is a sequence with a mask or a bare array.
  public enum Form: Hashable, Sendable {
    /// Values `[b, t, ...channel]` with a mask `[b, t]`; `streamed` ones are cut into the same
    /// blocks as the input when stepping.
    case sequence(streamed: Bool)
    /// Values of any shape, batch axis first.
    case array
    /// A parameter that another layer owns and offers by name; no row has its own.
    case table
  }

  /// Sequence or array.
  public var form: Form
  /// The shape of the values, batch and time axes included.
  public var shape: Shape
  /// The element type.
  public var dtype: DType
  /// The dtype in which the owner of a table computes, if it says.
  public var computeDtype: DType?

  /// Makes a spec.
  public init(form: Form, shape: Shape, dtype: DType, computeDtype: DType? = nil) {
    self.form = form
    self.shape = shape
    self.dtype = dtype
    self.computeDtype = computeDtype
  }

  /// The shape after `[b, t]` of a sequence, after `[b]` of an array.
  public var channelShape: Shape {
    switch form {
    case .sequence: Array(shape.dropFirst(2))
    case .array: Array(shape.dropFirst(1))
    case .table: shape
    }
  }
}

/// The named constants that a model is given besides its input.
public typealias ConstantSpecs = [String: ConstantSpec]

public import Layers
public import Tensors

/// A named constant given to a model besides its input.
public enum ConstantTensor: Sendable {
  /// Values with a mask, given whole.
  case sequence(SequenceTensor)
  /// Values with a mask that are cut into the same blocks as the input when stepping.
  case streamed(SequenceTensor)
  /// Bare values, batch axis first, or a single number for all rows.
  case array(Tensor)

  /// What layers may know of it before they see values.
  public var spec: ConstantSpec {
    switch self {
    case .sequence(let x):
      ConstantSpec(form: .sequence(streamed: false), shape: x.values.shape, dtype: x.values.dtype)
    case .streamed(let x):
      ConstantSpec(form: .sequence(streamed: true), shape: x.values.shape, dtype: x.values.dtype)
    case .array(let tensor):
      ConstantSpec(form: .array, shape: tensor.shape, dtype: tensor.dtype)
    }
  }

  /// The constant for a block of the input: streamed ones are cut to the range, others are whole.
  func block(_ range: Range<Int>) -> ConstantTensor {
    guard case .streamed(let x) = self else { return self }
    return .streamed(x.timesteps(range))
  }

  /// The constant for some rows.
  package func rows(_ indices: [Int]) -> ConstantTensor {
    switch self {
    case .sequence(let x): .sequence(x.rows(x.batch == 1 ? indices.map { _ in 0 } : indices))
    case .streamed(let x): .streamed(x.rows(x.batch == 1 ? indices.map { _ in 0 } : indices))
    case .array(let tensor) where tensor.shape.isEmpty: self
    case .array(let tensor):
      .array(tensor.rows(tensor.shape.first == 1 ? indices.map { _ in 0 } : indices))
    }
  }
}

/// The named constants of a run.
public typealias Constants = [String: ConstantTensor]

extension Constants {
  /// What layers may know of them before they see values.
  public var specs: ConstantSpecs { mapValues(\.spec) }

  /// The constants for a block of the input.
  package func block(_ range: Range<Int>) -> Constants { mapValues { $0.block(range) } }
}

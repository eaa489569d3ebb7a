import Layers
public import Tensors

/// Sequences whose values at invalid timesteps are 0: for functions that must not see garbage.
public struct MaskedSequenceTensor: Sendable {
  /// The sequences as they are.
  public let sequence: SequenceTensor

  /// Sets every element at invalid timesteps to 0.
  public init(_ sequence: SequenceTensor) { self.sequence = sequence.maskedInvalid() }

  private init(known sequence: SequenceTensor) { self.sequence = sequence }

  /// The values, 0 where invalid.
  public var values: Tensor { sequence.values }
  /// Which timesteps are valid.
  public var mask: Tensor { sequence.mask }

  /// The values through a function that gives 0 for 0, which the caller promises.
  ///
  /// - Throws: what `transform` throws; ``RuntimeError`` `.invalidSequence` when rows or timesteps differ.
  public func mapValues(
    preservingZero transform: (Tensor) throws -> Tensor
  ) throws -> MaskedSequenceTensor {
    MaskedSequenceTensor(known: try sequence.mapValues(transform))
  }

  /// The values through any function; nothing is known of invalid timesteps then.
  ///
  /// - Throws: what `transform` throws; ``RuntimeError`` `.invalidSequence` when rows or timesteps differ.
  public func mapValues(_ transform: (Tensor) throws -> Tensor) throws -> SequenceTensor {
    try sequence.mapValues(transform)
  }

  /// The same numbers in another dtype.
  public func converted(to dtype: DType) -> MaskedSequenceTensor {
    MaskedSequenceTensor(known: sequence.converted(to: dtype))
  }

  /// The sequences with invalid zeros before and behind.
  public func padded(left: Int = 0, right: Int = 0) -> MaskedSequenceTensor {
    MaskedSequenceTensor(known: sequence.padded(left: left, right: right, valid: false))
  }

  /// The sequences with the time axis reversed.
  public func reversedTime() -> MaskedSequenceTensor {
    MaskedSequenceTensor(known: sequence.reversedTime())
  }

  /// The rows at these positions, in this order.
  public func rows(_ indices: [Int]) -> MaskedSequenceTensor {
    MaskedSequenceTensor(known: sequence.rows(indices))
  }

  /// Joins sequences of equal batch and channels in time.
  ///
  /// - Precondition: there is at least one.
  public static func concatenate(_ parts: [MaskedSequenceTensor]) -> MaskedSequenceTensor {
    MaskedSequenceTensor(known: .concatenate(parts.map(\.sequence)))
  }
}

package import Runtime
import Tensors

/// What stands where nothing may be read: NaN, or where a dtype has none its largest or smallest number.
package enum Poison: CaseIterable {
  case largest, smallest

  func number(_ dtype: DType) -> Double {
    let (largest, smallest): (Double, Double) =
      switch dtype {
      case .float32, .float64, .bfloat16, .float16, .complex64: (.nan, .nan)
      case .bool: (1, 0)
      case .int8: (0x1p7 - 1, -0x1p7)
      case .int16: (0x1p15 - 1, -0x1p15)
      case .int32: (0x1p31 - 1, -0x1p31)
      case .int64: (0x1p53, -0x1p53)
      case .uint8: (0x1p8 - 1, 0)
      case .uint32: (0x1p32 - 1, 0)
      }
    return self == .largest ? largest : smallest
  }

  /// Those that differ for an input.
  static func kinds(for input: SequenceTensor) -> [Poison] {
    input.canHoldNaN ? [.largest] : allCases
  }
}

extension SequenceTensor {
  /// Whether a timestep can hold NaN.
  var canHoldNaN: Bool { values.dtype.isFloating || values.dtype == .complex64 }

  /// The sequence with poison at invalid timesteps.
  package func poisoned(_ poison: Poison = .largest) -> SequenceTensor {
    filledInvalid(with: poison.number(values.dtype))
  }
}

extension ConstantTensor {
  /// The constant with NaN at invalid timesteps.
  ///
  /// Integers, such as positions, stay: they are read wherever the input is valid.
  package var poisoned: ConstantTensor {
    switch self {
    case .sequence(let x): .sequence(x.canHoldNaN ? x.poisoned() : x)
    case .streamed(let x): .streamed(x.canHoldNaN ? x.poisoned() : x)
    case .array: self
    }
  }
}

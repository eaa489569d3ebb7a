package import Tensors

/// How two numbers differ.
///
/// NaN equals NaN, whatever its bits; a NaN beside a number is an infinite difference. Infinities of
/// one sign are equal, and zeros of both signs are.
package enum ValueDifference {
  /// The absolute difference; infinite where only one is NaN or infinite.
  package static func between(_ a: Double, _ b: Double) -> Double {
    if a == b { return 0 }
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN ? 0 : .infinity }
    return (a - b).magnitude
  }

  /// How many numbers of a type lie between two, counting the second: units in the last place.
  ///
  /// Both are rounded to `dtype` first. Nil for NaN and for types that are not floating.
  package static func ulps(_ a: Double, _ b: Double, _ dtype: DType) -> UInt64? {
    guard let a = ordinal(a, dtype), let b = ordinal(b, dtype) else { return nil }
    // The two may have different signs; their distance then needs the 64th bit.
    return a >= b ? UInt64(bitPattern: a &- b) : UInt64(bitPattern: b &- a)
  }

  /// The type in which the values of two arrays are distinguished: the coarser of two floating ones.
  package static func coarser(_ a: DType, _ b: DType) -> DType {
    func digits(_ dtype: DType) -> Int {
      switch dtype {
      case .bfloat16: 8
      case .float16: 11
      case .float32, .complex64: 24
      case .float64: 53
      case .int8, .int16, .int32, .int64, .uint8, .uint32, .bool: 64
      }
    }
    let coarse = digits(a) <= digits(b) ? a : b
    return coarse == .complex64 ? .float32 : coarse
  }

  /// A whole number that orders the values of a type as the values are ordered.
  private static func ordinal(_ value: Double, _ dtype: DType) -> Int64? {
    guard !value.isNaN else { return nil }
    let magnitude: Int64
    let isNegative = value < 0
    switch dtype {
    case .float64: magnitude = Int64(value.magnitude.bitPattern)
    case .float32: magnitude = Int64(Float(value.magnitude).bitPattern)
    case .bfloat16: magnitude = Int64(BFloat16(Float(value.magnitude)).bits)
    case .float16: magnitude = Int64(HalfFloat(Float(value.magnitude)).bits)
    case .int8, .int16, .int32, .int64, .uint8, .uint32, .bool, .complex64: return nil
    }
    return isNegative ? -magnitude : magnitude
  }
}

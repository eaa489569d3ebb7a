/// A Swift type that is the element type of some ``DType``.
public protocol TensorScalar: Sendable, Hashable {
  /// The dtype whose elements have this memory layout.
  static var dtype: DType { get }
}

extension Float: TensorScalar {
  /// `float32`.
  public static var dtype: DType { .float32 }
}
extension Double: TensorScalar {
  /// `float64`.
  public static var dtype: DType { .float64 }
}
extension Int8: TensorScalar {
  /// `int8`.
  public static var dtype: DType { .int8 }
}
extension Int16: TensorScalar {
  /// `int16`.
  public static var dtype: DType { .int16 }
}
extension Int32: TensorScalar {
  /// `int32`.
  public static var dtype: DType { .int32 }
}
extension Int64: TensorScalar {
  /// `int64`.
  public static var dtype: DType { .int64 }
}
extension UInt8: TensorScalar {
  /// `uint8`.
  public static var dtype: DType { .uint8 }
}
extension UInt32: TensorScalar {
  /// `uint32`.
  public static var dtype: DType { .uint32 }
}
extension Bool: TensorScalar {
  /// `bool`.
  public static var dtype: DType { .bool }
}

/// A `bfloat16` element: the upper 16 bits of a single.
public struct BFloat16: TensorScalar {
  /// `bfloat16`.
  public static var dtype: DType { .bfloat16 }
  /// The bit pattern.
  public var bits: UInt16

  /// Makes the element with that bit pattern.
  public init(bits: UInt16) { self.bits = bits }

  /// Rounds to the nearest value, ties to even; any NaN stays a quiet NaN.
  public init(_ value: Float) {
    let pattern = value.bitPattern
    guard !value.isNaN else {
      bits = UInt16(truncatingIfNeeded: pattern >> 16) | 0x0040
      return
    }
    let roundingBias = 0x7FFF + ((pattern >> 16) & 1)
    bits = UInt16(truncatingIfNeeded: (pattern &+ roundingBias) >> 16)
  }

  /// The exact value as a single.
  public var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}

/// A `float16` element, kept as bits because Swift's own type is missing on some platforms.
public struct HalfFloat: TensorScalar {
  /// `float16`.
  public static var dtype: DType { .float16 }
  /// The bit pattern.
  public var bits: UInt16

  /// Makes the element with that bit pattern.
  public init(bits: UInt16) { self.bits = bits }

  /// Rounds to the nearest value, ties to even; overflow gives infinity.
  public init(_ value: Float) {
    let pattern = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: (pattern >> 16) & 0x8000)
    let magnitude = pattern & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 {
      bits = sign | 0x7E00
    } else if magnitude >= 0x4780_0000 {
      bits = sign | 0x7C00
    } else if magnitude < 0x3880_0000 {
      // Subnormal or zero: adding 0.5 aligns the fraction so that the hardware rounds it.
      let aligned = Float(bitPattern: magnitude) + 0.5
      bits = sign | UInt16(truncatingIfNeeded: aligned.bitPattern - Float(0.5).bitPattern)
    } else {
      let odd = (magnitude >> 13) & 1
      let rounded = magnitude &+ 0xFFF &+ odd &- 0x3800_0000
      bits = sign | UInt16(truncatingIfNeeded: rounded >> 13)
    }
  }

  /// The exact value as a single.
  public var float: Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0: return (sign == 0 ? 1 : -1) * Float(fraction) * 0x1p-24
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | (fraction << 13))
    default: return Float(bitPattern: sign | ((exponent + 112) << 23) | (fraction << 13))
    }
  }
}

/// A `complex64` element.
public struct Complex64: TensorScalar {
  /// `complex64`.
  public static var dtype: DType { .complex64 }
  /// The real part.
  public var real: Float
  /// The imaginary part.
  public var imaginary: Float

  /// Makes a complex number from its parts.
  public init(_ real: Float, _ imaginary: Float) {
    self.real = real
    self.imaginary = imaginary
  }
}

extension Tensor {
  /// The element at a row-major position as a double; the real part of a complex element.
  ///
  /// - Precondition: `0 <= position < count`.
  public func double(at position: Int) -> Double {
    precondition(position >= 0 && position < count, "Element \(position) of \(count) elements.")
    return withUnsafeBytes { bytes in Tensor.real(dtype, bytes, position) }
  }

  /// The element at an index, one number an axis, as a double.
  ///
  /// - Precondition: the index is inside the shape.
  public func double(at index: [Int]) -> Double {
    precondition(index.count == rank, "\(index.count) indices for a tensor of rank \(rank).")
    var position = 0
    for (axis, i) in index.enumerated() {
      precondition(i >= 0 && i < shape[axis], "Index \(i) on an axis of \(shape[axis]).")
      position = position * shape[axis] + i
    }
    return double(at: position)
  }

  /// All elements as doubles, in row-major order (real parts of complex elements).
  public func doubles() -> [Double] {
    withUnsafeBytes { bytes in
      switch dtype {
      case .float32: bytes.bindMemory(to: Float.self).map(Double.init)
      case .float64: Array(bytes.bindMemory(to: Double.self))
      default: (0..<count).map { Tensor.real(dtype, bytes, $0) }
      }
    }
  }

  /// The tensor with every element converted to another dtype.
  ///
  /// Floats round to nearest, ties to even. Float to integer truncates towards zero and saturates;
  /// NaN becomes 0. Anything to bool is "not equal to zero". Integer to narrower integer wraps.
  /// Complex to real drops the imaginary part.
  public func converted(to target: DType) -> Tensor {
    switch (dtype, target) {
    case _ where dtype == target: return self
    // Whole weight files and recordings take these ways, so they get a loop of their own.
    case (.bfloat16, .float32): return mapped { (value: BFloat16) in value.float }
    case (.float16, .float32): return mapped { (value: HalfFloat) in value.float }
    case (.float32, .bfloat16): return mapped { (value: Float) in BFloat16(value) }
    case (.float64, .float32): return mapped { (value: Double) in Float(value) }
    case (.float32, .float64): return mapped { (value: Float) in Double(value) }
    case (.complex64, .bool):
      return mapped { (value: Complex64) in value.real != 0 || value.imaginary != 0 }
    default: return convertedElementwise(to: target)
    }
  }

  private func mapped<Source: TensorScalar, Target: TensorScalar>(
    _ convert: (Source) -> Target
  ) -> Tensor {
    Tensor(Target.dtype, shape: shape) { output in
      let results = output.bindMemory(to: Target.self)
      withUnsafeElements(of: Source.self) { values in
        for position in values.indices { results[position] = convert(values[position]) }
      }
    }
  }

  private func convertedElementwise(to target: DType) -> Tensor {
    Tensor(target, shape: shape) { output in
      withUnsafeBytes { input in
        for position in 0..<count {
          if dtype.isInteger, target.isInteger || target == .bool {
            let value = Tensor.integer(dtype, input, position)
            Tensor.writeInteger(target, output, position, value)
          } else if dtype == .int64, target != .float64 {
            let value = Tensor.roundedToOdd(Tensor.integer(dtype, input, position))
            Tensor.write(target, output, position, value)
          } else {
            let value = Tensor.real(dtype, input, position)
            Tensor.write(target, output, position, value)
          }
        }
      }
    }
  }

  private static func real(
    _ dtype: DType, _ bytes: UnsafeRawBufferPointer, _ i: Int
  ) -> Double {
    switch dtype {
    case .float32: Double(bytes.bindMemory(to: Float.self)[i])
    case .float64: bytes.bindMemory(to: Double.self)[i]
    case .bfloat16: Double(bytes.bindMemory(to: BFloat16.self)[i].float)
    case .float16: Double(bytes.bindMemory(to: HalfFloat.self)[i].float)
    case .bool: bytes[i] == 0 ? 0 : 1
    case .complex64: Double(bytes.bindMemory(to: Complex64.self)[i].real)
    case .int8, .int16, .int32, .int64, .uint8, .uint32: Double(integer(dtype, bytes, i))
    }
  }

  private static func integer(
    _ dtype: DType, _ bytes: UnsafeRawBufferPointer, _ i: Int
  ) -> Int64 {
    switch dtype {
    case .int8: Int64(bytes.bindMemory(to: Int8.self)[i])
    case .int16: Int64(bytes.bindMemory(to: Int16.self)[i])
    case .int32: Int64(bytes.bindMemory(to: Int32.self)[i])
    case .int64: bytes.bindMemory(to: Int64.self)[i]
    case .uint32: Int64(bytes.bindMemory(to: UInt32.self)[i])
    default: Int64(bytes[i])
    }
  }

  private static func writeInteger(
    _ dtype: DType, _ bytes: UnsafeMutableRawBufferPointer, _ i: Int, _ value: Int64
  ) {
    switch dtype {
    case .int8: bytes.bindMemory(to: Int8.self)[i] = Int8(truncatingIfNeeded: value)
    case .int16: bytes.bindMemory(to: Int16.self)[i] = Int16(truncatingIfNeeded: value)
    case .int32: bytes.bindMemory(to: Int32.self)[i] = Int32(truncatingIfNeeded: value)
    case .int64: bytes.bindMemory(to: Int64.self)[i] = value
    case .uint32: bytes.bindMemory(to: UInt32.self)[i] = UInt32(truncatingIfNeeded: value)
    case .bool: bytes[i] = value == 0 ? 0 : 1
    default: bytes[i] = UInt8(truncatingIfNeeded: value)
    }
  }

  private static func write(
    _ dtype: DType, _ bytes: UnsafeMutableRawBufferPointer, _ i: Int, _ value: Double
  ) {
    switch dtype {
    case .float32: bytes.bindMemory(to: Float.self)[i] = Float(value)
    case .float64: bytes.bindMemory(to: Double.self)[i] = value
    case .bfloat16: bytes.bindMemory(to: BFloat16.self)[i] = BFloat16(roundedToOdd(value))
    case .float16: bytes.bindMemory(to: HalfFloat.self)[i] = HalfFloat(roundedToOdd(value))
    case .complex64: bytes.bindMemory(to: Complex64.self)[i] = Complex64(Float(value), 0)
    case .bool: bytes[i] = value == 0 ? 0 : 1
    case .int8: bytes.bindMemory(to: Int8.self)[i] = saturated(value)
    case .int16: bytes.bindMemory(to: Int16.self)[i] = saturated(value)
    case .int32: bytes.bindMemory(to: Int32.self)[i] = saturated(value)
    case .int64: bytes.bindMemory(to: Int64.self)[i] = saturated(value)
    case .uint8: bytes[i] = saturated(value)
    case .uint32: bytes.bindMemory(to: UInt32.self)[i] = saturated(value)
    }
  }

  /// The single towards zero, with its last bit set if anything was cut off: rounding it once more
  /// to a shorter type then gives what rounding the double directly would.
  private static func roundedToOdd(_ value: Double) -> Float {
    let nearest = Float(value)
    guard nearest.isFinite, Double(nearest) != value else {
      return value.isFinite && nearest.isInfinite
        ? Float(sign: value.sign, exponent: 127, significand: 2 - Float.ulpOfOne) : nearest
    }
    let isAway = Double(nearest.magnitude) > value.magnitude
    let towardsZero = isAway ? nearest.bitPattern - 1 : nearest.bitPattern
    return Float(bitPattern: towardsZero | 1)
  }

  /// The double towards zero, with its last bit set if anything was cut off.
  private static func roundedToOdd(_ value: Int64) -> Double {
    let magnitude = value.magnitude
    guard magnitude >= 1 << 53 else { return Double(value) }
    let kept = magnitude & ~0x7FF
    let sticky: UInt64 = kept == magnitude ? 0 : 0x800
    return (value < 0 ? -1 : 1) * Double(kept | sticky)
  }

  private static func saturated<Integer: FixedWidthInteger>(_ value: Double) -> Integer {
    if value.isNaN { return 0 }
    if value <= Double(Integer.min) { return .min }
    if value >= Double(Integer.max) { return .max }
    return Integer(value)
  }
}

import Tensors

/// A value of the reference evaluator: floats as doubles that are exact in the dtype, everything
/// else as 64-bit integers inside the dtype's range (`bool` as 0 or 1).
struct ReferenceArray {
  enum Elements {
    case floats([Double])
    case integers([Int64])
  }

  var type: ValueType
  var elements: Elements

  /// Rounds every number to the dtype.
  init(rounding values: [Double], _ type: ValueType) {
    self.type = type
    elements = .floats(values.map { ReferenceArray.rounded($0, type.dtype) })
  }

  /// Wraps every number into the range of the dtype.
  init(wrapping values: [Int64], _ type: ValueType) {
    self.type = type
    elements = .integers(values.map { ReferenceArray.wrapped($0, type.dtype) })
  }

  init(_ tensor: Tensor) {
    type = ValueType(tensor.dtype, tensor.shape)
    elements =
      tensor.dtype.isFloating
      ? .floats(tensor.doubles()) : .integers(tensor.elements(as: Int64.self))
  }

  var tensor: Tensor {
    switch elements {
    case .floats(let values): Tensor(values, shape: type.shape).converted(to: type.dtype)
    case .integers(let values): Tensor(values, shape: type.shape).converted(to: type.dtype)
    }
  }

  /// The elements of a floating value.
  var floats: [Double] {
    guard case .floats(let values) = elements else {
      preconditionFailure("A \(type) was read as floats.")
    }
    return values
  }

  /// The elements of an integer or bool value.
  var integers: [Int64] {
    guard case .integers(let values) = elements else {
      preconditionFailure("A \(type) was read as integers.")
    }
    return values
  }

  var count: Int { type.shape.elementCount }

  /// The elements at these positions, `filler` (or 0) where a position is negative.
  func taking(
    _ positions: [Int], as shape: Shape, filler: ReferenceArray? = nil
  ) -> ReferenceArray {
    var result = self
    result.type.shape = shape
    switch elements {
    case .floats(let values):
      let fill = filler?.floats[0] ?? 0
      result.elements = .floats(positions.map { $0 < 0 ? fill : values[$0] })
    case .integers(let values):
      let fill = filler?.integers[0] ?? 0
      result.elements = .integers(positions.map { $0 < 0 ? fill : values[$0] })
    }
    return result
  }

  /// This with the elements of `other` at these positions, one an element of `other`.
  func replacing(_ positions: [Int], with other: ReferenceArray) -> ReferenceArray {
    var result = self
    switch elements {
    case .floats(var values):
      for (position, value) in zip(positions, other.floats) { values[position] = value }
      result.elements = .floats(values)
    case .integers(var values):
      for (position, value) in zip(positions, other.integers) { values[position] = value }
      result.elements = .integers(values)
    }
    return result
  }

  /// Rounds to a floating dtype as programs do: low precisions by way of a single.
  static func rounded(_ value: Double, _ dtype: DType) -> Double {
    switch dtype {
    case .float32: Double(Float(value))
    case .bfloat16: Double(BFloat16(Float(value)).float)
    case .float16: Double(HalfFloat(Float(value)).float)
    case .float64, .int8, .int16, .int32, .int64, .uint8, .uint32, .bool, .complex64: value
    }
  }

  /// Wraps into the range of an integer dtype.
  static func wrapped(_ value: Int64, _ dtype: DType) -> Int64 {
    switch dtype {
    case .int8: Int64(Int8(truncatingIfNeeded: value))
    case .int16: Int64(Int16(truncatingIfNeeded: value))
    case .int32: Int64(Int32(truncatingIfNeeded: value))
    case .uint8: Int64(UInt8(truncatingIfNeeded: value))
    case .uint32: Int64(UInt32(truncatingIfNeeded: value))
    case .bool: value == 0 ? 0 : 1
    case .int64, .float32, .float64, .bfloat16, .float16, .complex64: value
    }
  }
}

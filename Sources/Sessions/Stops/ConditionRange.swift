import Tensors

/// The numbers that an expression can give, to tell conditions that can never hold.
struct ConditionRange {
  var low: Double
  var high: Double

  static let all = ConditionRange(low: -.infinity, high: .infinity)
  static let notNegative = ConditionRange(low: 0, high: .infinity)

  /// Whether a relation between two expressions can hold.
  static func canHold(
    _ a: ConditionRange, _ relation: StepCondition.Relation, _ b: ConditionRange
  ) -> Bool {
    switch relation {
    // Strictly beyond the largest of all numbers nothing lies.
    case .less: a.low < b.high
    case .lessOrEqual: a.low <= b.high
    case .greater: a.high > b.low
    case .greaterOrEqual: a.high >= b.low
    case .equal: a.low <= b.high && b.low <= a.high
    case .notEqual: !(a.low == a.high && b.low == b.high && a.low == b.low)
    }
  }

  /// The numbers that a dtype has.
  init(_ dtype: DType) {
    switch dtype {
    case .bool: self.init(low: 0, high: 1)
    case .uint8: self.init(low: 0, high: 255)
    case .uint32: self.init(low: 0, high: 4_294_967_295)
    case .int8: self.init(low: -128, high: 127)
    case .int16: self.init(low: -32768, high: 32767)
    case .int32: self.init(low: -2_147_483_648, high: 2_147_483_647)
    case .int64, .float32, .float64, .bfloat16, .float16, .complex64: self = .all
    }
  }

  init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

  /// The numbers that a measure can give of an array.
  init(_ measure: StepCondition.Measure, shape: Shape, dtype: DType) {
    let elements = ConditionRange(dtype)
    switch measure {
    case .min, .max, .mean: self = elements
    case .absmax: self.init(low: 0, high: max(elements.low.magnitude, elements.high.magnitude))
    case .norm, .rms: self = .notNegative
    case .entropy:
      // The logarithm of how many there are, a little more for rounding.
      let count = Double(max(1, shape.last ?? 1))
      self.init(low: 0, high: Self.logarithmBound(count))
    case .valid: self.init(low: 0, high: Double(shape.prefix(2).reduce(1, *)))
    }
  }

  /// At least the natural logarithm of a count, by the number of its binary digits.
  private static func logarithmBound(_ count: Double) -> Double {
    count <= 1 ? 1e-9 : (Double(count.exponent) + 1) * 0.6931472
  }

  /// What is left of the values of a variable.
  func filtered(_ relation: StepCondition.Relation, _ bound: Double) -> ConditionRange {
    var result = self
    switch relation {
    case .less: result.high = Swift.min(high, bound.rounded(.up) - 1)
    case .lessOrEqual: result.high = Swift.min(high, bound.rounded(.down))
    case .greater: result.low = Swift.max(low, bound.rounded(.down) + 1)
    case .greaterOrEqual: result.low = Swift.max(low, bound.rounded(.up))
    case .equal:
      result.low = Swift.max(low, bound.rounded(.up))
      result.high = Swift.min(high, bound.rounded(.down))
    case .notEqual:
      if low == high, low == bound { result.high = low - 1 }
    }
    return result
  }

  var isEmpty: Bool { low > high }
}

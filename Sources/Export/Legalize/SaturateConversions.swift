import Programs
import Tensors

extension Rewrite {
  /// Floating numbers become integers by the rule of tensors: NaN is 0, and what lies outside the range is
  /// its nearest end.
  ///
  /// Casts of runtimes leave both open. A number is true unless it is 0.
  static let saturateConversions = Rewrite(name: "conversions") { operation in
    guard case .convert(let target) = operation.op else { return nil }
    let x = operation.operands[0]
    if target == .bool, x.dtype != .bool { return [x.compare(.eq, 0).not] }
    guard x.dtype.isFloating, let range = target.integerRange else { return nil }
    let number = x.dtype.isLowPrecision ? x.converted(to: .float32) : x
    let safe = number.isNaN.select(number.full(0), number)
    // The ends themselves may round to what is outside, so they are chosen after the conversion.
    let most = range.upperBound.greatest(in: number.dtype)
    let converted = safe.binary(.max, range.lowerBound).binary(.min, most).converted(to: target)
    let isAbove = safe.full(most).compare(.lt, safe)
    return [isAbove.select(converted.full(range.upperBound), converted)]
  }
}

extension Double {
  /// The greatest number of a floating dtype that is not above this one, and that integers can be.
  fileprivate func greatest(in dtype: DType) -> Double {
    guard dtype != .float64 else { return self < 0x1p62 ? self : nextDown }
    let single = Float(self)
    return Double(Double(single) > self || self >= 0x1p62 ? single.nextDown : single)
  }
}

extension DType {
  /// The smallest and the greatest number of an integer dtype.
  var integerRange: ClosedRange<Double>? {
    switch self {
    case .int8: -128...127
    case .int16: -32768...32767
    case .int32: -2_147_483_648...2_147_483_647
    case .int64: -0x1p63...0x1p63
    case .uint8: 0...255
    case .uint32: 0...4_294_967_295
    case .float32, .float64, .bfloat16, .float16, .bool, .complex64: nil
    }
  }
}

extension ReductionKind {
  /// What the fold of no elements gives.
  func identity(_ dtype: DType) -> Double {
    switch self {
    case .sum, .or: 0
    case .prod, .and: 1
    case .max: dtype == .bool ? 0 : dtype.integerRange?.lowerBound ?? -.infinity
    case .min: dtype == .bool ? 1 : dtype.integerRange?.upperBound ?? .infinity
    }
  }

  /// The function of two elements that it folds with.
  var binary: BinaryOp {
    switch self {
    case .sum: .add
    case .prod: .mul
    case .max: .max
    case .min: .min
    case .and: .and
    case .or: .or
    }
  }
}

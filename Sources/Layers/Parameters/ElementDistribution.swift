import Tensors

/// A distribution from which the elements of an array are drawn one by one, each by one uniform number.
enum ElementDistribution: Hashable, Sendable {
  case normal(stddev: Double)
  /// Cut off at two standard deviations, not widened.
  case truncatedNormal(stddev: Double)
  case uniform(from: Double, scale: Double)
  /// Uniform about 0.
  case symmetric(limit: Double)

  private static let low = NormalDistribution.cumulative(-2)
  private static let high = NormalDistribution.cumulative(2)

  /// The element of a uniform number.
  func element(_ uniform: Double) -> Double {
    switch self {
    case .normal(let stddev): NormalDistribution.quantile(max(uniform, 0x1p-54)) * stddev
    case .truncatedNormal(let stddev):
      NormalDistribution.quantile(Self.low + (Self.high - Self.low) * uniform) * stddev
    case .uniform(let start, let scale): start + uniform * scale
    case .symmetric(let limit): (2 * uniform - 1) * limit
    }
  }

  /// The element of a uniform number, rounded to single precision.
  ///
  /// A quantile that is quick to compute decides, unless both its bounds round to different numbers.
  @inline(__always)
  fileprivate func single(_ uniform: Double) -> Float {
    let (share, stddev): (Double, Double)
    switch self {
    case .normal(let deviation): (share, stddev) = (max(uniform, 0x1p-54), deviation)
    case .truncatedNormal(let deviation):
      (share, stddev) = (Self.low + (Self.high - Self.low) * uniform, deviation)
    case .uniform, .symmetric: return Float(element(uniform))
    }
    let quick = NormalDistribution.quickQuantile(share)
    let (least, greatest) = (Float(quick.lower * stddev), Float(quick.upper * stddev))
    return least == greatest ? least : Float(element(uniform))
  }
}

extension RandomStream {
  /// How many elements are drawn between two looks at whether they are still wanted.
  private static let run = 1 << 16

  /// Elements in row-major order; nil when cancelled.
  mutating func doubles(
    _ distribution: ElementDistribution, count: Int, isCancelled: () -> Bool
  ) -> [Double]? {
    var values: [Double] = []
    values.reserveCapacity(count)
    while values.count < count {
      if isCancelled() { return nil }
      for _ in 0..<min(Self.run, count - values.count) {
        values.append(distribution.element(uniform()))
      }
    }
    return values
  }

  /// The same rounded to single precision, with the same bits.
  mutating func singles(
    _ distribution: ElementDistribution, _ shape: Shape, isCancelled: () -> Bool
  ) -> Tensor? {
    let count = shape.elementCount
    var values: [Float] = []
    values.reserveCapacity(count)
    while values.count < count {
      if isCancelled() { return nil }
      for _ in 0..<min(Self.run, count - values.count) {
        values.append(distribution.single(uniform()))
      }
    }
    return Tensor(values, shape: shape)
  }
}

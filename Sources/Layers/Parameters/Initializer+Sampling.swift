package import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Draws the first values of parameters.
package struct ParameterSampler: Sendable {
  /// Every draw depends on this and on the parameter's path only, never on the order of layers.
  package var seed: UInt64

  package init(seed: UInt64) { self.seed = seed }

  /// The first values of a parameter.
  ///
  /// `resolve` gives the values of a parameter that this one is derived from.
  package func values(
    of spec: ParameterSpec, resolve: (String) -> Tensor?
  ) -> Tensor {
    if case .columnNorms(let path) = spec.shaping, let source = resolve(path) {
      return columnNorms(source).converted(to: spec.dtype)
    }
    var stream = RandomStream(seed: seed, name: spec.fileKey)
    var values = spec.initializer.sample(spec.shape, spec.fans, &stream)
    if case .decay(let least, let greatest) = spec.shaping {
      values = values.map { Self.decay($0, least, greatest) }
    }
    return Tensor(values, shape: spec.shape).converted(to: spec.dtype)
  }

  /// The inverse of `softplus` at minus the logarithm of a radius that is drawn by area.
  private static func decay(_ u: Double, _ least: Double, _ greatest: Double) -> Double {
    let area = least * least
    let square = u * (greatest * greatest - area) + area + 1e-8
    return log(1 / square.squareRoot() - 1)
  }

  private func columnNorms(_ kernel: Tensor) -> Tensor {
    let columns = kernel.shape.last ?? 1
    var sums: [Double] = Array(repeating: 0, count: columns)
    for (index, value) in kernel.doubles().enumerated() { sums[index % columns] += value * value }
    return Tensor(sums.map { $0.squareRoot() })
  }
}

extension ParameterSpec {
  /// The path with its copies, below the collection.
  fileprivate var fileKey: String { collection.rawValue + "/" + path }
}

extension Initializer {
  /// Why no values of a shape can be drawn, or nil.
  func mistake(for shape: Shape) -> (found: String, expected: String)? {
    switch self {
    case .orthogonal(let orthogonal):
      let axis = orthogonal.columnAxis
      guard !(-shape.count..<shape.count).contains(axis) else { return nil }
      return ("orthogonal columns on axis \(axis)", "an axis of its shape \(shape.shapeText)")
    case .tensor(let constant):
      let (given, count) = (constant.values.count, shape.elementCount)
      guard given != 1, given != count else { return nil }
      return ("\(given) first values", "1, or \(count) for its shape \(shape.shapeText)")
    case .zeros, .ones, .constant, .normal, .truncatedNormal, .uniform, .varianceScaling,
      .lecunNormal, .lecunUniform, .glorotNormal, .glorotUniform, .heNormal, .heUniform,
      .unitForgetBias, .embedNormal:
      return nil
    }
  }

  /// Draws values in row-major order.
  func sample(
    _ shape: Shape, _ fans: ParameterSpec.Fans, _ stream: inout RandomStream
  ) -> [Double] {
    let count = shape.elementCount
    switch self {
    case .zeros: return Array(repeating: 0, count: count)
    case .ones: return Array(repeating: 1, count: count)
    case .constant(let constant): return Array(repeating: constant.value, count: count)
    case .normal(let normal): return (0..<count).map { _ in stream.normal() * normal.stddev }
    case .truncatedNormal(let normal):
      return (0..<count).map { _ in stream.truncatedNormal() * normal.stddev }
    case .uniform(let uniform):
      return (0..<count).map { _ in uniform.minval + stream.uniform() * uniform.scale }
    case .varianceScaling(let scaling):
      let own = ParameterSpec.Fans(
        inAxes: scaling.inAxis.values, outAxes: scaling.outAxis.values,
        batchAxes: scaling.batchAxis.values)
      return FanScaling(scaling.scale, scaling.mode, scaling.distribution)
        .sample(shape, own, &stream)
    case .lecunNormal:
      return FanScaling(1, .fanIn, .truncatedNormal).sample(shape, fans, &stream)
    case .lecunUniform: return FanScaling(1, .fanIn, .uniform).sample(shape, fans, &stream)
    case .glorotNormal:
      return FanScaling(1, .fanAvg, .truncatedNormal).sample(shape, fans, &stream)
    case .glorotUniform: return FanScaling(1, .fanAvg, .uniform).sample(shape, fans, &stream)
    case .heNormal:
      return FanScaling(2, .fanIn, .truncatedNormal).sample(shape, fans, &stream)
    case .heUniform: return FanScaling(2, .fanIn, .uniform).sample(shape, fans, &stream)
    case .orthogonal(let orthogonal):
      return OrthogonalSampler.sample(shape, orthogonal.columnAxis, &stream)
        .map { $0 * orthogonal.scale }
    case .unitForgetBias:
      // Gates i, f, g, o: the second quarter is the forget gate's.
      let quarter = count / 4
      return (0..<count).map { $0 / max(quarter, 1) == 1 ? 1 : 0 }
    case .embedNormal:
      let rows = ParameterSpec.Fans(inAxes: [-1], outAxes: [0])
      return FanScaling(1, .fanIn, .normal).sample(shape, rows, &stream)
    case .tensor(let constant):
      return constant.values.count == 1
        ? Array(repeating: constant.values[0], count: count) : constant.values
    }
  }
}

/// Values whose variance is `scale / n`, with `n` the inputs, outputs or their mean.
///
/// - Source: Glorot & Bengio 2010, He et al. 2015; the normal distribution cut at two standard
///   deviations is widened so that the variance holds after the cut.
struct FanScaling {
  var scale: Double
  var mode: FanMode
  var distribution: Distribution

  init(_ scale: Double, _ mode: FanMode, _ distribution: Distribution) {
    (self.scale, self.mode, self.distribution) = (scale, mode, distribution)
  }

  func sample(
    _ shape: Shape, _ fans: ParameterSpec.Fans, _ stream: inout RandomStream
  ) -> [Double] {
    let (fanIn, fanOut) = fans.counts(shape)
    let divisor: Double
    switch mode {
    case .fanIn: divisor = fanIn
    case .fanOut: divisor = fanOut
    case .fanAvg: divisor = (fanIn + fanOut) / 2
    }
    let variance = scale / max(divisor, 1e-30)
    let count = shape.elementCount
    switch distribution {
    case .normal:
      return (0..<count).map { _ in stream.normal() * variance.squareRoot() }
    case .truncatedNormal:
      let deviation = variance.squareRoot() / 0.87962566103423978
      return (0..<count).map { _ in stream.truncatedNormal() * deviation }
    case .uniform:
      let limit = (3 * variance).squareRoot()
      return (0..<count).map { _ in (2 * stream.uniform() - 1) * limit }
    }
  }
}

extension ParameterSpec.Fans {
  /// How many inputs and outputs a kernel of that shape connects; axes that are neither multiply
  /// both (receptive axes), except batch axes.
  func counts(_ shape: Shape) -> (inputs: Double, outputs: Double) {
    guard shape.count >= 2 else {
      let count = Double(shape.elementCount)
      return (count, count)
    }
    func product(_ axes: [Int]) -> Double {
      axes.reduce(1) { result, axis in
        let index = axis < 0 ? axis + shape.count : axis
        return result * (shape.indices.contains(index) ? Double(shape[index]) : 1)
      }
    }
    let (inputs, outputs) = (product(inAxes), product(outAxes))
    let receptive = Double(shape.elementCount) / (inputs * outputs * product(batchAxes))
    return (inputs * receptive, outputs * receptive)
  }
}

/// Random orthogonal matrices: Gram–Schmidt on normal vectors.
enum OrthogonalSampler {
  /// Columns (rows, where there are fewer) along `columnAxis` are orthonormal.
  static func sample(
    _ shape: Shape, _ columnAxis: Int, _ stream: inout RandomStream
  ) -> [Double] {
    guard !shape.isEmpty else { return [1] }
    let counted = columnAxis < 0 ? columnAxis + shape.count : columnAxis
    let axis = min(max(counted, 0), shape.count - 1)
    let columns = shape[axis]
    let rows = shape.elementCount / max(columns, 1)
    let (long, short) = (max(rows, columns), min(rows, columns))
    var basis: [[Double]] = []
    while basis.count < short {
      var vector = (0..<long).map { _ in stream.normal() }
      // Twice is enough: the second pass removes what rounding left of the first.
      for _ in 0..<2 {
        for other in basis {
          let overlap = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in vector.indices { vector[index] -= overlap * other[index] }
        }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard norm > 1e-6 else { continue }
      basis.append(vector.map { $0 / norm })
    }
    return place(basis, shape, axis, columnsAreShort: columns == short)
  }

  private static func place(
    _ basis: [[Double]], _ shape: Shape, _ axis: Int, columnsAreShort: Bool
  ) -> [Double] {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let columns = shape[axis]
    return (0..<shape.elementCount).map { position in
      let column = position / inner % columns
      let row = position / (inner * columns) * inner + position % inner
      return columnsAreShort ? basis[column][row] : basis[row][column]
    }
  }
}

extension RandomStream {
  /// A normal double cut off at two standard deviations (not widened).
  mutating func truncatedNormal() -> Double {
    let low = NormalDistribution.cumulative(-2)
    let high = NormalDistribution.cumulative(2)
    return NormalDistribution.quantile(low + (high - low) * uniform())
  }
}

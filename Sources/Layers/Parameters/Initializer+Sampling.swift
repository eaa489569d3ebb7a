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

  /// The first values of a parameter; nil when `isCancelled` is true.
  ///
  /// `resolve` gives the values of a parameter that this one is derived from.
  package func values(
    of spec: ParameterSpec, isCancelled: () -> Bool = { false }, resolve: (String) -> Tensor?
  ) -> Tensor? {
    if case .given(let values) = spec.shaping { return values.tensor }
    if case .columnNorms(let path) = spec.shaping, let source = resolve(path) {
      return columnNorms(source).converted(to: spec.dtype)
    }
    var stream = RandomStream(seed: seed, name: spec.fileKey)
    let distribution = spec.initializer.distribution(spec.shape, spec.fans)
    if let distribution, spec.dtype == .float32, case .none = spec.shaping {
      return stream.singles(distribution, spec.shape, isCancelled: isCancelled)
    }
    let drawn =
      if let distribution {
        stream.doubles(distribution, count: spec.shape.elementCount, isCancelled: isCancelled)
      } else {
        spec.initializer.fixedValues(spec.shape, &stream, isCancelled: isCancelled)
      }
    guard var values = drawn else { return nil }
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
  fileprivate var fileKey: String { collection.rawValue + "/" + unnamedPath }
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

  /// What each element is drawn from by itself; nil for other values.
  func distribution(_ shape: Shape, _ fans: ParameterSpec.Fans) -> ElementDistribution? {
    switch self {
    case .normal(let normal): return .normal(stddev: normal.stddev)
    case .truncatedNormal(let normal): return .truncatedNormal(stddev: normal.stddev)
    case .uniform(let uniform): return .uniform(from: uniform.minval, scale: uniform.scale)
    case .varianceScaling(let scaling):
      let own = ParameterSpec.Fans(
        inAxes: scaling.inAxis.values, outAxes: scaling.outAxis.values,
        batchAxes: scaling.batchAxis.values)
      return FanScaling(scaling.scale, scaling.mode, scaling.distribution).distribution(shape, own)
    case .lecunNormal: return FanScaling(1, .fanIn, .truncatedNormal).distribution(shape, fans)
    case .lecunUniform: return FanScaling(1, .fanIn, .uniform).distribution(shape, fans)
    case .glorotNormal: return FanScaling(1, .fanAvg, .truncatedNormal).distribution(shape, fans)
    case .glorotUniform: return FanScaling(1, .fanAvg, .uniform).distribution(shape, fans)
    case .heNormal: return FanScaling(2, .fanIn, .truncatedNormal).distribution(shape, fans)
    case .heUniform: return FanScaling(2, .fanIn, .uniform).distribution(shape, fans)
    case .embedNormal:
      let rows = ParameterSpec.Fans(inAxes: [-1], outAxes: [0])
      return FanScaling(1, .fanIn, .normal).distribution(shape, rows)
    case .zeros, .ones, .constant, .orthogonal, .unitForgetBias, .tensor: return nil
    }
  }

  /// Values in row-major order that are not drawn one by one; nil when cancelled.
  func fixedValues(
    _ shape: Shape, _ stream: inout RandomStream, isCancelled: () -> Bool
  ) -> [Double]? {
    let count = shape.elementCount
    switch self {
    case .zeros: return Array(repeating: 0, count: count)
    case .ones: return Array(repeating: 1, count: count)
    case .constant(let constant): return Array(repeating: constant.value, count: count)
    case .orthogonal(let orthogonal):
      return OrthogonalSampler.sample(
        shape, orthogonal.columnAxis, &stream, isCancelled: isCancelled)?
        .map { $0 * orthogonal.scale }
    case .unitForgetBias:
      // Gates i, f, g, o: the second quarter is the forget gate's.
      let quarter = count / 4
      return (0..<count).map { $0 / max(quarter, 1) == 1 ? 1 : 0 }
    case .tensor(let constant):
      return constant.values.count == 1
        ? Array(repeating: constant.values[0], count: count) : constant.values
    case .normal, .truncatedNormal, .uniform, .varianceScaling, .lecunNormal, .lecunUniform,
      .glorotNormal, .glorotUniform, .heNormal, .heUniform, .embedNormal:
      preconditionFailure("These are drawn element by element.")
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

  func distribution(_ shape: Shape, _ fans: ParameterSpec.Fans) -> ElementDistribution {
    let (fanIn, fanOut) = fans.counts(shape)
    let divisor: Double
    switch mode {
    case .fanIn: divisor = fanIn
    case .fanOut: divisor = fanOut
    case .fanAvg: divisor = (fanIn + fanOut) / 2
    }
    let variance = scale / max(divisor, 1e-30)
    switch distribution {
    case .normal: return .normal(stddev: variance.squareRoot())
    case .truncatedNormal:
      return .truncatedNormal(stddev: variance.squareRoot() / 0.87962566103423978)
    case .uniform: return .symmetric(limit: (3 * variance).squareRoot())
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
  /// Columns (rows, where there are fewer) along `columnAxis` are orthonormal; nil when cancelled.
  static func sample(
    _ shape: Shape, _ columnAxis: Int, _ stream: inout RandomStream, isCancelled: () -> Bool
  ) -> [Double]? {
    guard !shape.isEmpty else { return [1] }
    let counted = columnAxis < 0 ? columnAxis + shape.count : columnAxis
    let axis = min(max(counted, 0), shape.count - 1)
    let columns = shape[axis]
    let rows = shape.elementCount / max(columns, 1)
    let (long, short) = (max(rows, columns), min(rows, columns))
    var basis: [[Double]] = []
    // Some milliseconds of work between two looks at whether the values are still wanted.
    let turn = max(1, (1 << 20) / max(long, 1))
    while basis.count < short {
      var vector: [Double] = []
      vector.reserveCapacity(long)
      while vector.count < long {
        if isCancelled() { return nil }
        for _ in 0..<min(1 << 16, long - vector.count) { vector.append(stream.normal()) }
      }
      // Twice is enough: the second pass removes what rounding left of the first.
      for _ in 0..<2 {
        for (index, other) in basis.enumerated() {
          if index % turn == 0, isCancelled() { return nil }
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

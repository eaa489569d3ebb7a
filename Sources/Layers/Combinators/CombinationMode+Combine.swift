import Programs
import Tensors

extension CombinationMode {
  /// Combines sequences of equal length: channel shapes are aligned at the right and broadcast,
  /// dtypes promoted, masks anded.
  ///
  /// Nothing is known of the result at invalid timesteps.
  ///
  /// - Precondition: `combinedSpec` accepted the channels.
  public func combine(_ given: [SequenceValue], _ context: LayerContext) -> SequenceValue {
    // A factor that is infinite at an invalid timestep would make the gradient of the others NaN.
    let guards = self == .product && context.options.differentiable
    let sequences = guards ? given.map { $0.unmasked().maskedInvalid() } : given
    let mask = sequences.dropFirst().reduce(sequences[0].mask) { Self.and($0, $1.mask) }
    let dtype = sequences.dropFirst().reduce(sequences[0].dtype) { DType.promoted($0, $1.dtype) }
    guard dtype == .complex64 else {
      let values = sequences.map { $0.values.converted(to: dtype) }
      return SequenceValue(combine(values), mask: mask)
    }
    let real = sequences.map { $0.values.converted(to: .float32) }
    let imaginary = zip(sequences, real).map { $0.imaginary ?? $1.zerosLike }
    guard self == .product else {
      return SequenceValue(combine(real), imaginary: combine(imaginary), mask: mask)
    }
    var (re, im) = (real[0], imaginary[0])
    for (nextRe, nextIm) in zip(real, imaginary).dropFirst() {
      let a = Self.aligned([re, im, nextRe, nextIm])
      let crossed = a[0] * a[3] + a[1] * a[2]
      (re, im) = (a[0] * a[2] - a[1] * a[3], crossed)
    }
    return SequenceValue(re, imaginary: im, mask: mask)
  }

  private static func and(_ a: Value, _ b: Value) -> Value { a.id == b.id ? a : a.and(b) }

  private func combine(_ values: [Value]) -> Value {
    let aligned = Self.aligned(values)
    switch self {
    case .stack:
      let shape = aligned.dropFirst().reduce(aligned[0].shape) {
        Shape.broadcast($0, $1.shape) ?? $0
      }
      return Value.concatenate(aligned.map { $0.broadcast(to: shape).expandingAxes([2]) }, axis: 2)
    case .concat:
      let full = aligned.map { $0.rank == 2 ? $0.expandingAxes([2]) : $0 }
      let last = full[0].rank - 1
      let outer = full.dropFirst().reduce(Array(full[0].shape[..<last])) {
        Shape.broadcast($0, Array($1.shape[..<last])) ?? $0
      }
      return Value.concatenate(
        full.map { $0.broadcast(to: outer + [$0.shape[last]]) }, axis: last)
    case .add: return aligned.dropFirst().reduce(aligned[0], +)
    case .mean:
      let sum = aligned.dropFirst().reduce(aligned[0], +)
      return sum / sum.scalarLike(Double(aligned.count))
    case .product: return aligned.dropFirst().reduce(aligned[0], *)
    }
  }

  /// Inserts axes of extent 1 after time so that all values have the same rank.
  static func aligned(_ values: [Value]) -> [Value] {
    let rank = values.map(\.rank).max() ?? 2
    return values.map { value in
      let ones: Shape = Array(repeating: 1, count: rank - value.rank)
      return value.reshaped(Array(value.shape.prefix(2)) + ones + Array(value.shape.dropFirst(2)))
    }
  }

  /// The channels of the combination.
  ///
  /// - Throws: ``LayerError`` `.invalidInput` when the channel shapes do not broadcast.
  public func combinedSpec(_ specs: [ChannelSpec], layer: String) throws(LayerError) -> ChannelSpec
  {
    let dtype = specs.dropFirst().reduce(specs[0].dtype) { DType.promoted($0, $1.dtype) }
    var shapes = specs.map(\.shape)
    var tail: Shape = []
    if self == .concat {
      shapes = shapes.map { $0.isEmpty ? [1] : $0 }
      tail = [shapes.reduce(0) { $0 + ($1.last ?? 0) }]
      shapes = shapes.map { Array($0.dropLast()) }
    }
    var common = shapes[0]
    for shape in shapes.dropFirst() {
      guard let next = Shape.broadcast(common, shape) else {
        let all = specs.map(\.shape.shapeText).joined(separator: " and ")
        throw LayerError(
          .invalidInput, layer: layer, found: "channel shapes \(all)",
          expected: "shapes that broadcast to each other for \(self)")
      }
      common = next
    }
    return ChannelSpec((self == .stack ? [specs.count] : []) + common + tail, dtype)
  }
}

extension Value {
  /// Zeros of the same type.
  var zerosLike: Value { scalarLike(0).broadcast(to: shape) }
}

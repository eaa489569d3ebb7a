import Programs
import Tensors

/// Rotates pairs of channels by an angle that grows with the position.
///
/// With `d` channels on `axis`, `x₁` their first and `x₂` their second half, and
/// `φ[k] = position / maxWavelength^(2k / d)`, or with another `minTimescale` than 1
/// `position / (minTimescale · (maxWavelength / minTimescale)^(2k / d))`: `y = [x₁ cos φ - x₂ sin φ, x₂ cos φ + x₁ sin φ]`.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`; the position is the number of valid timesteps before, with
///   `onlyAdvancePositionForValidTimesteps` false the number of timesteps before, or with
///   `positionsName` that of a constant `[b, t]` or `[1, t]`, whole or streamed as a sequence.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: state `position i32[b]`, none with positions that are streamed.
/// - Throws: ``LayerError`` `.invalidConfig` when `axis` is not a channel axis, when `positionsName` comes
///   with positions that count valid timesteps, or when `maxWavelength` or `minTimescale` is not positive;
///   `.invalidInput` for an odd axis or input that is not floating-point; `.invalidConstant` when the
///   constant is missing or of another shape.
/// - Source: sequence_layers/jax/position.py `ApplyRotaryPositionalEncoding`; arXiv 2104.09864.
///   `positionsInAtLeastFp32` changes nothing: positions are integers, so angles are float32.
extension ApplyRotaryPositionalEncoding: PositionedLayer {
  private var counter: PositionCounter {
    PositionCounter(countsValidOnly: onlyAdvancePositionForValidTimesteps)
  }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [counter.receptiveField] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    for (field, value) in [("maxWavelength", maxWavelength), ("minTimescale", minTimescale)] {
      guard value > 0 else {
        throw .config(self, field, found: "\(value)", expected: "a positive number")
      }
    }
    try requireElements(.floating, input)
    let along = try channelAxis("axis", axis, input)
    guard input.shape[along - 2] % 2 == 0 else {
      throw .input(
        self, found: "\(input.shape[along - 2]) channels on axis \(along)",
        expected: "an even number, to be rotated in pairs")
    }
    if let positionsName {
      guard !onlyAdvancePositionForValidTimesteps else {
        throw .config(
          self, "positionsName", found: "\"\(positionsName)\" together with counted positions",
          expected: "one of the two",
          suggestion: "set onlyAdvancePositionForValidTimesteps to false")
      }
      try checkPositions(positionsName, constants)
    }
    return input
  }

  private func checkPositions(
    _ name: String, _ constants: ConstantSpecs
  ) throws(LayerError) {
    guard let spec = constants[name] else {
      throw LayerError(
        .invalidConstant, layer: typeName, field: "positionsName", found: "no constant \"\(name)\"",
        expected: "one with the positions, i32[b, t]")
    }
    guard spec.shape.count == 2, spec.dtype.isInteger else {
      throw LayerError(
        .invalidConstant, layer: typeName, field: "positionsName",
        found: "\"\(name)\" of \(spec.dtype.shortName)\(spec.shape.shapeText)",
        expected: "integer positions [b, t]")
    }
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    if countsSteps(context) { counter.declareState(in: &state, context) }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let steps = countsSteps(context) ? counter.advance(x, &state) : nil
    if let positionsName { return rotated(x, try positions(positionsName, x, at: steps, context)) }
    return rotated(x, steps ?? counter.positions(x))
  }

  /// Whether a step must know how many timesteps came before: to be rotated by that number, or to find
  /// its part of positions that are given as a whole.
  private func countsSteps(_ context: LayerContext) -> Bool {
    guard let positionsName else { return true }
    guard let known = context.knownConstants[positionsName] else { return false }
    return known.form != .sequence(streamed: true) && known.shape[1] != 1
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    if let positionsName { return rotated(x, try positions(positionsName, x, at: nil, context)) }
    return rotated(x, counter.positions(x))
  }

  private func positions(
    _ name: String, _ x: SequenceValue, at steps: Value?, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let values = context.constants[name]?.values
    guard let values, values.rank == 2, [1, x.batch].contains(values.shape[0]),
      steps != nil || [1, x.time].contains(values.shape[1])
    else {
      let found = values.map { "\"\(name)\" of shape \($0.shape.shapeText)" } ?? "no \"\(name)\""
      throw LayerError(
        .invalidConstant, layer: typeName, field: "positionsName", found: found,
        expected: "positions of shape \([x.batch, x.time].shapeText)")
    }
    let positions = values.converted(to: .int32)
    guard let steps else { return positions.broadcast(to: [x.batch, x.time]) }
    return positions.broadcast(to: [x.batch, values.shape[1]])
      .gathered(steps, axis: 1, batchAxes: 1)
  }

  private func rotated(_ x: SequenceValue, _ positions: Value) -> SequenceValue {
    let axis = self.axis < 0 ? self.axis + x.values.rank : self.axis
    let half = x.values.shape[axis] / 2
    let dtype: DType = x.dtype == .float64 ? .float64 : .float32
    let angles = positions.rotaryAngles(
      pairs: half, maxWavelength: maxWavelength, minTimescale: minTimescale, dtype,
      rank: x.values.rank, axis: axis)
    return x.mapValues { values in
      values.rotated(by: angles, axis: axis)
    }
  }
}

extension Value {
  /// `position / (minTimescale · (maxWavelength / minTimescale)^(k / pairs))` for positions `[b, t]`, the `pairs` values of `k` on one
  /// axis of a result of `rank` axes.
  func rotaryAngles(
    pairs: Int, maxWavelength: Double, minTimescale: Double = 1, _ dtype: DType, rank: Int,
    axis: Int
  ) -> Value {
    var channels: Shape = Array(repeating: 1, count: rank)
    channels[axis] = pairs
    let steps = builder.iota(ValueType(dtype, [pairs]), axis: 0)
    let exponents = steps.scaled(by: 2) / steps.scalarLike(Double(2 * pairs))
    let powers = builder.scalar(maxWavelength / minTimescale, dtype).binary(.pow, exponents)
    let timescales = minTimescale == 1 ? powers : powers.scaled(by: minTimescale)
    let ones: Shape = Array(repeating: 1, count: rank - 2)
    return converted(to: dtype).reshaped(shape + ones) / timescales.reshaped(channels)
  }

  /// The halves of an axis as pairs, rotated by angles; computed in the angles' dtype.
  func rotated(by angles: Value, axis: Int) -> Value {
    let half = shape[axis] / 2
    let (cos, sin) = (angles.unary(.cos), angles.unary(.sin))
    let first = sliced(axis: axis, from: 0, to: half).converted(to: angles.dtype)
    let second = sliced(axis: axis, from: half, to: 2 * half).converted(to: angles.dtype)
    let left = first * cos - second * sin
    let right = second * cos + first * sin
    return Value.concatenate([left, right], axis: axis).converted(to: dtype)
  }
}

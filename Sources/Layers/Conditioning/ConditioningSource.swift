import Diagnostics
import Programs
import Tensors

/// A constant that a layer reads along the time of its input.
struct ConditioningSource {
  var name: String
  /// How many timesteps of the input share one of the constant.
  var ratio = 1

  private static let counter = PositionCounter(countsValidOnly: false)

  /// What is known of the constant.
  ///
  /// - Throws: ``LayerError`` `.invalidConstant` when it is missing or a table.
  func spec(
    _ constants: ConstantSpecs, _ layer: any SequenceLayer
  ) throws(LayerError) -> ConstantSpec {
    guard let spec = constants[name], spec.form != .table else {
      let known = constants.filter { $0.value.form != .table }.keys.sorted()
      throw LayerError(
        .invalidConstant, layer: layer.typeName, field: "conditioningName",
        found: "no constant \"\(name)\"",
        expected: known.isEmpty
          ? "an array or a sequence of that name" : known.joined(separator: " or "),
        suggestion: NearestName.of(name, among: known).map { "did you mean \($0)?" })
    }
    let leading = spec.form == .array ? 1 : 2
    guard spec.shape.count >= leading else {
      throw LayerError(
        .invalidConstant, layer: layer.typeName, field: "conditioningName",
        found: "\"\(name)\" of shape \(spec.shape.shapeText)",
        expected: "a shape that begins with \(leading == 1 ? "[b]" : "[b, t]")")
    }
    return spec
  }

  /// Declares what stepping needs: the position in a whole sequence; the part of a streamed one that the
  /// input, behind a latency, has not come to.
  func declareState(
    in state: inout LayerState, _ context: LayerContext, _ layer: any SequenceLayer
  ) throws(LayerError) {
    let spec = try spec(context.knownConstants, layer)
    switch spec.form {
    case .array, .table: return
    case .sequence(streamed: false): Self.counter.declareState(in: &state, context)
    case .sequence(streamed: true):
      let length = context.precedingLatency
      guard length > 0 else { return }
      let kind = StateKind.window(axis: 1, length: length)
      let shape = [context.batch, length]
      let isComplex = spec.dtype == .complex64
      let type = ValueType(isComplex ? .float32 : spec.dtype, shape + spec.channelShape)
      let builder = context.builder
      state.declare("late", builder.full(0, type), kind: kind)
      if isComplex { state.declare("lateImaginary", builder.full(0, type), kind: kind) }
      state.declare("lateMask", builder.full(0, ValueType(.bool, shape)), kind: kind)
    }
  }

  /// The constant at the timesteps of a whole input, or one timestep for all.
  func whole(
    _ x: SequenceValue, _ context: LayerContext, _ layer: any SequenceLayer
  ) throws(LayerError) -> SequenceValue {
    let c = try sequence(context, layer)
    guard c.time * ratio == x.time || (c.time == 1 && ratio == 1) else {
      throw mismatch(c, x, layer)
    }
    return c.repeatedTime(ratio)
  }

  /// The constant at the timesteps of a block; invalid behind its end.
  func block(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext,
    _ layer: any SequenceLayer
  ) throws(LayerError) -> SequenceValue {
    let c = try sequence(context, layer)
    if state.has("position") {
      let positions = Self.counter.advance(x, &state)
      guard c.time != 1 || ratio != 1 else { return c }
      return c.timesteps(positions.floorDivided(by: ratio))
    }
    guard case .sequence = context.constants[name] else { return c }
    guard c.time == x.time else { throw mismatch(c, x, layer) }
    guard state.has("lateMask") else { return c }
    let imaginary = c.imaginary.map { state.append($0, to: "lateImaginary") }
    return SequenceValue(
      state.append(c.values, to: "late"), imaginary: imaginary,
      mask: state.append(c.mask, to: "lateMask")
    ).slicedTime(from: 0, to: x.time)
  }

  private func sequence(
    _ context: LayerContext, _ layer: any SequenceLayer
  ) throws(LayerError) -> SequenceValue {
    switch context.constants[name] {
    case .sequence(let sequence): return sequence
    case .array(let array):
      let mask = array.builder.full(1, ValueType(.bool, [array.shape[0], 1]))
      return SequenceValue(array.expandingAxes([1]), mask: mask)
    case nil:
      _ = try spec([:], layer)
      preconditionFailure("A constant without a value has no spec.")
    }
  }

  private func mismatch(
    _ c: SequenceValue, _ x: SequenceValue, _ layer: any SequenceLayer
  ) -> LayerError {
    LayerError(
      .invalidConstant, layer: layer.typeName, field: "conditioningName",
      found: "\"\(name)\" of \(c.time) timesteps for an input of \(x.time)",
      expected: ratio == 1 ? "as many, or one" : "one for \(ratio) of the input")
  }
}

extension SequenceValue {
  /// The timesteps at positions `i32[b, t]`; invalid where there is none.
  fileprivate func timesteps(_ positions: Value) -> SequenceValue {
    guard time > 0 else {
      return slicedTime(from: 0, to: 0).paddedTime(0, positions.shape[1], valid: false)
    }
    func at(_ value: Value) -> Value {
      value.gathered(positions, axis: 1, batchAxes: 1, outOfRange: .clamp)
    }
    let isThere = (positions.scalarLike(0) .<= positions)
      .and(positions .< positions.scalarLike(Double(time)))
    return SequenceValue(
      at(values), imaginary: imaginary.map(at), mask: at(mask).and(isThere), isMasked: false)
  }
}

extension Value {
  /// The quotient of whole numbers rounded towards minus infinity.
  fileprivate func floorDivided(by divisor: Int) -> Value {
    guard divisor != 1 else { return self }
    let number = scalarLike(Double(divisor))
    let quotient = self / number
    let isInexact = (self - quotient * number) .< scalarLike(0)
    return quotient - isInexact.converted(to: dtype)
  }
}

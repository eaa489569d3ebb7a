import Tensors

extension Value {
  /// Folds axes away; `keepingAxes` leaves them with extent 1.
  public func reduced(_ kind: ReductionKind, axes: [Int], keepingAxes: Bool = false) -> Value {
    let sorted = axes.sorted()
    let result = one(.reduction(.reduce(kind, axes: sorted)), [self])
    return keepingAxes ? result.expandingAxes(sorted) : result
  }

  /// The first index of the greatest or smallest element along an axis.
  public func argReduced(_ kind: ReductionKind, axis: Int) -> Value {
    one(.reduction(.argReduce(kind, axis: axis)), [self])
  }

  /// The running fold along an axis.
  public func cumulative(_ kind: ReductionKind, axis: Int, reverse: Bool = false) -> Value {
    one(.reduction(.cumulative(kind, axis: axis, reverse: reverse)), [self])
  }

  /// Folds windows; padding is the fold's value for no elements.
  public func windowReduced(_ kind: ReductionKind, _ window: WindowDimensions) -> Value {
    one(.reduction(.reduceWindow(kind, window)), [self])
  }

  /// The elements in order along an axis, and where each stood.
  public func sorted(axis: Int, descending: Bool = false) -> (values: Value, indices: Value) {
    let results = builder.append(.reduction(.sort(axis: axis, descending: descending)), [self])
    return (results[0], results[1])
  }

  /// The batched product over paired axes: see ``DotDimensions``.
  public func dot(_ other: Value, _ dimensions: DotDimensions) -> Value {
    one(.contraction(.dot(dimensions)), [self, other])
  }

  /// The product of the last axis of this with the first of `matrix`: `[..., k] · [k, ...]`.
  public func matmul(_ matrix: Value) -> Value {
    dot(matrix, DotDimensions(leftContracting: [rank - 1], rightContracting: [0]))
  }

  /// The cross-correlation with a kernel: see ``ConvolutionDimensions``.
  public func convolved(_ kernel: Value, _ dimensions: ConvolutionDimensions) -> Value {
    one(.contraction(.convolution(dimensions)), [self, kernel])
  }

  /// Elements at `indices` of one axis: see ``IndexingOp``.
  public func gathered(
    _ indices: Value, axis: Int, batchAxes: Int = 0, outOfRange: OutOfRangeRule = .clamp
  ) -> Value {
    one(
      .indexing(.gather(axis: axis, batchAxes: batchAxes, outOfRange: outOfRange)),
      [self, indices])
  }

  /// This with `updates` added at `indices` of one axis: see ``IndexingOp``.
  public func scatterAdding(
    _ updates: Value, at indices: Value, axis: Int, batchAxes: Int = 0
  ) -> Value {
    one(.indexing(.scatterAdd(axis: axis, batchAxes: batchAxes)), [self, indices, updates])
  }

  /// `size` elements along an axis from a computed start.
  public func dynamicSlice(start: Value, axis: Int, size: Int) -> Value {
    one(.indexing(.dynamicSlice(axis: axis, size: size)), [self, start])
  }

  /// This with `update` written along an axis from a computed start.
  public func dynamicUpdate(_ update: Value, start: Value, axis: Int) -> Value {
    one(.indexing(.dynamicUpdate(axis: axis)), [self, update, start])
  }

  /// Applies a function that planner and exporters recognise; its expansion is traced by `body`.
  ///
  /// - Returns: one value a result of the body.
  public static func composite(
    _ known: KnownComposite, _ operands: [Value], gradient: Program? = nil,
    body: ([Value]) -> [Value]
  ) -> [Value] {
    composite(
      known.name, attributes: known.attributes, operands, gradient: gradient, body: body)
  }

  /// Applies a named function; its expansion is traced by `body`.
  ///
  /// - Returns: one value a result of the body.
  public static func composite(
    _ name: String, attributes: [String: CompositeOp.Attribute] = [:], _ operands: [Value],
    gradient: Program? = nil, body: ([Value]) -> [Value]
  ) -> [Value] {
    let builder = operands[0].builder
    var types: [ValueType] = []
    let program = builder.subprogram(operands.map(\.type)) { values in
      let results = body(values)
      types = results.map(\.type)
      return results
    }
    guard let program else { return types.map(builder.poison) }
    let op = CompositeOp(name: name, attributes: attributes, body: program, gradient: gradient)
    return builder.append(.composite(op), operands)
  }
}

extension ProgramBuilder {
  /// Traces a body for operands of these types; its mistakes become this builder's.
  public func subprogram(_ types: [ValueType], _ body: ([Value]) -> [Value]) -> Program? {
    let inner = nested()
    defer { join(inner) }
    return inner.scoped(absolute: path) {
      let inputs = types.enumerated().map { index, type in
        inner.input("x\(index)", .operand, type)
      }
      for (index, result) in body(inputs).enumerated() {
        inner.output("y\(index)", .result, result)
      }
      report(inner.errors)
      return try? inner.finish()
    }
  }

  /// Repeats a body: see ``LoopOp``.
  ///
  /// The body gets captured, carried and sliced values and returns
  /// the new carried values and the values to stack.
  public func loop(
    tripCount: Int, axis: Int, reverse: Bool = false, captured: [Value], carried: [Value],
    sliced: [Value],
    body: (_ captured: [Value], _ carried: [Value], _ slices: [Value])
      -> (carried: [Value], stacked: [Value])
  ) -> (carried: [Value], stacked: [Value]) {
    let sliceTypes = sliced.map { value in
      var shape = value.shape
      if shape.indices.contains(axis) { shape.remove(at: axis) }
      return ValueType(value.dtype, shape)
    }
    let types = captured.map(\.type) + carried.map(\.type) + sliceTypes
    let carriedStart = captured.count
    let slicedStart = carriedStart + carried.count
    var stackedTypes: [ValueType] = []
    let program = subprogram(types) { inputs in
      let result = body(
        Array(inputs[..<carriedStart]), Array(inputs[carriedStart..<slicedStart]),
        Array(inputs[slicedStart...]))
      stackedTypes = result.stacked.map { value in
        var shape = value.shape
        shape.insert(tripCount, at: Swift.min(Swift.max(axis, 0), shape.count))
        return ValueType(value.dtype, shape)
      }
      return result.carried + result.stacked
    }
    guard let program else {
      return (carried.map { poison($0.type) }, stackedTypes.map(poison))
    }
    let op = LoopOp(
      body: program, tripCount: tripCount, reverse: reverse, axis: axis,
      capturedCount: captured.count, carriedCount: carried.count)
    let results = append(.loop(op), captured + carried + sliced)
    return (Array(results[..<carried.count]), Array(results[carried.count...]))
  }

  /// Random words: see ``RandomOp``.
  public func random(
    seed: Value, rowKeys: Value, positions: Value, stream: UInt32, count: Int
  ) -> Value {
    append(.random(RandomOp(stream: stream, count: count)), [seed, rowKeys, positions])[0]
  }

  /// Discrete Fourier transform of the last axis: see ``FFTOp``.
  public func fft(_ op: FFTOp, _ operands: [Value]) -> [Value] { append(.fft(op), operands) }
}

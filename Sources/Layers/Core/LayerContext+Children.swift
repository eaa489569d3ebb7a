import Programs
import Tensors

extension LayerContext {
  /// Traces a child layer on a whole sequence.
  public func layer(
    _ child: any SequenceLayer, _ x: SequenceValue, at scope: ChildScope
  ) throws(LayerError) -> SequenceValue {
    try descend(child, x.channelSpec, scope, latency: 0) { spec throws(LayerError) in
      let input = prepared(x, for: child)
      let output = try child.layer(input, self)
      return try checked(output, spec, child, input)
    }
  }

  /// Traces a child layer on one or more blocks.
  ///
  /// `latency` is the output latency accumulated before the child, in its input steps.
  public func step(
    _ child: any SequenceLayer, _ x: SequenceValue, _ state: inout LayerState, at scope: ChildScope,
    latency: Int
  ) throws(LayerError) -> SequenceValue {
    var childState = state[child: scope.path]
    let y = try descend(child, x.channelSpec, scope, latency: latency) { spec throws(LayerError) in
      if let obstacle = child.stepObstacle {
        throw LayerError(
          .notSteppable, layer: child.typeName, found: "a request to step", expected: obstacle)
      }
      guard x.time % child.blockSize == 0 else {
        throw LayerError(
          .invalidInput, layer: child.typeName, found: "a block of \(x.time) timesteps",
          expected: "a multiple of the block size \(child.blockSize)")
      }
      let input = prepared(x, for: child)
      let output = try child.step(input, &childState, self)
      let expectedTime = Rational(x.time) * child.outputRatio
      guard Rational(output.time) == expectedTime else {
        throw LayerError(
          .brokenContract, layer: child.typeName, found: "\(output.time) output timesteps",
          expected: "\(expectedTime) for \(x.time) inputs at ratio \(child.outputRatio)")
      }
      return try checked(output, spec, child, input)
    }
    state[child: scope.path] = childState
    return y
  }

  /// Traces the initial state of a child layer and puts it into `state`.
  ///
  /// `latency` is the output latency accumulated before the child, in its input steps.
  public func initialState(
    _ child: any SequenceLayer, for input: ChannelSpec, into state: inout LayerState,
    at scope: ChildScope, latency: Int
  ) throws(LayerError) {
    state[child: scope.path] = try descend(child, input, scope, latency: latency) {
      _ throws(LayerError) in try child.initialState(for: input, self)
    }
  }

  /// Shows what the child traced last gave as if it had given that at every timestep.
  ///
  /// It ran on one timestep that stands for all, so that a whole sequence has it once and steps have it once a
  /// step, however long.
  func repeatLastOutput(to time: Int) {
    guard options.taps, let record = records.last else { return }
    records[records.count - 1].output = record.output.repeatedTime(time)
    records[records.count - 1].alignedTime = time
  }

  /// Shows what a part of the layer that is being traced gave: a part that stands in the tree of layers
  /// and is not traced by itself.
  package func show(
    part: String, typeName: String, input: SequenceValue, output: SequenceValue
  ) {
    records.append(
      LayerRecord(
        path: LayerPath.join(path, part), typeName: typeName, input: input, output: output,
        outputLatency: 0, precedingLatency: 0, alignedTime: output.time))
  }

  /// Traces what every step computes anew from something else than its own timesteps, such as a whole source.
  ///
  /// Steps have no output of such layers that could be lined up with the whole sequence, so none is shown.
  func unrecorded<Result>(
    _ body: () throws(LayerError) -> Result
  ) throws(LayerError) -> Result {
    let known = records.count
    defer { records.removeSubrange(known...) }
    return try body()
  }

  private func descend<Result>(
    _ child: any SequenceLayer, _ input: ChannelSpec, _ scope: ChildScope, latency: Int,
    _ body: (ChannelSpec) throws(LayerError) -> Result
  ) throws(LayerError) -> Result {
    try checkLimits()
    let (outer, outerLatency) = (place, precedingLatency)
    defer { (place, precedingLatency) = (outer, outerLatency) }
    place.path = LayerPath.join(outer.path, scope.path)
    place.parameterPath = LayerPath.join(outer.parameterPath, scope.parameters)
    place.emitPath = LayerPath.join(outer.emitPath, scope.emits)
    place.sharesParameters =
      scope.sharesParameters || (scope.parameters.isEmpty && outer.sharesParameters)
    place.unnamedPath = LayerPath.join(outer.unnamedPath, scope.unnamedPath)
    place.unnamedParameterPath = LayerPath.join(
      outer.unnamedParameterPath, scope.unnamedParameters)
    place.scopes.append(.init(element: scope.parameters, layer: child.typeName))
    precedingLatency = latency
    let path = place.path
    do throws(LayerError) {
      let spec = try child.outputSpec(for: input, constants: constantSpecs)
      return try builder.scoped(absolute: path) { () throws(LayerError) in try body(spec) }
    } catch {
      throw error.within(scope.path)
    }
  }

  /// In a trace for differentiation a layer that does arithmetic sees 0 at invalid timesteps,
  /// because a gradient of 0 times NaN would be NaN.
  ///
  /// Masked input is selected again: the selection also keeps infinite slopes, such as that of a
  /// logarithm at 0, from reaching the layers before.
  private func prepared(_ x: SequenceValue, for child: any SequenceLayer) -> SequenceValue {
    let x = probed(x, .input)
    return options.differentiable && !(child is any CombinatorLayer)
      ? x.unmasked().maskedInvalid() : x
  }

  private func checked(
    _ output: SequenceValue, _ spec: ChannelSpec, _ child: any SequenceLayer,
    _ input: SequenceValue
  ) throws(LayerError) -> SequenceValue {
    guard output.channelSpec == spec else {
      // A poisoned value has a shape that means nothing; its cause is reported by the builder.
      if !builder.errors.isEmpty || builder.memoryError != nil { return output }
      throw LayerError(
        .brokenContract, layer: child.typeName, found: "an output of \(output.channelSpec)",
        expected: "\(spec), as its outputSpec says")
    }
    let latency = mode == .step ? try child.accumulatedOutputLatency(precedingLatency) : 0
    let output =
      options.poisonsInvalid && output.values.dtype.isFloating
      ? output.filledInvalid(with: .nan) : output
    records.append(
      LayerRecord(
        path: path, typeName: child.typeName, input: input, output: output, outputLatency: latency,
        precedingLatency: mode == .step ? precedingLatency : 0,
        alignedTime: (Rational(input.time) * child.outputRatio).ceiling))
    return probed(output, .output)
  }

  /// The sequence and an input of zeros, if that is requested.
  private func probed(_ x: SequenceValue, _ side: ProgramSignature.ProbeSide) -> SequenceValue {
    guard options.probesGradients, x.values.dtype.isFloating else { return x }
    var probed = x.unmasked()
    probed.values =
      x.values
      + builder.input(ProgramSignature.gradientProbe(path, side), .input, x.values.type)
    return probed
  }
}

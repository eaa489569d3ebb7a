public import Programs
public import Tensors

/// What a layer sees while it is being traced besides its input: its place in the tree, its
/// parameters, the constants, and whether it is being trained.
public final class LayerContext {
  /// Which of the three traces is being made.
  public enum Mode: Hashable, Sendable {
    /// The whole sequence.
    case layer
    /// One or more blocks.
    case step
    /// The state before the first step.
    case initialState
  }

  /// The program being recorded.
  public let builder: ProgramBuilder
  /// Which of the three traces is being made.
  public let mode: Mode
  /// The number of rows.
  public let batch: Int
  /// Whether the layer behaves as in training (dropout, noise, batch statistics).
  public let training: Bool
  /// The constants, by name.
  public let constants: [String: ConstantValue]
  /// How many of the first step-wise inputs of this layer come before the first layer-wise one: a
  /// position counter starts at minus that.
  public internal(set) var precedingLatency = 0

  package let options: TraceOptions
  private let constantSpecs: ConstantSpecs
  private var place = Place()
  package private(set) var parameters: [ParameterSpec] = []
  package private(set) var variableUpdates: [(path: String, value: Value)] = []
  package private(set) var emits: [EmittedValue] = []
  package private(set) var records: [LayerRecord] = []
  private var parameterValues: [String: (value: Value, owner: String, isShared: Bool)] = [:]
  private var tables: [String: Value] = [:]
  private var seedValue: Value?
  private var rowKeyValue: Value?

  /// Where in the tree a layer stands: as an instance, as an owner of parameters, as a source of
  /// emits.
  private struct Place {
    var path = ""
    var parameterPath = ""
    var emitPath = ""
    var sharesParameters = false
  }

  init(
    builder: ProgramBuilder, mode: Mode, batch: Int, constants: [String: ConstantValue],
    constantSpecs: ConstantSpecs, options: TraceOptions
  ) {
    self.builder = builder
    self.mode = mode
    self.batch = batch
    self.constants = constants
    self.constantSpecs = constantSpecs
    self.options = options
    training = options.training
  }

  /// The path of the layer being traced.
  public var path: String { place.path }

  // MARK: - Parameters

  /// Declares a trained array and gives its value.
  ///
  /// The same path declared twice is one array if the layers share a scope and agree on the shape.
  public func parameter(
    _ name: String, _ shape: Shape, dtype: DType = .float32, _ initializer: Initializer,
    fans: ParameterSpec.Fans = .init(), shaping: ParameterSpec.Shaping = .none
  ) throws(LayerError) -> Value {
    try declare(name, shape, dtype, initializer, fans, .parameters, shaping)
  }

  /// Declares an array that the layer itself updates in training and gives its present value: behind
  /// an update, by a layer that shares it, the new one.
  public func variable(
    _ name: String, _ shape: Shape, dtype: DType = .float32, _ initializer: Initializer
  ) throws(LayerError) -> Value {
    let value = try declare(name, shape, dtype, initializer, .init(), .statistics)
    let path = LayerPath.join(place.parameterPath, name)
    return variableUpdates.first { $0.path == path }?.value ?? value
  }

  /// Gives a variable of this layer its new value; of several updates the last one holds.
  public func update(variable name: String, _ value: Value) {
    let path = LayerPath.join(place.parameterPath, name)
    variableUpdates.removeAll { $0.path == path }
    variableUpdates.append((path, value))
  }

  private func declare(
    _ name: String, _ shape: Shape, _ dtype: DType, _ initializer: Initializer,
    _ fans: ParameterSpec.Fans, _ collection: ParameterSpec.Collection,
    _ shaping: ParameterSpec.Shaping = .none
  ) throws(LayerError) -> Value {
    let path = LayerPath.join(place.parameterPath, name)
    let key = collection.rawValue + "/" + path
    let owner = LayerPath.withoutCopies(place.path)
    let type = ValueType(dtype, shape)
    if let known = parameterValues[key] {
      let mayShare = known.owner == owner || (known.isShared && place.sharesParameters)
      guard known.value.type == type, mayShare else {
        throw LayerError(
          .parameterConflict, layer: "parameter", found: "\(path) declared as \(type)",
          expected: "it to be declared once; it is \(known.value.type) already",
          fix: "give the layers different names")
      }
      return known.value
    }
    guard shape.elementCount <= 1 << 40 else {
      throw LayerError(
        .invalidConfig, layer: "parameter", found: "\(path) of shape \(shape.shapeText)",
        expected: "an array that fits into memory")
    }
    if let mistake = initializer.mistake(for: shape) {
      throw LayerError(
        .invalidConfig, layer: "parameter", found: "\(path) with \(mistake.found)",
        expected: mistake.expected)
    }
    let role: InputRole = collection == .parameters ? .parameter : .variable
    let value = builder.input(path, role, type)
    parameterValues[key] = (value, owner, place.sharesParameters)
    parameters.append(
      ParameterSpec(
        path: path, collection: collection, shape: shape, dtype: dtype, initializer: initializer,
        fans: fans, shaping: shaping.below(place.parameterPath)))
    return value
  }

  // MARK: - Constants, seeds, emits

  /// What is known of the constants, for `outputSpec`.
  public var knownConstants: ConstantSpecs { constantSpecs }

  /// Lets layers behind this one use a parameter; see `SequenceLayer.sharedTables`.
  public func offer(table name: String, _ value: Value) { tables[name] = value }

  /// A parameter that a layer before this one offers.
  public func table(_ name: String) -> Value? { tables[name] }

  /// The seed of random draws, `u32[2]`.
  public var seed: Value {
    if let seedValue { return seedValue }
    let value = builder.input("seed", .seed, ValueType(.uint32, [2]))
    seedValue = value
    return value
  }

  /// The rows' own random keys, `u32[b]`: equal keys draw equal numbers.
  public var rowKeys: Value {
    if let rowKeyValue { return rowKeyValue }
    let value = builder.input("rowKeys", .seed, ValueType(.uint32, [batch]))
    rowKeyValue = value
    return value
  }

  /// Tells apart the random draws of different layers.
  public var randomStream: UInt32 { Philox.hash(place.path) }

  /// Whether emitted values are asked for; what is costly to emit need not be made otherwise.
  public var wantsEmits: Bool { options.emits }

  /// Emits a sequence under this layer's path, or under a name below it.
  public func emit(_ name: String = "", _ sequence: SequenceValue) {
    guard options.emits else { return }
    emits.append(
      EmittedValue(path: LayerPath.join(place.emitPath, name), layer: path, sequence: sequence))
  }

  // MARK: - Children

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

  private func descend<Result>(
    _ child: any SequenceLayer, _ input: ChannelSpec, _ scope: ChildScope, latency: Int,
    _ body: (ChannelSpec) throws(LayerError) -> Result
  ) throws(LayerError) -> Result {
    let (outer, outerLatency) = (place, precedingLatency)
    defer { (place, precedingLatency) = (outer, outerLatency) }
    place.path = LayerPath.join(outer.path, scope.path)
    place.parameterPath = LayerPath.join(outer.parameterPath, scope.parameters)
    place.emitPath = LayerPath.join(outer.emitPath, scope.emits)
    place.sharesParameters =
      scope.sharesParameters || (scope.parameters.isEmpty && outer.sharesParameters)
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
    options.differentiable && !(child is any CombinatorLayer) ? x.unmasked().maskedInvalid() : x
  }

  private func checked(
    _ output: SequenceValue, _ spec: ChannelSpec, _ child: any SequenceLayer,
    _ input: SequenceValue
  ) throws(LayerError) -> SequenceValue {
    guard output.channelSpec == spec else {
      // A poisoned value has a shape that means nothing; its cause is reported by the builder.
      if !builder.errors.isEmpty { return output }
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
        path: path, typeName: child.typeName, input: input, output: output, outputLatency: latency))
    guard options.nudgesOutputs, output.values.dtype.isFloating else { return output }
    let nudge = builder.input("nudge/\(path)", .input, output.values.type)
    var nudged = output.unmasked()
    nudged.values = output.values + nudge
    return nudged
  }
}

/// A layer that only arranges others and does no arithmetic of its own before its children do.
public protocol CombinatorLayer: SequenceLayer {}

/// How a child is named below its parent: as an instance (states, inspection), as an owner of
/// parameters, and as a source of emits.
public struct ChildScope: Hashable, Sendable {
  /// The path element of the instance; unique among siblings.
  public var path: String
  /// The path element of its parameters; empty when it shares the parent's scope.
  public var parameters: String
  /// The path element of its emits.
  public var emits: String
  /// Whether the child may declare a parameter that a sibling has declared.
  public var sharesParameters: Bool

  /// Makes a scope; parameters and emits are named as the instance unless said otherwise.
  public init(
    _ path: String, parameters: String? = nil, emits: String? = nil, sharesParameters: Bool = false
  ) {
    self.path = path
    self.parameters = parameters ?? path
    self.emits = emits ?? path
    self.sharesParameters = sharesParameters
  }
}

/// A value that a layer emitted beside its output.
public struct EmittedValue {
  /// The emit's name: child names and positions down the tree, as the original nests them.
  public var path: String
  /// The path of the layer that emitted it.
  public var layer: String
  /// The values, with the mask of the timesteps they belong to.
  public var sequence: SequenceValue
}

/// What went into a layer instance and came out, for inspection.
public struct LayerRecord {
  /// The instance's path.
  public var path: String
  /// The kind of layer.
  public var typeName: String
  /// What went in.
  public var input: SequenceValue
  /// What came out.
  public var output: SequenceValue
  /// In a step, how many of the first outputs come before the first layer-wise one.
  public var outputLatency: Int
}

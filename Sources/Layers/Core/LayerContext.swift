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

  /// How many timesteps a window without bound holds in this trace; see ``fillsCache(by:)``.
  public internal(set) var cacheCapacity: Int
  var cacheFills: [CacheFill] = []

  package let options: TraceOptions
  /// Asked at every layer whether the trace is to end.
  let isCancelled: () -> Bool
  let constantSpecs: ConstantSpecs
  var place = Place()
  package private(set) var parameters: [ParameterSpec] = []
  package private(set) var variableUpdates: [(path: String, value: Value)] = []
  package private(set) var emits: [EmittedValue] = []
  package internal(set) var records: [LayerRecord] = []
  private var parameterValues: [String: (value: Value, owner: String, isShared: Bool)] = [:]
  var tables: [String: Value] = [:]
  private var seedValue: Value?
  private var rowKeyValue: Value?

  /// Where in the tree a layer stands: as an instance, as an owner of parameters, as a source of
  /// emits.
  struct Place {
    var path = ""
    var parameterPath = ""
    var emitPath = ""
    var sharesParameters = false
    /// The paths without the names of only children: what random numbers are drawn for.
    var unnamedPath = ""
    var unnamedParameterPath = ""
    var scopes: [ParameterSpec.Scope] = []
  }

  init(
    builder: ProgramBuilder, mode: Mode, batch: Int, constants: [String: ConstantValue],
    constantSpecs: ConstantSpecs, options: TraceOptions, cacheCapacity: Int,
    isCancelled: @escaping () -> Bool
  ) {
    self.builder = builder
    self.mode = mode
    self.batch = batch
    self.constants = constants
    self.constantSpecs = constantSpecs
    self.options = options
    self.cacheCapacity = cacheCapacity
    self.isCancelled = isCancelled
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
    update(variableAt: LayerPath.join(place.parameterPath, name), value)
  }

  private func declare(
    _ name: String, _ shape: Shape, _ dtype: DType, _ initializer: Initializer,
    _ fans: ParameterSpec.Fans, _ collection: ParameterSpec.Collection,
    _ shaping: ParameterSpec.Shaping = .none
  ) throws(LayerError) -> Value {
    let path = LayerPath.join(place.parameterPath, name)
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
    var spec = ParameterSpec(
      path: path, collection: collection, shape: shape, dtype: dtype, initializer: initializer,
      fans: fans, shaping: shaping.below(place.parameterPath))
    (spec.scopes, spec.name) = (place.scopes, name)
    spec.unnamedPath = LayerPath.join(place.unnamedParameterPath, name)
    return try declare(
      spec, owner: LayerPath.withoutCopies(place.path), isShared: place.sharesParameters)
  }

  private func declare(
    _ spec: ParameterSpec, owner: String, isShared: Bool
  ) throws(LayerError) -> Value {
    let key = spec.collection.rawValue + "/" + spec.path
    let type = ValueType(spec.dtype, spec.shape)
    if let known = parameterValues[key] {
      guard known.value.type == type, known.owner == owner || (known.isShared && isShared) else {
        throw LayerError(
          .parameterConflict, layer: "parameter", found: "\(spec.path) declared as \(type)",
          expected: "it to be declared once; it is \(known.value.type) already",
          suggestion: "give the layers different names")
      }
      return known.value
    }
    let role: InputRole = spec.collection == .parameters ? .parameter : .variable
    let value = builder.input(spec.path, role, type)
    parameterValues[key] = (value, owner, isShared)
    parameters.append(spec)
    return value
  }

  // MARK: - Limits

  /// Ends a trace that was cancelled, or whose program has no room.
  func checkLimits() throws(LayerError) {
    if isCancelled() {
      throw LayerError(
        .cancelled, layer: "trace", found: "an interruption", expected: "to be traced")
    }
    if let error = builder.memoryError {
      throw LayerError(
        .outOfMemory, layer: "trace", found: "\(error)", expected: "room for the program")
    }
  }

  /// Records operations as often as a number of the config says.
  ///
  /// Room for all of them is requested as soon as it is known what the first take.
  public func repeating(
    _ count: Int, _ body: (Int) throws(LayerError) -> Void
  ) throws(LayerError) {
    for index in 0..<max(0, count) {
      let before = builder.byteCount
      try body(index)
      if index == 0 { builder.reserve(Rational.product(builder.byteCount - before, count - 1)) }
      try checkLimits()
    }
  }

  // MARK: - Parts that are traced by themselves

  /// The value here of a parameter or variable that layers of a part declared.
  func adopt(_ input: Program.Input, of part: LayerContext) throws(LayerError) -> Value {
    let collection: ParameterSpec.Collection = input.role == .variable ? .statistics : .parameters
    guard
      let spec = part.parameters.first(where: {
        $0.path == input.name && $0.collection == collection
      }), let known = part.parameterValues[collection.rawValue + "/" + input.name]
    else { preconditionFailure("Every parameter of a program was declared.") }
    let value = try declare(spec, owner: known.owner, isShared: known.isShared)
    return variableUpdates.first { input.role == .variable && $0.path == spec.path }?.value ?? value
  }

  /// Offers the tables that layers of a part offer; `outer` finds their values here.
  func adoptTables(of part: LayerContext, outer: (Value) -> Value?) {
    for (name, value) in part.tables { tables[name] = outer(value) ?? tables[name] }
  }

  /// Emits what layers of a part emitted, each as `whole` makes it.
  func adopt(_ parts: [EmittedValue], whole: (SequenceValue) -> SequenceValue) {
    emits += parts.map {
      EmittedValue(path: $0.path, layer: $0.layer, sequence: whole($0.sequence))
    }
  }

  /// Gives a variable its new value by its path from the root.
  func update(variableAt path: String, _ value: Value) {
    variableUpdates.removeAll { $0.path == path }
    variableUpdates.append((path, value))
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
    let value = builder.input(ProgramSignature.seed, .seed, ValueType(.uint32, [2]))
    seedValue = value
    return value
  }

  /// The rows' own random keys, `u32[b]`: equal keys draw equal numbers.
  public var rowKeys: Value {
    if let rowKeyValue { return rowKeyValue }
    let value = builder.input(ProgramSignature.rowKeys, .seed, ValueType(.uint32, [batch]))
    rowKeyValue = value
    return value
  }

  /// Tells apart the random draws of different layers.
  public var randomStream: UInt32 { Philox.hash(place.unnamedPath) }

  /// Whether emitted values are requested; what is costly to emit need not be made otherwise.
  public var wantsEmits: Bool { options.emits }

  /// Emits a sequence under this layer's path, or under a name below it.
  public func emit(_ name: String = "", _ sequence: SequenceValue) {
    guard options.emits else { return }
    emits.append(
      EmittedValue(path: LayerPath.join(place.emitPath, name), layer: path, sequence: sequence))
  }
}

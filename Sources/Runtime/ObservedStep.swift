package import Execution
package import Layers
import Programs
import Tensors

/// The program of steps of a fixed number of timesteps, bound once to an input, whose layers' outputs are
/// copied to memory that the caller owns.
///
/// It is what a debugger does a million times: no tensor is made, and nothing is looked up by name. The bits
/// are those of ``Stream/step(_:options:exact:)``.
package final class ObservedStep {
  /// What a layer gives in a step, by positions in ``arrays``.
  package struct Tap {
    package let path: String
    package let values: Int
    package let mask: Int
    /// The imaginary part of complex values.
    package let imaginary: Int?
  }

  /// How many timesteps a step is fed.
  package let time: Int
  /// The arrays that a step gives; values that are the same in the program are one array, but for caches that grow
  /// with every step.
  package let arrays: [Executor.OutputPlace]
  /// The outputs of all layers, children before parents.
  package let taps: [Tap]
  /// The inputs of layers that are no output of another layer.
  package let inputs: [Tap]
  /// The output of the root.
  package let result: Tap
  package let layers: [LayerTrace.LayerPlace]

  /// Whether the next step has room in the caches of its program; otherwise another must be prepared.
  package var hasRoom: Bool { stream.form.cacheCapacity == cacheCapacity }
  private let cacheCapacity: Int
  private let stream: Stream
  private let plan: TracePlan
  private let source: SequenceTensor
  private let valuesInput: Int?
  private let maskInput: Int?
  private let isBoundByAddress: Bool
  private let hasStreamedConstants: Bool
  /// Whether there are inputs besides the sequence; another user of the model may have run the same plan
  /// with others in between.
  private let needsBinding: Bool
  /// The block of several rows, gathered from the input.
  private let staging: UnsafeMutableRawPointer?

  /// Prepares steps of a stream over parts of an input.
  ///
  /// - Throws: as steps of the stream do that make a new program.
  package init(
    _ stream: Stream, over source: SequenceTensor, time: Int, options: RunOptions = RunOptions()
  ) throws {
    self.stream = stream
    self.source = source
    self.time = time
    var options = options
    options.taps = true
    let specs = stream.constants.block(0..<time).specs
    cacheCapacity = stream.form.cacheCapacity
    plan = try stream.model.plan(
      .step, stream.batch, time, specs, options, cacheCapacity: cacheCapacity)
    var places: [Executor.OutputPlace] = []
    var known: [Int: Int] = [:]
    let executor = plan.executor
    func position(_ output: Int) -> Int {
      let place = executor.place(ofOutput: output)
      // Where every step has a program of its own, other values are the same in the next one.
      if !stream.hasExactCaches, let position = known[place.value] { return position }
      known[place.value] = places.count
      places.append(place)
      return places.count - 1
    }
    func tap(_ path: String, _ place: TracePlan.SequencePlace) -> Tap {
      Tap(
        path: path, values: position(place.values), mask: position(place.mask),
        imaginary: place.imaginary.map(position))
    }
    taps = plan.tapPlaces.map(tap)
    inputs = plan.inputPlaces.map(tap)
    guard let root = plan.result else {
      preconditionFailure("Every trace of a layer has an output sequence.")
    }
    result = tap("", root)
    arrays = places
    layers = plan.trace.layers
    valuesInput = plan.inputIndex(ProgramSignature.input.values)
    maskInput = plan.inputIndex(ProgramSignature.input.mask)
    isBoundByAddress = source.values.dtype != .complex64
    hasStreamedConstants = stream.constants.values.contains {
      if case .streamed = $0 { true } else { false }
    }
    needsBinding = plan.program.inputs.contains { input in
      switch input.role {
      case .constant, .variable, .seed, .operand: true
      case .input, .parameter, .state: false
      }
    }
    let entry = source.channelCount * source.values.dtype.byteCount
    staging =
      source.batch == 1 || !isBoundByAddress
      ? nil
      : .allocate(byteCount: max(1, source.batch * time * (entry + 1)), alignment: 64)
  }

  deinit { staging?.deallocate() }

  /// Steps over the timesteps of the input from `start` on; those behind its end are invalid.
  ///
  /// - Throws: ``RuntimeError`` `.cancelled`, with the state as it was.
  package func step(
    from start: Int, cancel: CancelFlag? = nil, progress: ((Int, Int) -> Void)? = nil
  ) throws {
    let range = start..<start + time
    if needsBinding {
      let constants = hasStreamedConstants ? stream.constants.block(range) : stream.constants
      stream.model.bind(plan, constants, batch: stream.batch)
    }
    if isBoundByAddress, range.upperBound <= source.time {
      try source.values.withUnsafeBytes { values in
        try source.mask.withUnsafeBytes { mask in
          bind(values, mask, at: start)
          try run(range, cancel, progress)
        }
      }
    } else {
      plan.set(ProgramSignature.input, source.timesteps(range))
      try run(range, cancel, progress)
    }
  }

  private func bind(_ values: UnsafeRawBufferPointer, _ mask: UnsafeRawBufferPointer, at start: Int)
  {
    guard let values = values.baseAddress, let mask = mask.baseAddress else { return }
    let entry = source.channelCount * source.values.dtype.byteCount
    guard let staging else {
      if let valuesInput { plan.executor.setInput(valuesInput, address: values + start * entry) }
      if let maskInput { plan.executor.setInput(maskInput, address: mask + start) }
      return
    }
    let flags = staging + source.batch * time * entry
    for row in 0..<source.batch {
      let first = row * source.time + start
      (staging + row * time * entry).copyMemory(
        from: values + first * entry, byteCount: time * entry)
      (flags + row * time).copyMemory(from: mask + first, byteCount: time)
    }
    if let valuesInput { plan.executor.setInput(valuesInput, address: staging) }
    if let maskInput { plan.executor.setInput(maskInput, address: flags) }
  }

  private func run(
    _ range: Range<Int>, _ cancel: CancelFlag?, _ progress: ((Int, Int) -> Void)?
  ) throws {
    precondition(stream.position == range.lowerBound, "Steps follow each other.")
    precondition(hasRoom, "Caches that have grown need a step of their own.")
    try plan.executor.execute(state: stream.state, cancel: cancel, progress: progress)
      .requireFinished()
    stream.position = range.upperBound
  }

  /// Copies an array of the last step.
  @inline(__always)
  package func copy(_ array: Int, to target: UnsafeMutableRawPointer) {
    plan.executor.copyOutput(arrays[array], to: target)
  }
}

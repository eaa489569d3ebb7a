import Diagnostics
import Execution
import Layers
import Programs
import Runtime
import Tensors

/// Refuses stacks that no machine could run, before anything is computed or allocated for them: the
/// layers themselves check what they mean.
enum StackCheck {
  /// Checks the numbers of a config, how many layers there are, and that each has a block and a rate.
  static func check(_ layer: any SequenceLayer, _ spec: SpecNode) throws {
    try checkNumbers(spec, "")
    try layer.checkLayerCount()
    try checkFacts(layer, "")
  }

  private static func checkNumbers(_ node: SpecNode, _ path: String) throws(CommandError) {
    for field in node.fields {
      let place = path.isEmpty ? field.name : "\(path).\(field.name)"
      for value in field.values {
        switch value {
        case .node(let inner): try checkNumbers(inner, place)
        case .integer(let number)
        where number.magnitude > UInt(fieldLimit) && field.name != "seed":
          throw CommandError(
            .invalidStack, found: "\(place): \(number)", expected: "at most \(fieldLimit)")
        case .integer, .number, .bool, .text, .symbol, .bytes: break
        }
      }
    }
  }

  /// Children first: a parent's facts are worked out of theirs.
  private static func checkFacts(_ layer: any SequenceLayer, _ path: String) throws(CommandError) {
    for child in layer.children {
      try checkFacts(child.layer, LayerPath.join(path, child.scope.path))
    }
    let place = "\(path.shown) (\(layer.typeName))"
    guard layer.outputRatio.numerator > 0 else {
      throw CommandError(
        .invalidStack, found: "\(place): \(layer.outputRatio) output timesteps an input timestep",
        expected: "a positive rate")
    }
    guard (1...fieldLimit).contains(layer.blockSize) else {
      throw CommandError(
        .invalidStack, found: "\(place): block size \(layer.blockSize)",
        expected: "1 to \(fieldLimit)")
    }
    guard (0...fieldLimit).contains(layer.inputLatency) else {
      throw CommandError(
        .invalidStack, found: "\(place): input latency \(layer.inputLatency)",
        expected: "0 to \(fieldLimit)")
    }
  }

  /// Checks what a run of the layer on an input would take, from the types of its values.
  ///
  /// - Throws: what tracing throws when the layers do not fit; ``MemoryError`` with the memory that is
  ///   needed.
  static func checkMemory(
    _ layer: any SequenceLayer, _ input: SequenceTensor, _ document: Document,
    _ budget: MemoryBudget, _ history: HistoryBudget, cancel: CancelFlag
  ) throws -> RunDemand {
    let constants = document.constants
    let trace = try LayerTracer(layer, memory: budget) { cancel.isRaised }.layer(
      TraceRequest(
        batch: input.batch, time: input.time, input: input.channelSpec, constants: constants.specs,
        options: TraceOptions(taps: true, emits: true)))
    let demand = RunDemand(trace)
    try budget.require(trace.parameters.byteCount, for: "all parameters")
    // What does not fit is computed in pieces where that can be.
    let pieces =
      demand.tapByteCount <= history.layerWise
      ? nil
      : PiecePlan.ways(
        layer, time: input.time, bytes: demand.tapByteCount, limit: history.layerWise,
        training: document.training
      ).map(\.byteCount).min()
    let taps = min(demand.tapByteCount, pieces ?? .max)
    try budget.require(
      [input.byteCount, trace.parameters.byteCount, taps].reduce(0, Rational.sum),
      for: "input, parameters and the outputs of all layers")
    try checkStep(layer, input, document, budget)
    return demand
  }

  /// Checks what input and streamed constants of the longest step take, which reach beyond their ends.
  static func checkStep(
    _ layer: any SequenceLayer, _ input: SequenceTensor, _ document: Document,
    _ budget: MemoryBudget
  ) throws(MemoryError) {
    let time = Rational.product(layer.blockSize, document.schedule.blocks.max() ?? 1)
    var total = 0
    func add(_ x: SequenceTensor) {
      let shape = [x.batch, time] + x.channelShape
      total = Rational.sum(total, shape.byteCount(of: x.values.dtype))
    }
    add(input)
    for constant in document.constants.values {
      if case .streamed(let x) = constant { add(x) }
    }
    try budget.require(total, for: "the input of a step of \(NumberText.grouped(time)) timesteps")
  }
}

import Execution
import Layers
import Programs
import Runtime
import Tensors

/// Refuses stacks that no machine could run, before anything is computed or allocated for them: the
/// layers themselves check what they mean.
enum StackCheck {
  /// Larger whole numbers in a config are taken for mistakes.
  private static let largestNumber = 1 << 24
  /// What one value of a run, and all parameters, may take.
  private static let largestBytes = 4 << 30

  /// Checks the numbers of a config, and that every layer has a block and a rate.
  static func check(_ layer: any SequenceLayer, _ spec: SpecNode) throws(CommandError) {
    try checkNumbers(spec, "")
    try checkFacts(layer, "")
  }

  private static func checkNumbers(_ node: SpecNode, _ path: String) throws(CommandError) {
    for field in node.fields {
      let place = path.isEmpty ? field.name : "\(path).\(field.name)"
      for value in field.values {
        switch value {
        case .node(let inner): try checkNumbers(inner, place)
        case .integer(let number)
        where number.magnitude > UInt(largestNumber) && field.name != "seed":
          throw CommandError(
            .invalidStack, found: "\(place): \(number)", expected: "at most \(largestNumber)")
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
    guard (1...largestNumber).contains(layer.blockSize) else {
      throw CommandError(
        .invalidStack, found: "\(place): block size \(layer.blockSize)",
        expected: "1 to \(largestNumber)")
    }
    guard (0...largestNumber).contains(layer.inputLatency) else {
      throw CommandError(
        .invalidStack, found: "\(place): input latency \(layer.inputLatency)",
        expected: "0 to \(largestNumber)")
    }
  }

  /// Checks what a run of the layer on an input would take.
  ///
  /// - Throws: what tracing throws when the layers do not fit; ``CommandError`` `.invalidStack` with
  ///   the memory that is needed.
  static func checkMemory(
    _ layer: any SequenceLayer, _ input: SequenceTensor, constants: Constants, cancel: CancelFlag
  ) throws {
    let trace = try LayerTracer(layer) { cancel.isRaised }.layer(
      TraceRequest(
        batch: input.batch, time: input.time, input: input.channelSpec, constants: constants.specs))
    var total = 0
    for spec in trace.parameters {
      total += bytes(spec.shape, spec.dtype) ?? largestBytes
      guard total <= largestBytes else {
        throw tooLarge("\(spec.path) \(spec.shape.shapeText) and the parameters before it")
      }
    }
    for instruction in trace.program.instructions {
      for result in instruction.results {
        let type = trace.program[result]
        guard bytes(type.shape, type.dtype) ?? .max <= largestBytes else {
          let scope = trace.program.scopes[instruction.scope].shown
          throw tooLarge("a value \(type.shape.shapeText) in \(scope)")
        }
      }
    }
  }

  private static func bytes(_ shape: Shape, _ dtype: DType) -> Int? {
    shape.checkedByteCount(elementByteCount: dtype.byteCount).map { min($0, largestBytes + 1) }
  }

  private static func tooLarge(_ what: String) -> CommandError {
    CommandError(
      .invalidStack, found: what,
      expected: "at most \(NumberText.bytes(largestBytes)) of memory for it")
  }
}

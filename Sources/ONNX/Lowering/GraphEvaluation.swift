import Programs
package import Tensors

/// Runs the graph of a model on arrays, by the reference evaluator: what tests of operators use.
package enum GraphEvaluation {
  /// The outputs for inputs in the order of the graph; `isKnown` says which are constants.
  package static func run(
    _ source: OnnxSource, _ inputs: [Tensor], isKnown: (Tensor) -> Bool = { _ in false }
  ) throws -> [Tensor] {
    let builder = ProgramBuilder()
    let tracer = GraphTracer(source, builder) { _, values in builder.constant(values) }
    var values: [String: GraphValue] = [:]
    var given: [Tensor] = []
    let weights = Set(source.model.graph.initializers.map(\.name))
    let names = source.model.graph.inputs.map(\.name).filter { !weights.contains($0) }
    for (name, tensor) in zip(names, inputs) {
      guard !isKnown(tensor) else {
        values[name] = GraphValue(tensor)
        continue
      }
      let narrow = tensor.narrowed
      given.append(narrow)
      values[name] = GraphValue(
        builder.input(name, .operand, ValueType(narrow.dtype, narrow.shape)))
    }
    let results = try tracer.run(values)
    for (index, value) in results.enumerated() {
      builder.output(
        "\(index)", .result, value.value(in: builder, keepsWideIntegers: false))
    }
    return try ReferenceEvaluator.evaluate(try builder.finish(), inputs: given)
  }
}

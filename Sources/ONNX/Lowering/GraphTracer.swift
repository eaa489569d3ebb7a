import Programs
import Tensors

/// Traces the nodes of a graph into a program.
///
/// What is made of constants is computed at once by the reference evaluator; all other nodes are lowered
/// by the table of operators. Functions are inlined.
final class GraphTracer {
  /// More nodes than this, those of repeated bodies counted each time, are refused.
  private static let mostNodes = 1 << 17
  private static let deepestCall = 32
  /// Larger results of constants are computed by the program.
  private static let mostFolded = 1 << 22

  /// A node output, for inspection.
  struct Tap {
    var name: String
    var node: Int?
    var value: Value
  }

  let source: OnnxSource
  let builder: ProgramBuilder
  /// Gives weights to the program, by their names.
  let weight: (String, Tensor) -> Value
  /// Outputs of nodes at the top of the graph, in order.
  private(set) var taps: [Tap] = []
  /// What the graph was given and what it gave, by the names in the file.
  private(set) var (given, gave): ([String: GraphValue], [String: GraphValue]) = ([:], [:])
  /// The nodes that were carried out, those of branches and functions in their place; nil if not requested.
  private(set) var executed: [ExecutedNode]?
  private var nodeCount = 0
  private var depth = 0
  /// The path of the call or branch that is being inlined.
  private var prefix = ""

  init(
    _ source: OnnxSource, _ builder: ProgramBuilder, isRecording: Bool = false,
    weight: @escaping (String, Tensor) -> Value
  ) {
    self.source = source
    self.builder = builder
    self.weight = weight
    executed = isRecording ? [] : nil
  }

  /// The outputs of the graph for values of its inputs.
  func run(_ inputs: [String: GraphValue]) throws -> [GraphValue] {
    given = inputs
    let results = try run(source.model.graph, inputs, [:], placing: source.scopes.places)
    gave = Dictionary(
      zip(source.model.graph.outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
    return results
  }

  /// The outputs of a graph inside a node, which sees the values around it.
  func run(
    _ graph: OnnxGraphBody, _ inputs: [String: GraphValue], _ outer: [String: GraphValue],
    placing places: [String]? = nil
  ) throws -> [GraphValue] {
    var environment = outer.merging(inputs) { _, inner in inner }
    for tensor in graph.initializers where inputs[tensor.name] == nil {
      environment[tensor.name] = try stored(tensor, named: tensor.name)
    }
    for (index, node) in graph.nodes.enumerated() {
      try run(node, &environment, place: places.map { ($0[index], index) })
    }
    return try graph.outputs.map { output in
      guard let value = environment[output.name] else {
        throw OnnxError(.damaged, prefix, found: "an output \(output.name) that no node gives")
      }
      return value
    }
  }

  /// The values that a node inside a branch or body may read.
  private(set) var visible: [String: GraphValue] = [:]

  private func run(
    _ node: OnnxNode, _ environment: inout [String: GraphValue], place: (path: String, index: Int)?
  ) throws {
    nodeCount += 1
    guard nodeCount <= Self.mostNodes else {
      throw OnnxError(.limit, prefix, found: "more than \(Self.mostNodes) nodes to trace")
    }
    let path = place?.path ?? prefix
    let label =
      "\(path.isEmpty ? "" : path + ": ")\(node.operation)\(node.name.isEmpty ? "" : " '\(node.name)'")"
    let operands = try node.inputs.map { name -> GraphValue? in
      if name.isEmpty { return nil }
      guard let value = environment[name] else {
        throw OnnxError(.damaged, label, found: "an operand \(name) that nothing gives before")
      }
      return value
    }
    let before = builder.errors.count
    let executedBefore = executed?.count ?? 0
    let results: [GraphValue]
    do {
      let outerVisible = visible
      visible = environment
      defer { visible = outerVisible }
      results = try builder.scoped(absolute: path.isEmpty ? builder.path : path) {
        try lower(node, operands, path)
      }
    } catch let error as OnnxError {
      throw error.at(label)
    }
    if let error = builder.errors.dropFirst(before).first {
      throw OnnxError(
        .invalidNode, label, found: "\(error.subject): \(error.found)", expected: error.expected)
    }
    executed?.record(node, place?.path, inside: prefix, operands, results, from: executedBefore)
    for (name, value) in zip(node.outputs, results) where !name.isEmpty {
      environment[name] = value
      if let place, value.known == nil {
        taps.append(
          Tap(
            name: name, node: place.index, value: value.value(in: builder, keepsWideIntegers: false)
          ))
      }
    }
    let missing = node.outputs.dropFirst(results.count).first { !$0.isEmpty }
    if let missing {
      throw OnnxError(
        .unsupported, label, found: "the output \(missing)",
        expected: "only the first \(results.count)")
    }
  }

  private func lower(
    _ node: OnnxNode, _ operands: [GraphValue?], _ path: String
  ) throws -> [GraphValue] {
    if let function = source.model.functions["\(node.domain)::\(node.op)"] {
      return try call(function, node, operands, path)
    }
    if node.op == "Constant", node.domain.isEmpty || node.domain == "ai.onnx" {
      return [try constant(node)]
    }
    guard let lowering = OperatorTable.find(node) else {
      throw OnnxError(.unsupported, "", found: "an operator that is not supported")
    }
    let outerPrefix = prefix
    prefix = path
    defer { prefix = outerPrefix }
    let isFolding =
      lowering.folds && !operands.isEmpty
      && operands.allSatisfy { $0.map { $0.known != nil && !$0.isWeight } ?? true }
    guard isFolding else {
      return try lowering.lower(
        NodeCall(
          node: node, opset: source.model.opset, builder: builder, operands: operands,
          isFolding: false, tracer: self))
    }
    return try folded(node, lowering, operands)
  }

  /// What a node makes of constants.
  private func folded(
    _ node: OnnxNode, _ lowering: OperatorTable.Row, _ operands: [GraphValue?]
  ) throws -> [GraphValue] {
    let scratch = ProgramBuilder()
    let constants = operands.map { $0.flatMap { $0.known.map { GraphValue($0) } } }
    let results = try lowering.lower(
      NodeCall(
        node: node, opset: source.model.opset, builder: scratch, operands: constants,
        isFolding: true, tracer: self))
    let open = results.indices.filter { results[$0].known == nil }
    for index in open {
      scratch.output(
        "\(index)", .result, results[index].value(in: scratch, keepsWideIntegers: true))
    }
    let program: Program
    do { program = try scratch.finish() } catch let error as ShapeError {
      throw OnnxError(
        .invalidNode, "", found: "\(error.subject): \(error.found)", expected: error.expected)
    }
    guard program.types.allSatisfy({ $0.shape.elementCount <= Self.mostFolded }) else {
      // Too much to compute here: the program does it.
      return try lowering.lower(
        NodeCall(
          node: node, opset: source.model.opset, builder: builder, operands: operands,
          isFolding: false, tracer: self))
    }
    let values = try ReferenceEvaluator.evaluate(program, inputs: [])
    var all = results
    for (index, value) in zip(open, values) { all[index] = GraphValue(value) }
    return all
  }

  private func call(
    _ function: OnnxFunction, _ node: OnnxNode, _ operands: [GraphValue?], _ path: String
  ) throws -> [GraphValue] {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepestCall else {
      throw OnnxError(.limit, "", found: "functions that call each other \(depth) deep")
    }
    var environment: [String: GraphValue] = [:]
    for (name, operand) in zip(function.inputs, operands) { environment[name] = operand }
    let attributes = function.defaults.merging(node.attributes) { _, given in given }
    let outerPrefix = prefix
    prefix = path
    defer { prefix = outerPrefix }
    for inner in function.nodes {
      var inner = inner
      inner.attributes = inner.attributes.compactMapValues { value in
        if case .reference(let name) = value { attributes[name] } else { value }
      }
      inner.inputs = inner.inputs.map {
        environment[$0] == nil && function.inputs.contains($0) ? "" : $0
      }
      try run(inner, &environment, place: nil)
    }
    return try function.outputs.map { name in
      guard let value = environment[name] else {
        throw OnnxError(.damaged, "", found: "a function output \(name) that no node gives")
      }
      return value
    }
  }

  /// The array of a Constant node.
  private func constant(_ node: OnnxNode) throws -> GraphValue {
    for (name, value) in node.attributes {
      switch (name, value) {
      case ("value", .tensor(let tensor)):
        return try stored(tensor, named: node.outputs.first ?? "")
      case ("value_float", .float(let number)): return GraphValue(Tensor(scalar: Float(number)))
      case ("value_int", .int(let number)): return GraphValue(Tensor(scalar: Int64(number)))
      case ("value_floats", .floats(let numbers)):
        return GraphValue(Tensor(numbers.map { Float($0) }))
      case ("value_ints", .ints(let numbers)): return GraphValue(Tensor(numbers.map { Int64($0) }))
      default: break
      }
    }
    throw OnnxError(.unsupported, "", found: "a constant that is no array of numbers")
  }

  /// A stored array: a weight if it is floating and no single number.
  private func stored(_ tensor: OnnxTensor, named name: String) throws -> GraphValue {
    let values = try source.tensor(tensor, named: name)
    guard values.dtype.isFloating, values.rank > 0, values.count > 1 else {
      return GraphValue(values)
    }
    let weight = self.weight
    return GraphValue(weight: values) { _ in weight(name, values) }
  }
}

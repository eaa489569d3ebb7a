import Programs
import Tensors

/// A node as the lint sees it: its values have names of their own, wherever the node stands.
struct LintNode {
  let node: OnnxNode
  let place: String
  /// The names of the operands, empty where one is left out.
  let inputs: [String]
  let outputs: [String]
  /// The operands that are known before any input is seen.
  let known: [Tensor?]

  var op: String { node.op }
  var attributes: [String: OnnxAttribute] { node.attributes }
}

/// A graph traced for one length of the sequence, as the lint reads it: the branches that are taken and
/// the functions that are called stand in their place.
struct LintTrace {
  /// A recurrent node: what it starts from, its outputs, and its last states.
  struct Recurrence {
    let place: String
    let initial: [Value?]
    let outputs: Value?
    let last: [Value]
  }

  /// What caches that grow bring in a trace.
  static let cachedEntries = 5

  let nodes: [LintNode]
  /// Types of all values, by the names that nodes have for them.
  let types: [String: ValueType]
  /// The names that the graph's outputs have in ``nodes``.
  let outputs: [String: String]
  let trace: GraphTrace
  let recurrences: [Recurrence]

  init(
    _ source: OnnxSource, _ interface: GraphInterface, time: Int, past: Int = cachedEntries
  ) throws {
    // Caches that grow bring some entries, so that what reads them is seen to have a past.
    trace = try source.traced(
      interface, time: time, past: interface.caches == nil ? 0 : past,
      isRecording: true)
    var names = ValueNames()
    for (name, value) in trace.tracer.given.sorted(by: { $0.key < $1.key }) {
      _ = names.name(value, name)
    }
    var nodes: [LintNode] = []
    var recurrences: [Recurrence] = []
    for done in trace.tracer.executed ?? [] {
      let given = done.node.inputs + Array(repeating: "", count: done.operands.count)
      let inputs = zip(done.operands, given).map { operand, name in
        operand.map { names.name($0, name.isEmpty ? done.place : name) } ?? ""
      }
      let outputs = zip(done.results, done.node.outputs).map { value, name in
        names.name(value, name.isEmpty ? done.place : name)
      }
      nodes.append(
        LintNode(
          node: done.node, place: done.place, inputs: inputs, outputs: outputs,
          known: done.operands.map { $0?.known }))
      if let found = Recurrence(done, trace.tracer.builder) { recurrences.append(found) }
    }
    self.nodes = nodes
    self.recurrences = recurrences
    types = names.types
    outputs = trace.tracer.gave.mapValues { value in names.known(value) ?? "" }
  }
}

extension LintTrace {
  /// The type of the output that is the sequence.
  func outputType(_ interface: GraphInterface) -> ValueType? {
    outputs[interface.output].flatMap { types[$0] }
  }

  /// Operands that are known before any input is seen, by their names.
  var knownValues: [String: Tensor] {
    var values: [String: Tensor] = [:]
    for node in nodes {
      for (name, known) in zip(node.inputs, node.known) where !name.isEmpty {
        if let known { values[name] = known }
      }
    }
    return values
  }
}

extension LintTrace.Recurrence {
  /// A recurrent node of one direction in the usual layout.
  fileprivate init?(_ done: ExecutedNode, _ builder: ProgramBuilder) {
    let counts = ["LSTM": 2, "DynamicQuantizeLSTM": 2, "GRU": 1, "RNN": 1]
    guard let count = counts[done.node.op], done.node.attributes["layout"] == nil else {
      return nil
    }
    if case .string(let direction) = done.node.attributes["direction"], direction != "forward" {
      return nil
    }
    func value(_ value: GraphValue?) -> Value? {
      value.map { $0.value(in: builder, keepsWideIntegers: false) }
    }
    place = done.place
    initial = (0..<count).map { index in
      done.operands.indices.contains(5 + index) ? value(done.operands[5 + index]) : nil
    }
    outputs = value(done.results.first)
    last = done.results.dropFirst().prefix(count).compactMap(value)
  }
}

/// Gives values distinct names, those of the file where they are distinct.
private struct ValueNames {
  private var names: [ObjectIdentifier: String] = [:]
  private(set) var types: [String: ValueType] = [:]

  func known(_ value: GraphValue) -> String? { names[ObjectIdentifier(value)] }

  mutating func name(_ value: GraphValue, _ wanted: String) -> String {
    if let known = known(value) { return known }
    var name = wanted
    var count = 2
    while types[name] != nil {
      name = "\(wanted)#\(count)"
      count += 1
    }
    names[ObjectIdentifier(value)] = name
    types[name] = ValueType(value.dtype, value.shape)
    return name
  }
}

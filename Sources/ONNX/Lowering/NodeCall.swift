import Programs
import Tensors

/// A node that is being lowered: its operands, its attributes, and where its operations are recorded.
struct NodeCall {
  let node: OnnxNode
  /// The operator set of the model.
  let opset: Int
  /// The program that operations are recorded in.
  let builder: ProgramBuilder
  /// The operands; nil where an optional one is left out.
  let operands: [GraphValue?]
  /// Whether all operands are constants, and the results are computed at once.
  let isFolding: Bool
  /// Traces the graphs inside the node.
  let tracer: GraphTracer

  var outputCount: Int { node.outputs.count }

  /// Whether an output is there and has a name.
  func wantsOutput(_ index: Int) -> Bool {
    node.outputs.indices.contains(index) && !node.outputs[index].isEmpty
  }

  // MARK: - Operands

  func has(_ index: Int) -> Bool { operands.indices.contains(index) && operands[index] != nil }

  /// An operand in the program.
  func value(_ index: Int) throws -> Value {
    guard has(index), let operand = operands[index] else {
      throw invalid("no operand \(index + 1)", expected: "one")
    }
    return operand.value(in: builder, keepsWideIntegers: isFolding)
  }

  func optional(_ index: Int) throws -> Value? { has(index) ? try value(index) : nil }

  /// All operands in the program.
  func values() throws -> [Value] { try operands.indices.map(value) }

  /// An operand that has to be known before any input is seen.
  func known(_ index: Int, _ what: String) throws -> Tensor {
    guard has(index), let operand = operands[index] else {
      throw invalid("no \(what)", expected: "an operand for it")
    }
    guard let tensor = operand.known else {
      throw OnnxError(
        .notStatic, "", found: "\(what) computed from the input",
        expected: "\(what) known before",
        suggestion: "fix the input that it comes from, or export with fixed sizes"
      )
    }
    return tensor
  }

  /// The elements of an operand, if it is there and known.
  func known(_ index: Int) -> Tensor? { has(index) ? operands[index]?.known : nil }

  /// The one number of an operand that has to be known.
  func number(_ index: Int, _ what: String) throws -> Double {
    let tensor = try known(index, what)
    guard tensor.count == 1 else {
      throw invalid("\(what) of shape \(tensor.shape.shapeText)", expected: "one number")
    }
    return tensor.double(at: 0)
  }

  /// The same, a whole number.
  func integer(_ index: Int, _ what: String) throws -> Int {
    _ = try number(index, what)
    return try known(index, what).integers[0]
  }

  /// Whole numbers of an operand that has to be known, or of an attribute; nil if neither is there.
  func integers(_ index: Int?, _ attribute: String) throws -> [Int]? {
    if let index, has(index) { return try known(index, attribute).integers }
    switch node.attributes[attribute] {
    case .ints(let list): return list
    case .int(let number): return [number]
    default: return nil
    }
  }

  // MARK: - Attributes

  func int(_ name: String, _ preset: Int) -> Int {
    if case .int(let value) = node.attributes[name] { value } else { preset }
  }

  func flag(_ name: String) -> Bool { int(name, 0) != 0 }

  func float(_ name: String, _ preset: Double) -> Double {
    switch node.attributes[name] {
    case .float(let value): value
    case .int(let value): Double(value)
    default: preset
    }
  }

  func string(_ name: String, _ preset: String) -> String {
    if case .string(let value) = node.attributes[name] { value } else { preset }
  }

  func graph(_ name: String) throws -> OnnxGraphBody {
    guard case .graph(let graph) = node.attributes[name] else {
      throw invalid("no graph \(name)", expected: "one")
    }
    return graph
  }

  // MARK: - Axes and mistakes

  /// An axis counted from the start.
  func axis(_ axis: Int, rank: Int) throws -> Int {
    guard (-rank..<max(rank, 1)).contains(axis) else {
      throw invalid("axis \(axis)", expected: "an axis of \(rank)")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// Axes counted from the start, ascending, each once.
  func axes(_ axes: [Int], rank: Int) throws -> [Int] {
    let counted = try axes.map { try axis($0, rank: rank) }
    guard Set(counted).count == counted.count else {
      throw invalid("axes \(axes)", expected: "each axis once")
    }
    return counted.sorted()
  }

  func invalid(_ found: String, expected: String) -> OnnxError {
    OnnxError(.invalidNode, "", found: found, expected: expected)
  }

  func unsupported(_ found: String, expected: String? = nil) -> OnnxError {
    OnnxError(.unsupported, "", found: found, expected: expected)
  }

  /// Refuses an attribute that has another value than the one that is supported.
  func requireDefault(_ name: String, _ preset: Int = 0) throws {
    let value = int(name, preset)
    guard value == preset else { throw unsupported("\(name) = \(value)", expected: "\(preset)") }
  }

  /// Extents of a new shape, checked before anything is made of that size.
  func checked(_ shape: [Int]) throws -> Shape {
    guard shape.allSatisfy({ $0 >= 0 }), shape.count <= 64, shape.elementCount <= 1 << 40 else {
      throw invalid("a shape of \(shape)", expected: "extents from 0 that fit into memory")
    }
    return shape
  }

  /// Two values of one dtype: integers of different widths become the wider.
  func unified(_ a: Value, _ b: Value) -> (Value, Value) {
    guard a.dtype != b.dtype, a.dtype.isInteger, b.dtype.isInteger else { return (a, b) }
    let common = DType.promoted(a.dtype, b.dtype)
    return (a.converted(to: common), b.converted(to: common))
  }
}

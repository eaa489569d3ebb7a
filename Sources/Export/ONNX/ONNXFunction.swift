package import Programs
import Tensors

/// Writes one program as an ONNX graph: one node an operation, as legalisation left them.
final class ONNXFunction: OperatorWriter {
  static let runtime = "ONNX"
  let program: Program
  var graph: ONNXGraph
  /// The layer path of the operation at hand.
  private(set) var scope = ""
  private let names: ONNXNames
  private let weights: WeightPrecision
  var operands: OperandTable<String>

  init(
    _ program: Program, name: String, names: ONNXNames, weights: WeightPrecision
  ) {
    self.program = program
    self.weights = weights
    self.names = names
    graph = ONNXGraph(name: name)
    operands = OperandTable(program)
  }

  /// A function for the body of a loop, which sees the values of this one.
  func body(_ program: Program) -> ONNXFunction {
    let function = ONNXFunction(program, name: "body", names: names, weights: weights)
    function.scope = scope
    return function
  }

  // MARK: - Values

  /// The name of a value in its full shape.
  func value(_ id: ValueID) throws(ExportError) -> String {
    let name: String
    switch operands[id] {
    case .written(let name): return name
    case .constant(let tensor): name = try add(constant: tensor)
    case .broadcast(let source):
      name = add("Expand", [try value(source), numbers(program[id].shape)])
    }
    operands.setWritten(id, name)
    return name
  }

  /// The names of the operands of an elementwise node, stretched by the node where it can.
  func elementwise(_ ids: [ValueID], _ shape: Shape) throws(ExportError) -> [String] {
    var result: [String] = []
    for id in operands.stretched(ids, shape) { result.append(try value(id)) }
    return result
  }

  // MARK: - Nodes

  /// A name that nothing has in this file.
  func freshName() -> String { names.fresh() }

  /// Adds a node with one result.
  func add(
    _ kind: String, _ inputs: [String], _ attributes: [(String, ONNXAttribute)] = []
  ) -> String {
    add(kind, inputs, results: 1, attributes)[0]
  }

  func add(
    _ kind: String, _ inputs: [String], results: Int,
    _ attributes: [(String, ONNXAttribute)] = []
  ) -> [String] {
    let outputs = (0..<results).map { _ in names.fresh() }
    let name = scope.isEmpty ? outputs[0] : "\(scope)/\(outputs[0])"
    graph.addNode(kind, inputs, outputs, name: name, attributes)
    return outputs
  }

  /// A constant of 64-bit whole numbers, such as axes.
  func numbers(_ values: [Int], shape: Shape? = nil) -> String {
    names.constant(Tensor(values.map(Int64.init), shape: shape ?? [values.count]), code: 7)
  }

  func add(constant: Tensor) throws(ExportError) -> String {
    names.constant(constant, code: try code(constant.dtype, "constant"))
  }

  /// Weights, stored as the file stores them, in single precision.
  func add(weights tensor: Tensor, channels axis: Int) throws(ExportError) -> String {
    try add(weights: tensor, channels: axis, resultAxis: axis) { $0 }
  }

  /// What `part` takes of weights, stored as the file stores them, in single precision; `resultAxis` is where
  /// it has their channels.
  func add(
    weights tensor: Tensor, channels axis: Int, resultAxis: Int, part: (String) -> String
  ) throws(ExportError) -> String {
    guard weights.stores(tensor) else { return part(try add(constant: tensor)) }
    guard weights == .int8 else {
      return cast(part(try add(constant: tensor.converted(to: .float16))), to: 1)
    }
    let quantized = QuantizedTensor(tensor, axis: axis)
    let integers = part(try add(constant: quantized.values))
    let scales = try add(constant: Tensor(quantized.scales))
    return add("DequantizeLinear", [integers, scales], [("axis", .int(resultAxis))])
  }

  func cast(_ value: String, to code: Int) -> String {
    add("Cast", [value], [("to", .int(code))])
  }

  /// The number of a dtype in ONNX.
  func code(_ dtype: DType, _ op: String) throws(ExportError) -> Int {
    if let code = dtype.onnxCode { return code }
    throw ExportError(
      .unsupportedType, path: place(op), found: "\(dtype.name) values",
      expected: "a dtype that ONNX has", suggestion: "use --to stablehlo")
  }

  // MARK: - The whole program

  func addInputs(_ ports: [String]) throws(ExportError) {
    for (input, name) in zip(program.inputs, ports) {
      let type = program[input.value]
      graph.addInput(name, try code(type.dtype, input.name), type.shape)
      define(input.value, name)
    }
  }

  func addInstructions() throws(ExportError) {
    for instruction in program.instructions {
      scope = program.scopes[instruction.scope]
      try write(instruction)
    }
  }

  /// Gives results the names of outputs; inputs, constants and values that are several outputs are copied.
  func addOutputs(_ ports: [String]) throws(ExportError) {
    scope = ""
    for (output, name) in zip(program.outputs, ports) {
      let type = program[output.value]
      let result = try value(output.value)
      let own = graph.canRename(result) ? result : add("Identity", [result])
      graph.rename(own, to: name)
      graph.addOutput(name, try code(type.dtype, output.name), type.shape)
    }
  }

  /// Gives outputs of layers the paths of these, as far as nothing else has that name.
  func nameOutputs(of layers: [LayerOutput], besides ports: [String]) {
    var taken = Set(ports)
    for layer in layers {
      guard case .written(let result) = operands[layer.value], graph.canRename(result),
        !layer.path.contains(ONNXNames.mark), taken.insert(layer.path).inserted
      else { continue }
      graph.rename(result, to: layer.path)
    }
  }

  /// Puts all constants into this graph, the outermost one.
  func addConstants() { names.addConstants(to: &graph) }
}

/// The names of values and constants of one ONNX file, unique in all its graphs.
///
/// Values are numbered behind the name of their function, so that those of two files, such as `step#3` and
/// `layer#3`, are not taken for the same.
final class ONNXNames {
  /// Stands in every name made here, and in no name of a layer's output.
  static let mark: Character = "#"
  private let prefix: String
  private var count = 0
  private var pool = ConstantPool()
  private var constants: [(name: String, code: Int, tensor: Tensor)] = []
  private var known: [ConstantKey: String] = [:]

  private struct ConstantKey: Hashable {
    var place: Int
    var code: Int
    var shape: Shape
  }

  init(_ prefix: String) { self.prefix = prefix }

  func fresh() -> String {
    count += 1
    return "\(prefix)\(Self.mark)\(count)"
  }

  func constant(_ tensor: Tensor, code: Int) -> String {
    let key = ConstantKey(place: pool.index(of: tensor), code: code, shape: tensor.shape)
    if let name = known[key] { return name }
    let name = "constant\(Self.mark)\(constants.count)"
    known[key] = name
    constants.append((name, code, pool.tensors[key.place].read(as: tensor)))
    return name
  }

  /// The number of bytes of all constants.
  var byteCount: Int { constants.reduce(0) { $0 + $1.tensor.byteCount } }

  func addConstants(to graph: inout ONNXGraph) {
    for (name, code, tensor) in constants { graph.addConstant(name, code, tensor) }
  }
}

extension Tensor {
  /// The bytes of this one under the shape of another of as many bytes.
  fileprivate func read(as other: Tensor) -> Tensor {
    dtype == other.dtype ? reshaped(other.shape) : other
  }
}

/// A file of one ONNX function.
package struct ONNXFile {
  private let function: ONNXFunction
  /// The number of bytes of all constants.
  let constantByteCount: Int

  /// Writes a legalised program.
  package init(
    _ name: String, _ program: Program, inputs: [String], outputs: [String],
    layers: [LayerOutput] = [], weights: WeightPrecision = .float32
  ) throws(ExportError) {
    let names = ONNXNames(name)
    function = ONNXFunction(program, name: name, names: names, weights: weights)
    try function.addInputs(inputs)
    try function.addInstructions()
    try function.addOutputs(outputs)
    function.nameOutputs(of: layers, besides: inputs + outputs)
    constantByteCount = names.byteCount
    function.addConstants()
  }

  /// How many nodes there are, those inside loops aside.
  package var nodeCount: Int { function.graph.nodeCount }

  /// The file with a note under `sequence_workbench`.
  func contents(note: String) -> ByteStream {
    function.graph.model(metadata: [("sequence_workbench", note)])
  }

  /// The bytes of the file without a note.
  package var bytes: [UInt8] { function.graph.model(metadata: []).joined }
}

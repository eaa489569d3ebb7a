package import Programs
import Tensors

/// Writes one program as a subgraph of a LiteRT model: one operator an operation, as legalisation left them.
final class LiteRTFunction: OperatorWriter {
  static let runtime = "LiteRT"
  let file: LiteRTFile
  let graph: Int
  let program: Program
  /// The layer path of the operation at hand.
  private(set) var scope = ""
  var operands: OperandTable<Int>
  let uses: ValueUses
  /// How many operators were written.
  private(set) var operatorCount = 0

  init(_ file: LiteRTFile, graph: Int, program: Program) {
    self.file = file
    self.graph = graph
    self.program = program
    operands = OperandTable(program)
    uses = ValueUses(program)
  }

  // MARK: - Values

  /// Whether a value is a constant or a broadcast.
  func isStretchedOrConstant(_ id: ValueID) -> Bool { operands.isStretchedOrConstant(id) }

  /// The tensor of a value in its full shape.
  func tensor(_ id: ValueID) throws(ExportError) -> Int {
    let index: Int
    switch operands[id] {
    case .written(let tensor): return tensor
    case .constant(let tensor): index = try addConstant(tensor)
    case .broadcast(let source):
      let type = program[id]
      index = try add(.broadcastTo, [try tensor(source), numbers(type.shape)], type)
    }
    operands.setWritten(id, index)
    return index
  }

  /// Tensors of the operands of an elementwise operator, stretched by the operator where it can.
  func elementwise(_ ids: [ValueID], _ shape: Shape) throws(ExportError) -> [Int] {
    var tensors: [Int] = []
    for id in operands.stretched(ids, shape) { tensors.append(try tensor(id)) }
    return tensors
  }

  // MARK: - Operators

  /// Adds an operator with one result.
  func add(
    _ op: LiteRTOperator, _ inputs: [Int], _ type: ValueType
  ) throws(ExportError) -> Int {
    try add(op, inputs, [type])[0]
  }

  func add(
    _ op: LiteRTOperator, _ inputs: [Int], _ types: [ValueType]
  ) throws(ExportError) -> [Int] {
    let name = scope.isEmpty ? op.name : "\(scope)/\(op.name)"
    var outputs: [Int] = []
    for type in types {
      outputs.append(
        file.model[graph].addTensor(
          code: try code(type.dtype, op.name), shape: type.shape, name: name))
    }
    let index = file.model.index(of: op)
    file.model[graph].addOperator(index, op, inputs: inputs, outputs: outputs)
    operatorCount += 1
    return outputs
  }

  /// A constant of whole numbers, such as axes.
  func numbers(_ values: [Int], shape: Shape? = nil) -> Int {
    let words = values.map { Int32(clamping: $0) }
    return addConstant(Tensor(words, shape: shape ?? [values.count]), code: 2)
  }

  /// A constant scalar of a whole number.
  func number(_ value: Int) -> Int { numbers([value], shape: []) }

  func addConstant(_ tensor: Tensor) throws(ExportError) -> Int {
    addConstant(tensor, code: try code(tensor.dtype, "constant"))
  }

  /// Weights, stored as the file stores them, in single precision.
  func addWeights(_ tensor: Tensor, channels axis: Int) throws(ExportError) -> Int {
    guard file.weights.stores(tensor) else { return try addConstant(tensor) }
    let type = ValueType(.float32, tensor.shape)
    guard file.weights == .int8 else {
      let halves = try addConstant(tensor.converted(to: .float16))
      return try add(.dequantize(halves: true), [halves], type)
    }
    let quantized = QuantizedTensor(tensor, axis: axis)
    let integers = file.model[graph].addTensor(
      code: try code(.int8, "weights"), quantized, buffer: file.model.buffer(quantized.values),
      name: "weights")
    return try add(.dequantize(halves: false), [integers], type)
  }

  private func addConstant(_ tensor: Tensor, code: Int) -> Int {
    // Buffer 0 is the one without data.
    let buffer = tensor.count == 0 ? 0 : file.model.buffer(tensor)
    return file.model[graph].addTensor(
      code: code, shape: tensor.shape, buffer: buffer, name: "constant")
  }

  /// The number of a dtype in the schema.
  func code(_ dtype: DType, _ op: String) throws(ExportError) -> Int {
    if let code = dtype.liteRTCode { return code }
    throw ExportError(
      .unsupportedType, path: place(op), found: "\(dtype.name) values",
      expected: "float32, which LiteRT computes",
      suggestion: "set dtype float32 or use --to stablehlo")
  }

  // MARK: - The whole program

  /// Adds the inputs of a signature.
  func addInputs(_ names: [String]) throws(ExportError) {
    for (input, name) in zip(program.inputs, names) {
      let type = program[input.value]
      let tensor = file.model[graph].addTensor(
        code: try code(type.dtype, input.name), shape: type.shape, name: name)
      file.model[graph].inputs.append(.init(name: name, tensor: tensor))
      define(input.value, tensor)
    }
  }

  /// Adds the operators.
  func addInstructions() throws(ExportError) {
    for instruction in program.instructions {
      scope = program.scopes[instruction.scope]
      try write(instruction)
    }
    scope = ""
  }

  /// Adds the outputs of a signature.
  func addOutputs(_ names: [String]) throws(ExportError) {
    for (output, name) in zip(program.outputs, names) {
      let index = try tensor(output.value)
      file.model[graph].outputs.append(.init(name: name, tensor: index))
    }
  }
}

extension LiteRTFunction {
  /// Gives outputs of layers the paths of these; of several layers with one output, the first's.
  fileprivate func nameOutputs(of layers: [LayerOutput]) {
    var named: Set<Int> = []
    for layer in layers {
      guard case .written(let tensor) = operands[layer.value], named.insert(tensor).inserted else {
        continue
      }
      file.model[graph].rename(tensor, to: layer.path)
    }
  }
}

/// A LiteRT model that several functions are written to.
package final class LiteRTFile {
  var model = LiteRTModel()
  let weights: WeightPrecision

  package init(weights: WeightPrecision = .float32) { self.weights = weights }

  /// The bytes of the file.
  package var bytes: [UInt8] { model.file.joined }

  /// Writes a legalised program as a signature and gives the number of its operators.
  package func add(
    _ name: String, _ program: Program, inputs: [String], outputs: [String],
    layers: [LayerOutput] = []
  ) throws(ExportError) -> Int {
    let graph = model.addGraph(name, signature: name)
    let function = LiteRTFunction(self, graph: graph, program: program)
    try function.addInputs(inputs)
    try function.addInstructions()
    try function.addOutputs(outputs)
    function.nameOutputs(of: layers)
    return function.operatorCount
  }
}

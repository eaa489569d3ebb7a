package import Programs
import Tensors

/// Writes one program as StableHLO text: one line an operation.
package final class StableHLOFunction {
  let program: Program
  /// The lines of the function's body so far.
  private(set) var lines: [String] = []
  private(set) var scope = ""
  private let counter: ValueCounter
  private var values: [ValueID: String] = [:]

  /// Numbers values, which are unique in a module.
  final class ValueCounter {
    private var count = 0

    func next() -> String {
      count += 1
      return "%v\(count)"
    }
  }

  init(_ program: Program, counter: ValueCounter = ValueCounter()) {
    self.program = program
    self.counter = counter
  }

  /// A function for a region inside this one.
  func region(_ program: Program = Program()) -> StableHLOFunction {
    let function = StableHLOFunction(program, counter: counter)
    function.scope = scope
    return function
  }

  /// The module of a legalised program.
  package static func module(_ program: Program) throws(ExportError) -> (
    text: String, operationCount: Int
  ) {
    let function = StableHLOFunction(program)
    var arguments: [String] = []
    for (index, input) in program.inputs.enumerated() {
      function.define(input.value, "%a\(index)")
      arguments.append("%a\(index): \(StableHLOText.type(program[input.value]))")
    }
    try function.addInstructions()
    let types = program.outputTypes.map(StableHLOText.type).joined(separator: ", ")
    let results = program.outputs.map { function.value($0.value) }.joined(separator: ", ")
    let end = results.isEmpty ? "return" : "return \(results) : \(types)"
    let head = "func.func public @main(\(arguments.joined(separator: ", "))) -> (\(types)) {"
    let body = function.lines.joined(separator: "\n")
    return ("module @m {\n\(head)\n\(body)\n\(end)\n}\n}\n", function.lines.count)
  }

  func addInstructions() throws(ExportError) {
    for instruction in program.instructions {
      scope = program.scopes[instruction.scope]
      try write(instruction)
    }
  }

  // MARK: - Values

  subscript(id: ValueID) -> ValueType { program[id] }

  func define(_ id: ValueID, _ name: String) { values[id] = name }

  func value(_ id: ValueID) -> String {
    guard let name = values[id] else {
      preconditionFailure("Value \(id.index) is used before it is defined.")
    }
    return name
  }

  func fresh() -> String { counter.next() }

  // MARK: - Lines

  /// Adds an operation with one result.
  func add(_ text: String) -> String {
    let name = fresh()
    lines.append("\(name) = \(text)")
    return name
  }

  func add(line: String) { lines.append(line) }

  func scalar(_ number: Double, _ dtype: DType) -> String {
    add(StableHLOText.dense(Tensor(repeating: number, shape: [], dtype)))
  }

  /// Equal elements.
  func full(_ number: Double, _ type: ValueType) -> String {
    let element = scalar(number, type.dtype)
    guard type.rank > 0 else { return element }
    return add(
      "stablehlo.broadcast_in_dim \(element), dims = [] : (\(StableHLOText.scalar(type.dtype))) -> "
        + StableHLOText.type(type))
  }

  func compare(_ direction: String, _ a: String, _ b: String, _ type: ValueType) -> String {
    let (operand, kind) = (StableHLOText.type(type), StableHLOText.comparison(type.dtype))
    let result = StableHLOText.type(ValueType(.bool, type.shape))
    return add(
      "stablehlo.compare \(direction), \(a), \(b), \(kind) : (\(operand), \(operand)) -> \(result)")
  }

  func unsupported(_ op: String, _ type: ValueType) -> ExportError {
    ExportError(
      .unsupportedOperation, path: ExportError.place(op, in: scope),
      found: "\(op) of \(type)", expected: "an operation that StableHLO has")
  }
}

import Programs
import Tensors

/// A writer of operators on values: what those of LiteRT and ONNX share besides the operators themselves.
protocol OperatorWriter: AnyObject {
  /// The name of a value in the file.
  associatedtype Handle

  /// The runtime's name, for errors.
  static var runtime: String { get }
  var program: Program { get }
  /// The layer path of the operation at hand.
  var scope: String { get }
  var operands: OperandTable<Handle> { get set }
}

extension OperatorWriter {
  subscript(id: ValueID) -> ValueType { program[id] }

  func define(_ id: ValueID, _ handle: Handle) { operands[id] = .written(handle) }

  func define(_ id: ValueID, as other: ValueID) { operands.define(id, as: other) }

  func define(_ id: ValueID, constant: Tensor) { operands[id] = .constant(constant) }

  func define(_ id: ValueID, broadcastOf source: ValueID) {
    operands[id] = .broadcast(of: source)
  }

  /// The elements of a value that is a constant.
  func constant(_ id: ValueID) -> Tensor? { operands.constant(id) }

  /// Where an operation is, for errors.
  func place(_ op: String) -> String { ExportError.place(op, in: scope) }

  func unsupported(_ op: String, _ type: ValueType) -> ExportError {
    ExportError(
      .unsupportedOperation, path: place(op), found: "\(op) of \(type)",
      expected: "an operation that \(Self.runtime) has an operator for",
      suggestion: "use --to stablehlo")
  }
}

extension ExportError {
  /// Where an operation of a layer is.
  static func place(_ op: String, in scope: String) -> String {
    scope.isEmpty ? "(\(op))" : "\(scope) (\(op))"
  }
}

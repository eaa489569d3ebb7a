import Programs

/// All operators that are supported, by name; one file a family.
enum OperatorTable {
  /// How a node is lowered to operations of a program.
  struct Row: Sendable {
    /// Whether the results are computed at once where all operands are constants.
    var folds: Bool
    let lower: @Sendable (NodeCall) throws -> [GraphValue]
  }

  /// Lowers a node to one value.
  typealias Lowering = @Sendable (NodeCall) throws -> Value

  static let rows: [String: Row] = {
    let families: [[String: Row]] = [
      Elementwise.rows, Activations.rows, Shapes.rows, Movement.rows, Indexing.rows,
      Reductions.rows, Products.rows, Convolutions.rows, Pools.rows, Normalizations.rows,
      Recurrences.rows, Quantization.rows, ControlFlow.rows, Attentions.rows, Spectra.rows,
    ]
    return families.reduce(into: [:]) { all, family in
      all.merge(family) { _, _ in preconditionFailure("Two families have one operator.") }
    }
  }()

  /// The row of a node's operator; nil if it is not supported.
  static func find(_ node: OnnxNode) -> Row? {
    switch node.domain {
    case "", "ai.onnx": rows[node.op]
    case "com.microsoft": RuntimeOperators.rows[node.op]
    default: nil
    }
  }

  /// Rows of operators with one result.
  static func single(_ table: [String: Lowering]) -> [String: Row] {
    table.mapValues { lowering in Row(folds: true) { [GraphValue(try lowering($0))] } }
  }

  /// Rows of operators with several results.
  static func several(
    folds: Bool = true, _ table: [String: @Sendable (NodeCall) throws -> [GraphValue]]
  ) -> [String: Row] {
    table.mapValues { Row(folds: folds, lower: $0) }
  }
}

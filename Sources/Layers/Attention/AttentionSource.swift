import Programs
import Tensors

/// The sequence `[b, s, d]` that an attention looks at, named among the constants.
struct AttentionSource {
  /// The field that names the constant.
  let field: String
  let name: String

  private static let expected = "a sequence [b, s, d]"

  /// What is known of the source.
  func spec(
    for layer: any SequenceLayer, _ constants: ConstantSpecs
  ) throws(LayerError) -> ConstantSpec {
    guard !name.isEmpty else {
      throw .config(layer, field, found: "\"\"", expected: "the name of a constant")
    }
    guard let spec = constants[name] else {
      throw .constant(layer, field, missing: name, among: constants, expected: Self.expected)
    }
    guard case .sequence = spec.form else {
      throw .constant(
        layer, field, found: "\"\(name)\" as an array without a mask", expected: Self.expected,
        suggestion: "give it as a sequence")
    }
    guard spec.shape.count == 3, spec.dtype.isFloating else {
      throw .constant(
        layer, field, found: "\"\(name)\" of \(spec.dtype.shortName)\(spec.shape.shapeText)",
        expected: "\(Self.expected) of floating-point numbers")
    }
    return spec
  }

  /// The source for a number of rows, 0 where invalid; a single row serves all.
  func value(
    for layer: any SequenceLayer, rows: Int, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    guard case .sequence(let source) = context.constants[name] else {
      throw .constant(
        layer, field, found: "no sequence \"\(name)\"", expected: Self.expected)
    }
    guard source.batch == rows || source.batch == 1 else {
      throw .constant(
        layer, field, found: "\"\(name)\" of \(source.batch) rows", expected: "\(rows), or 1")
    }
    let masked = source.maskedInvalid()
    guard source.batch != rows else { return masked }
    return masked.moved(
      { $0.broadcast(to: [rows] + $0.shape.dropFirst()) },
      mask: { $0.broadcast(to: [rows] + $0.shape.dropFirst()) })
  }
}

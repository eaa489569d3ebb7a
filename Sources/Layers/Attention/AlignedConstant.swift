import Diagnostics
import Programs
import Tensors

/// A constant with an integer for every timestep of the input, `i32[b or 1, t]`, such as its position:
/// streamed as a sequence, or whole, when the position in the stream picks what belongs to a step.
struct AlignedConstant {
  /// The field that names the constant.
  let field: String
  let name: String

  /// Nil where the field names none.
  init?(_ field: String, _ name: String?) {
    guard let name else { return nil }
    (self.field, self.name) = (field, name)
  }

  func check(
    for layer: any SequenceLayer, _ constants: ConstantSpecs
  ) throws(LayerError) {
    let expected = "integers for every timestep, i32[b, t]"
    guard let spec = constants[name] else {
      throw .constant(layer, field, missing: name, among: constants, expected: expected)
    }
    guard spec.form != .table, spec.shape.count == 2, spec.dtype.isInteger else {
      throw .constant(
        layer, field, found: "\"\(name)\" of \(spec.dtype.shortName)\(spec.shape.shapeText)",
        expected: expected)
    }
  }

  /// Whether a step must know where in the constant it is.
  func isWhole(_ context: LayerContext) -> Bool {
    context.knownConstants[name]?.form != .sequence(streamed: true)
  }

  /// `i32[b, t]` for the timesteps of the input, which in a step stand at `positions i32[b, t]`.
  func values(
    for x: SequenceValue, at positions: Value?, _ layer: any SequenceLayer, _ context: LayerContext
  ) throws(LayerError) -> Value {
    guard let all = context.constants[name]?.values else {
      throw .constant(
        layer, field, found: "no constant \"\(name)\"",
        expected: "integers for every timestep, i32[b, t]")
    }
    let (rows, time) = (all.shape[0], all.shape[1])
    let isPicked = context.mode == .step && isWhole(context)
    guard rows == 1 || rows == x.batch, isPicked || time == x.time else {
      throw .constant(
        layer, field, found: "\"\(name)\" of shape \(all.shape.shapeText)",
        expected: "the shape \([x.batch, x.time].shapeText) of the input")
    }
    let whole = all.converted(to: .int32).broadcast(to: [x.batch, time])
    guard isPicked, let positions else { return whole }
    return whole.gathered(positions, axis: 1, batchAxes: 1)
  }
}

extension ConstantValue {
  /// The values, with or without a mask.
  var values: Value {
    switch self {
    case .sequence(let sequence): sequence.values
    case .array(let array): array
    }
  }
}

extension LayerError {
  /// A constant that does not fit.
  static func constant(
    _ layer: any SequenceLayer, _ field: String, found: String, expected: String,
    suggestion: String? = nil
  ) -> LayerError {
    LayerError(
      .invalidConstant, layer: layer.typeName, field: field, found: found, expected: expected,
      suggestion: suggestion)
  }

  /// A constant that is not there.
  static func constant(
    _ layer: any SequenceLayer, _ field: String, missing name: String,
    among constants: ConstantSpecs, expected: String
  ) -> LayerError {
    let given = constants.filter { $0.value.form != .table }.keys.sorted()
    let nearest = NearestName.of(name, among: given)
    return constant(
      layer, field, found: "no constant \"\(name)\"", expected: expected,
      suggestion: nearest.map { "did you mean \"\($0)\"?" }
        ?? "give the model the constant \"\(name)\"")
  }
}

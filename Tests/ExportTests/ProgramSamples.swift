import Export
import Programs
import Tensors

/// A program with inputs for it.
struct Sample {
  var program: Program
  var inputs: [Tensor]

  /// A program of inputs of these values; `body` gives its outputs.
  init(_ inputs: [Tensor], _ body: ([Value]) -> [Value]) throws {
    let builder = ProgramBuilder()
    let values = inputs.enumerated().map { index, tensor in
      builder.input("x\(index)", .input, ValueType(tensor.dtype, tensor.shape))
    }
    for (index, value) in body(values).enumerated() {
      builder.output("y\(index)", .output, value)
    }
    program = try builder.finish()
    self.inputs = inputs
  }

  /// One operation.
  init(_ op: Op, _ inputs: [Tensor]) throws {
    try self.init(inputs) { $0.isEmpty ? [] : $0[0].appending(op, $0) }
  }

  /// The outputs by the reference evaluator.
  func outputs() throws -> [Tensor] {
    try ReferenceEvaluator.evaluate(program, inputs: inputs)
  }

  /// The same outputs, after the program was changed, with low precisions as singles.
  func outputs(after change: (Program) throws -> Program) throws -> [Tensor] {
    let changed = try change(program)
    let given = zip(inputs, changed.inputTypes).map { $0.converted(to: $1.dtype) }
    return try ReferenceEvaluator.evaluate(changed, inputs: given)
  }
}

extension Value {
  fileprivate func appending(_ op: Op, _ operands: [Value]) -> [Value] {
    builder.append(op, operands)
  }
}

extension Tensor {
  /// The greatest distance to another tensor of numbers, where equal infinities, NaN and zeros of either
  /// sign count as equal.
  func distance(to other: Tensor) -> Double {
    guard shape == other.shape else { return .infinity }
    return zip(doubles(), other.doubles()).reduce(0) { worst, pair in
      let (a, b) = pair
      if a == b || (a.isNaN && b.isNaN) { return worst }
      let gap = (a - b).magnitude
      return gap.isNaN ? .infinity : max(worst, gap)
    }
  }
}

/// Numbers from -8 to 8 and special ones.
let numbers: [Double] =
  (-40...40).map { Double($0) / 5 } + [1e-3, -1e-3, 0.074, 0.46, -0.31, 0.999, 88, -90]
let specials: [Double] = [.nan, .infinity, -.infinity, 0, -0.0, 3e38, -3e38, 2_147_483_648, -3e9]

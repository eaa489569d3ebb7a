import Execution
import Programs
import Tensors
import Testing

/// A program with values for all its inputs.
struct ProgramCase: CustomTestStringConvertible {
  var name: String
  var program: Program
  var inputs: [Tensor]

  var testDescription: String { name }

  /// Traces a program of operands with random values.
  init(
    _ name: String, seed: UInt64 = 1, operands: [ValueType], _ body: ([Value]) -> [Value]
  ) {
    self.name = name
    let builder = ProgramBuilder()
    let values = operands.enumerated().map { builder.input("x\($0)", .operand, $1) }
    for (index, result) in body(values).enumerated() {
      builder.output("y\(index)", .result, result)
    }
    do {
      program = try builder.finish()
    } catch {
      preconditionFailure("\(name): \(error)")
    }
    var stream = RandomStream(seed: seed, name: name)
    inputs = operands.map { Tensor.random($0, &stream) }
  }
}

extension Tensor {
  /// Small numbers of either sign; bools are fair coins.
  static func random(_ type: ValueType, _ stream: inout RandomStream) -> Tensor {
    let count = type.shape.elementCount
    let isWhole = type.dtype.isInteger || type.dtype == .bool
    let values: [Double] = (0..<count).map { _ in
      if type.dtype == .bool { return stream.uniform() < 0.5 ? 0 : 1 }
      return isWhole ? (stream.uniform() * 16 - 8).rounded(.down) : stream.normal()
    }
    return Tensor(values, shape: type.shape).converted(to: type.dtype)
  }
}

/// Runs a plan on inputs that are neither parameters nor state.
func run(_ program: Program, _ kind: PlanKind, _ inputs: [Tensor]) -> [Tensor] {
  let executor = Executor(Plan(program, PlanOptions(kind: kind)))
  for (index, tensor) in inputs.enumerated() { executor.setInput(index, tensor) }
  executor.execute()
  // A second run finds whatever the first one left in the arena.
  executor.execute()
  return executor.outputs
}

/// Checks that all kinds of plans give the same bits, near those of the reference evaluator.
func checkPlans(
  _ item: ProgramCase, tolerance: Double = 4, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let expected = try ReferenceEvaluator.evaluate(item.program, inputs: item.inputs)
  let fast = run(item.program, .fast, item.inputs)
  let debug = run(item.program, .debug, item.inputs)
  let values = item.program.instructions.flatMap(\.results)
  let every = values.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
  let observed = run(item.program, .observed(every), item.inputs)
  for index in expected.indices {
    #expect(
      fast[index].bitsEqual(debug[index]), "\(item.name): output \(index), fast and debug",
      sourceLocation: sourceLocation)
    #expect(
      fast[index].bitsEqual(observed[index]), "\(item.name): output \(index), fast and observed",
      sourceLocation: sourceLocation)
    let difference = worstDifference(fast[index], expected[index])
    #expect(
      difference <= tolerance, "\(item.name): output \(index) is \(difference) units off",
      sourceLocation: sourceLocation)
  }
}

/// The greatest difference in units in the last place of the larger of 1 and the expected value.
func worstDifference(_ found: Tensor, _ expected: Tensor) -> Double {
  guard found.dtype == expected.dtype, found.shape == expected.shape else { return .infinity }
  let unit: Double =
    switch found.dtype {
    case .float32: 0x1p-23
    case .float64: 0x1p-52
    case .bfloat16: 0x1p-7
    case .float16: 0x1p-10
    case .int8, .int16, .int32, .int64, .uint8, .uint32, .bool, .complex64: 0x1p-60
    }
  var worst = 0.0
  for (x, y) in zip(found.doubles(), expected.doubles()) {
    if x.isNaN && y.isNaN || x == y { continue }
    let difference = abs(x - y) / (unit * max(1, abs(y)))
    worst = difference.isNaN ? .infinity : max(worst, difference)
  }
  return worst
}

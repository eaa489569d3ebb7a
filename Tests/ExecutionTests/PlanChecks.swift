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

/// A value with 0 for what is not above 0, as layers trace it.
func relu(_ x: Value) -> Value {
  let zero = x.builder.scalar(0, x.dtype)
  return (x .<= zero).select(zero, x)
}

/// Zeros where the flag of a batch row and timestep, `[b, t]`, is not set.
func masked(_ x: Value, _ flags: Value) -> Value {
  flags.broadcast(to: x.shape, axes: [0, 1]).select(x, x.builder.scalar(0, x.dtype))
}

extension PlanLimits {
  /// Tiles of a few rows, no masked values as a whole and no copies of results, however small they are.
  static var tiny: PlanLimits {
    var limits = PlanLimits()
    limits.leastTiledByteCount = 0
    limits.tileByteCount = 1
    limits.leastRows = 2
    limits.leastRowsOfLargeWeights = 2
    limits.leastMaskedByteCount = 0
    limits.leastEscapingByteCount = 0
    return limits
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

/// The outputs of every one of several runs of a plan in a row, and the state after each.
func run(
  _ program: Program, _ kind: PlanKind, _ inputs: [Tensor], runs: Int = 2,
  pool: WorkerPool? = nil, limits: PlanLimits = PlanLimits()
) throws -> [[Tensor]] {
  var options = PlanOptions(kind: kind)
  options.limits = limits
  return try run(Plan(program, options), inputs, runs: runs, pool: pool)
}

/// The same of a plan.
func run(
  _ plan: Plan, _ inputs: [Tensor], runs: Int = 2, pool: WorkerPool? = nil
) throws -> [[Tensor]] {
  let program = plan.program
  let store = ParameterStore()
  var leaves: [Tensor] = []
  for (input, tensor) in zip(program.inputs, inputs) {
    switch input.role {
    case .parameter: store[input.name] = tensor
    case .state: leaves.append(tensor)
    case .input, .constant, .variable, .seed, .operand: break
    }
  }
  let executor = try Executor(plan, parameters: store, pool: pool)
  for (index, input) in program.inputs.enumerated() {
    switch input.role {
    case .parameter, .state: break
    case .input, .constant, .variable, .seed, .operand: executor.setInput(index, inputs[index])
    }
  }
  let state = try StateBuffers(executor.plan.stateLayout, values: leaves)
  return (0..<runs).map { _ in
    executor.execute(state: state)
    return executor.outputs + state.values
  }
}

/// Checks that all kinds of plans give the same bits, near those of the reference evaluator, and the
/// same when every other operand is a parameter.
func checkPlans(
  _ item: ProgramCase, tolerance: Double = 4, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let expected = try ReferenceEvaluator.evaluate(item.program, inputs: item.inputs)
  let debug = try run(item.program, .debug, item.inputs)[1]
  var halfFixed = item.program
  for index in halfFixed.inputs.indices where index % 2 == 1 {
    halfFixed.inputs[index].role = .parameter
  }
  let plans: [(String, [Tensor])] = [
    ("fast", try run(item.program, .fast, item.inputs)[1]),
    ("observed", try run(item.program, someObserved(item.program), item.inputs)[1]),
    ("tiny limits", try run(item.program, .fast, item.inputs, limits: .tiny)[1]),
    ("parameters", try run(halfFixed, .fast, item.inputs)[1]),
    ("parameters, debug", try run(halfFixed, .debug, item.inputs)[1]),
  ]
  for index in expected.indices {
    for (name, found) in plans {
      #expect(
        sameBits(found[index], debug[index]), "\(item.name): output \(index), \(name) and debug",
        sourceLocation: sourceLocation)
    }
    let difference = worstDifference(debug[index], expected[index])
    #expect(
      difference <= tolerance, "\(item.name): output \(index) is \(difference) units off",
      sourceLocation: sourceLocation)
  }
}

/// An observed plan of every third value.
func someObserved(_ program: Program) -> PlanKind {
  let values = program.instructions.flatMap(\.results)
  return .observed(values.enumerated().filter { $0.offset % 3 == 0 }.map(\.element))
}

/// Whether all bits are equal, any NaN counting as any other.
func sameBits(_ a: Tensor, _ b: Tensor) -> Bool {
  if a.bitsEqual(b) { return true }
  guard a.dtype == b.dtype, a.shape == b.shape, a.dtype.isFloating else { return false }
  let width = a.dtype.byteCount
  return a.withUnsafeBytes { x in
    b.withUnsafeBytes { y in
      (0..<a.count).allSatisfy { index in
        let bytes = index * width..<(index + 1) * width
        return x[bytes].elementsEqual(y[bytes])
          || (a.double(at: index).isNaN && b.double(at: index).isNaN)
      }
    }
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

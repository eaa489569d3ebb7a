import Programs
import Tensors
import Testing

/// One way to break a valid program, and what the verifier says about it.
struct Corruption: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var corrupt: @Sendable (inout Program) -> Void
  var code: ProgramErrorCode
  var wording: String

  init(
    _ name: String, _ code: ProgramErrorCode, _ wording: String,
    _ corrupt: @escaping @Sendable (inout Program) -> Void
  ) {
    testDescription = name
    self.code = code
    self.wording = wording
    self.corrupt = corrupt
  }
}

@Suite("Verify")
struct VerifyTests {
  /// %0 = x, %1 = window state, %2 = seed; %3 = sum (scope enc), %4 = shifted window, %5 = composite
  /// with an own gradient, %6 = loop.
  static func valid() throws -> Program {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2, 3]))
    let window = builder.input("past", .state(.window(axis: 1, length: 3)), x.type)
    _ = builder.input("seed", .seed, ValueType(.uint32, [2]))
    let sum = builder.scoped("enc") { x + window }
    let shifted = window.reversed(axes: [1])
    let gradient = ProgramBuilder()
    let types = [sum.type, sum.type, sum.type]
    let operands = types.enumerated().map { gradient.input("g\($0)", .operand, $1) }
    gradient.output("g", .result, operands[0] + operands[2])
    let twice = try Value.composite("twice", [sum], gradient: gradient.finish()) { [$0[0] + $0[0]] }
    let last = builder.loop(
      tripCount: 2, axis: 0, captured: [], carried: [sum.element(0, axis: 0)], sliced: [shifted]
    ) { _, carried, slices in ([carried[0] + slices[0]], []) }
    builder.output("y", .output, twice[0])
    builder.output("z", .output, last.carried[0])
    builder.output("past", .state, shifted)
    return try builder.finish()
  }

  @Test("accepts a valid program")
  func accepts() throws {
    let program = try Self.valid()
    #expect(program.verify() == [])
    #expect(try program.verified().outputs.count == 3)
  }

  @Test("names what is broken", arguments: corruptions)
  func rejects(_ corruption: Corruption) throws {
    var program = try Self.valid()
    corruption.corrupt(&program)
    let diagnostics = program.verify()
    #expect(diagnostics.first?.code == corruption.code)
    #expect(diagnostics.map(\.description).joined(separator: "\n") == corruption.wording)
    #expect(throws: ProgramError.self) { try program.verified() }
  }

  private static func changeBody(_ program: inout Program, _ change: (inout Program) -> Void) {
    for index in program.instructions.indices {
      if case .composite(var op) = program.instructions[index].op {
        change(&op.body)
        program.instructions[index].op = .composite(op)
      }
    }
  }

  static let corruptions: [Corruption] = [
    Corruption(
      "operand before its definition", .undefinedValue,
      """
      enc: %3 = add: found %4, expected a value that is defined earlier
      """
    ) { $0.instructions[0].operands[0] = ValueID(4) },
    Corruption(
      "operand that does not exist", .undefinedValue,
      "enc: %3 = add: found %99, expected a value that is defined earlier"
    ) { $0.instructions[0].operands[1] = ValueID(99) },
    Corruption(
      "two definitions", .redefinedValue,
      ".: %1 = reverse: found a second definition of %1, expected one\n"
        + ".: %8 = loop: found %4, expected a value that is defined earlier\n"
        + ".: output past: found %4, expected a value that is defined"
    ) { $0.instructions[1].results[0] = ValueID(1) },
    Corruption(
      "result that does not exist", .outOfRange,
      ".: %99 = loop: found %99, expected one of 9 values\n.: output z: found %8, expected a value that is defined"
    ) { $0.instructions[5].results[0] = ValueID(99) },
    Corruption(
      "wrong result type", .results,
      "enc: %3 = add: found f32[3, 2], expected f32[2, 3]\n"
        + ".: %5 = twice: found f32[3, 2], expected f32[2, 3]\n"
        + ".: %6 = slice: found 0 ..< 3 by 1 on axis 1, expected bounds inside 0 ... 2"
    ) { $0.types[3].shape = [3, 2] },
    Corruption(
      "operands that do not fit", .operands,
      "enc: %3 = add: found u32[2], expected f32[2, 3]"
    ) { $0.instructions[0].operands[1] = ValueID(2) },
    Corruption(
      "too many results", .results,
      ".: %4, %5 = reverse: found f32[2, 3], f32[2, 3], expected f32[2, 3]\n"
        + ".: %5 = twice: found a second definition of %5, expected one"
    ) { $0.instructions[1].results = [ValueID(4), ValueID(5)] },
    Corruption(
      "scope that does not exist", .outOfRange,
      ".: %3 = add: found scope 9, expected one of 2 scopes"
    ) { $0.instructions[0].scope = 9 },
    Corruption(
      "input name twice", .duplicateName,
      ".: input x: found two input inputs of that name, expected one"
    ) { $0.inputs[2] = .init(name: "x", role: .input, value: ValueID(2)) },
    Corruption(
      "output name twice", .duplicateName,
      ".: output y: found two output outputs of that name, expected one"
    ) { $0.outputs[1].name = "y" },
    Corruption(
      "complex input", .outOfRange,
      ".: input seed: found c64[2], expected a real dtype (complex numbers are pairs of inputs) and "
        + "extents of 0 or more\n.: input seed: found a seed of c64[2], expected u32[2]"
    ) { $0.types[2].dtype = .complex64 },
    Corruption("seed type", .inputRole, ".: input seed: found a seed of u32[3], expected u32[2]") {
      $0.types[2].shape = [3]
    },
    Corruption(
      "window length", .inputRole,
      ".: input past: found f32[2, 3], expected a window of 4 along axis 1"
    ) { $0.inputs[1].role = .state(.window(axis: 1, length: 4)) },
    Corruption(
      "state without input", .outputRole,
      ".: output pst: found a state without an input of that name, expected the name of a state "
        + "input; did you mean past?"
    ) { $0.outputs[2].name = "pst" },
    Corruption(
      "state of another type", .outputRole,
      ".: output past: found a state of f32[3], expected f32[2, 3], the type of the input"
    ) { $0.outputs[2].value = $0.outputs[1].value },
    Corruption(
      "gradient of another type", .outputRole,
      ".: output x: found a gradient of f32[3], expected f32[2, 3], the type of the input"
    ) { $0.outputs[1] = .init(name: "x", role: .gradient, value: $0.outputs[1].value) },
    Corruption(
      "variable without input", .outputRole,
      ".: output y: found a variable without an input of that name, expected the name of a variable "
        + "input"
    ) { $0.outputs[0].role = .variable },
    Corruption(
      "output of nothing", .undefinedValue,
      ".: output y: found %77, expected a value that is defined"
    ) { $0.outputs[0].value = ValueID(77) },
    Corruption(
      "inside a body", .undefinedValue,
      ".: body of %5 = twice: %1 = add: found %9, expected a value that is defined earlier"
    ) { program in changeBody(&program) { $0.instructions[0].operands[0] = ValueID(9) } },
    Corruption(
      "gradient that does not suit its body", .compositeGradient,
      ".: %5 = twice: found a gradient from f32[2, 3] to f32[2, 3], expected from f32[2, 3], "
        + "f32[2, 3], f32[2, 3] to f32[2, 3]"
    ) { program in
      for index in program.instructions.indices {
        if case .composite(var op) = program.instructions[index].op {
          op.gradient = op.body
          program.instructions[index].op = .composite(op)
        }
      }
    },
  ]
}

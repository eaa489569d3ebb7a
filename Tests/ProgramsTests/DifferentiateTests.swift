import Programs
import RandomPrograms
import Tensors
import Testing

@Suite("Differentiation")
struct DifferentiateTests {
  static func program() throws -> Program {
    let builder = ProgramBuilder()
    let x = builder.input("input", .input, ValueType(.float32, [2, 3]))
    let mask = builder.input("mask", .input, ValueType(.bool, [2, 3]))
    let y = builder.scoped("encoder") {
      let kernel = builder.input("kernel", .parameter, ValueType(.float32, [3, 2]))
      return builder.scoped("dense") {
        mask.select(x, builder.full(0, x.type)).matmul(kernel).unary(.tanh)
      }
    }
    _ = builder.input("unused", .parameter, ValueType(.float32, [4]))
    builder.output("output", .output, y)
    builder.output("mask", .output, mask)
    return try builder.finish()
  }

  @Test("adds a cotangent an output and a gradient an input")
  func interface() throws {
    let program = try Self.program()
    let gradient = try program.differentiated(
      outputs: ["output"], withRespectTo: ["kernel", "unused"])
    #expect(gradient.inputs.prefix(4).map(\.name) == program.inputs.map(\.name))
    #expect(gradient.inputs.prefix(4).map(\.role) == program.inputs.map(\.role))
    #expect(gradient.inputs.last?.name == "cotangent/output")
    #expect(gradient.inputs.last?.role == .operand)
    #expect(gradient.outputs.map(\.name) == ["output", "mask", "kernel", "unused"])
    #expect(gradient.outputs.map(\.role) == [.output, .output, .gradient, .gradient])
    #expect(
      gradient.outputTypes.suffix(2) == [program[program.inputs[2].value], .init(.float32, [4])])
  }

  @Test("gives names once, also in gradients of gradients")
  func names() throws {
    let first = try Self.program().differentiated(outputs: ["output"], withRespectTo: ["kernel"])
    let seeds = first.outputs.filter { $0.name != "mask" }
    let wanted = first.inputs.filter { $0.name == "kernel" || $0.name == "cotangent/output" }
    let second = try first.differentiated(outputs: seeds, withRespectTo: wanted)
    #expect(
      second.inputs.suffix(3).map(\.name)
        == ["cotangent/output", "cotangent/cotangent/output", "cotangent/kernel"])
    #expect(
      second.outputs.suffix(3).map(\.name) == ["kernel", "gradient/kernel", "cotangent/output"])
  }

  @Test("keeps the path of what a derivative derives from")
  func scopes() throws {
    let gradient = try Self.program().differentiated(
      outputs: ["output"], withRespectTo: ["kernel"])
    for instruction in gradient.instructions where !instruction.operands.isEmpty {
      #expect(gradient.scopes[instruction.scope] == "encoder/dense")
    }
  }

  @Test("records nothing for what nobody asked for")
  func economy() throws {
    let program = try Self.program()
    let gradient = try program.differentiated(outputs: ["output"], withRespectTo: ["kernel"])
    let dots = gradient.instructions.filter { $0.op.name == "dot" }
    #expect(dots.count == 2)
    let nothing = try program.differentiated(outputs: ["output"], withRespectTo: ["unused"])
    #expect(nothing.instructions.filter { $0.op.name == "dot" }.count == 1)
    #expect(nothing.instructions.count == program.instructions.count + 2)
  }

  @Test("lays the cotangents of slices side by side without adding zeros")
  func slices() throws {
    let program = try GradientCase("", [[2, 6]]) { values in
      let parts = (0..<3).map { values[0].sliced(axis: 1, from: 2 * $0, to: 2 * $0 + 2) }
      return [parts[0] * parts[1] * parts[2]]
    }.program()
    let added = try program.differentiated().instructions.dropFirst(program.instructions.count)
    #expect(added.allSatisfy { $0.op.name != "pad" && $0.op.name != "add" })
    #expect(added.filter { $0.op.name == "concatenate" }.count == 1)
  }

  @Test("is finite behind NaN that a mask takes away")
  func maskedNaN() throws {
    let program = try Self.program()
    let gradient = try program.differentiated(
      outputs: ["output"], withRespectTo: ["input", "kernel"])
    let nan = Float.nan
    let results = try ReferenceEvaluator.evaluate(
      gradient,
      inputs: [
        Tensor([1, nan, 3, nan, nan, 6] as [Float], shape: [2, 3]),
        Tensor([true, false, true, false, false, true], shape: [2, 3]),
        Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]), Tensor(zeros: [4]),
        Tensor(repeating: 1, shape: [2, 2]),
      ])
    for result in results.suffix(2) {
      #expect(!result.elements(as: Double.self).contains { !$0.isFinite })
    }
  }

  @Test("of random programs are valid programs with the same outputs", arguments: 0..<60)
  func randomPrograms(batch: Int) throws {
    for seed in (10 * batch)..<(10 * batch + 10) {
      let random = RandomProgram(seed: UInt64(seed))
      let program = random.program
      let first = try program.differentiated()
      #expect(first.verify().isEmpty, "seed \(seed)")
      if seed % 10 == 0 { #expect(try first.differentiated().verify().isEmpty, "seed \(seed)") }
      let seeds = first.inputs[program.inputs.count...].map { input in
        Tensor(repeating: 1, shape: first[input.value].shape, first[input.value].dtype)
      }
      let found = try ReferenceEvaluator.evaluate(first, inputs: random.inputs + seeds)
      let expected = try ReferenceEvaluator.evaluate(program, inputs: random.inputs)
      for (a, b) in zip(expected, found) { #expect(a.bitsEqual(b), "seed \(seed)") }
    }
  }

  @Test("explains what it cannot do")
  func errors() throws {
    let program = try Self.program()
    func message(_ outputs: [String], _ inputs: [String]) -> String {
      do {
        _ = try program.differentiated(outputs: outputs, withRespectTo: inputs)
        return ""
      } catch { return error.description }
    }
    #expect(
      message(["outputs"], ["kernel"])
        == "outputs: found no output of that name, expected output, mask; did you mean \"output\"?")
    #expect(
      message(["output"], ["kernal"])
        == "kernal: found no input of that name, expected input, mask, kernel, unused; "
        + "did you mean \"kernel\"?")
    #expect(message(["mask"], ["kernel"]) == "mask: found bool[2, 3], expected a floating dtype")
    #expect(message(["output"], ["mask"]) == "mask: found bool[2, 3], expected a floating dtype")
  }

  @Test("differentiates chains of many thousands of instructions")
  func longChain() throws {
    let builder = ProgramBuilder()
    var x = builder.input("x", .operand, ValueType(.float64, []))
    for _ in 0..<20_000 { x = x.unary(.sin) }
    builder.output("y", .result, x)
    let gradient = try builder.finish().differentiated(outputs: ["y"], withRespectTo: ["x"])
    #expect(gradient.instructions.count == 60_000)
  }
}

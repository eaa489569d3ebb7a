import Programs
import RandomPrograms
import Tensors
import Testing

@Suite("Decompose and dead code")
struct DecomposeTests {
  private static func composites(in program: Program) -> Set<String> {
    var names: Set<String> = []
    for instruction in program.instructions {
      if case .composite(let composite) = instruction.op {
        names.insert(composite.name)
        names.formUnion(composites(in: composite.body))
      }
      if case .loop(let loop) = instruction.op { names.formUnion(composites(in: loop.body)) }
    }
    return names
  }

  @Test("inlining all composites keeps every bit", arguments: RandomProgramTests.batches.prefix(10))
  func decomposed(seeds: Range<UInt64>) throws {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed)
      let flat = drawn.program.decomposed()
      #expect(flat.verify().isEmpty, "seed \(seed)")
      #expect(Self.composites(in: flat).isEmpty, "seed \(seed)")
      try expectEqual(drawn, flat)
    }
  }

  @Test(
    "dead code keeps every bit and loses only the dead",
    arguments: RandomProgramTests.batches.prefix(10))
  func deadCode(seeds: Range<UInt64>) throws {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed)
      let live = drawn.program.deadCodeEliminated()
      #expect(live.verify().isEmpty, "seed \(seed)")
      #expect(live.inputs.map(\.name) == drawn.program.inputs.map(\.name), "seed \(seed)")
      #expect(live.instructions.count <= drawn.program.instructions.count, "seed \(seed)")
      #expect(live.deadCodeEliminated().text() == live.text(), "seed \(seed)")
      try expectEqual(drawn, live)
    }
  }

  private func expectEqual(_ drawn: RandomProgram, _ other: Program) throws {
    let before = try ReferenceEvaluator.evaluate(drawn.program, inputs: drawn.inputs)
    let after = try ReferenceEvaluator.evaluate(other, inputs: drawn.inputs)
    #expect(zip(before, after).allSatisfy { $0.isClose(to: $1, tolerance: 0) })
  }

  @Test("composites inside loops and composites are found, scopes kept, names spared")
  func nested() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2, 3]))
    let results = builder.scoped("rnn") {
      builder.loop(tripCount: 2, axis: 0, captured: [], carried: [], sliced: [x]) { _, _, slices in
        let outer = Value.composite("outer", slices) { values in
          Value.composite("inner", values) { [$0[0].unary(.exp)] }
        }
        return ([], outer)
      }
    }
    builder.output("y", .output, results.stacked[0])
    let program = try builder.finish()
    #expect(Self.composites(in: program.decomposed()).isEmpty)
    #expect(Self.composites(in: program.decomposed(keeping: ["inner"])) == ["inner"])
    #expect(
      program.decomposed().text() == """
        in %0 input "x" : f32[2, 3]
        %1 = loop(%0) trips 2 axis 0 captured 0 carried 0 : f32[2, 3]  @ rnn {
          in %0 operand "x0" : f32[3]
          %1 = exp(%0) : f32[3]  @ rnn
          out %1 result "y0"
        }
        out %1 output "y"

        """)
  }

  @Test("programs drawn to be exact hold exact ops only")
  func exact() {
    func check(_ program: Program) -> Bool {
      program.instructions.allSatisfy { instruction in
        if case .loop(let loop) = instruction.op { return check(loop.body) }
        if case .composite(let composite) = instruction.op { return check(composite.body) }
        let types = instruction.operands.map { program[$0] }
        if case .bitcast = instruction.op { return true }
        return instruction.op.isExact(types)
      }
    }
    for seed in 0..<200 {
      let drawn = RandomProgram(seed: UInt64(seed), options: .init(isExact: true))
      #expect(check(drawn.program), "seed \(seed)")
    }
  }
}

import Programs
import RandomPrograms
import Tensors
import Testing

@Suite("Random programs")
struct RandomProgramTests {
  /// 2,000 seeds, fifty a case; fewer in debug builds, which are slow.
  static var batches: [Range<UInt64>] {
    #if DEBUG
      let count: UInt64 = 8
    #else
      let count: UInt64 = 40
    #endif
    return (0..<count).map { $0 * 50..<($0 + 1) * 50 }
  }

  @Test("are valid, and every value has the type of its shape rule", arguments: batches)
  func shapeRulesEqualEvaluator(seeds: Range<UInt64>) throws {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed)
      #expect(drawn.program.verify().isEmpty, "seed \(seed)")
      let values = try ReferenceEvaluator.evaluateAll(drawn.program, inputs: drawn.inputs)
      #expect(values.map { $0?.type } == drawn.program.types, "seed \(seed)")
    }
  }

  @Test("use every op, state, loops inside loops and several dtypes")
  func coverage() {
    var names: Set<String> = []
    var dtypes: Set<DType> = []
    var depth = 0
    func visit(_ program: Program, _ level: Int) {
      depth = max(depth, level)
      dtypes.formUnion(program.types.map(\.dtype))
      for instruction in program.instructions {
        if case .loop(let loop) = instruction.op { visit(loop.body, level + 1) }
        if case .composite(let composite) = instruction.op { visit(composite.body, level + 1) }
        names.insert(instruction.op.name)
      }
      for input in program.inputs {
        if case .state(let kind) = input.role { names.insert("\(kind)".prefix(6).lowercased()) }
      }
    }
    for seed in 0..<300 { visit(RandomProgram(seed: UInt64(seed)).program, 0) }
    let ops: [String] = [
      "constant", "iota", "convert", "bitcast", "random", "select", "reshape", "transpose",
      "broadcast", "slice", "pad", "reverse", "concatenate", "reduce", "argReduce", "cumulative",
      "reduceWindow", "sort", "dot", "convolution", "gather", "scatterAdd", "dynamicSlice",
      "dynamicUpdate", "fft", "ifft", "rfft", "irfft", "loop", "anything", "stopGradient",
      "window", "counte", "replac",
    ]
    let all =
      ops + UnaryOp.allCases.map(\.rawValue) + BinaryOp.allCases.map(\.rawValue)
      + CompareOp.allCases.map(\.rawValue)
    #expect(names.isSuperset(of: all), "\(Set(all).subtracting(names)) is never drawn")
    #expect(dtypes.count >= 9)
    #expect(depth == 2)
  }

  @Test("of one seed are equal, of two seeds different")
  func reproducible() {
    func values(_ seed: UInt64) -> [[UInt64]] {
      RandomProgram(seed: seed).inputs.map { $0.doubles().map(\.bitPattern) }
    }
    #expect(values(7) == values(7))
    #expect(values(7) != values(8))
  }
}

import Execution
import Programs
import RandomPrograms
import Tensors
import Testing

@Suite("Tasks that run tile by tile of rows")
struct RowTileTests {
  /// Chains of rows, with what keeps to its rows and what does not.
  static let cases: [ProgramCase] = [
    ProgramCase(
      "a network of rows",
      operands: [
        ValueType(.float32, [1, 100, 24]), ValueType(.float32, [24, 96]),
        ValueType(.float32, [96, 24]),
      ]
    ) { x in
      let hidden = (x[0] * x[0]).matmul(x[1]).unary(.tanh)
      return [hidden.matmul(x[2]) + x[0]]
    },
    ProgramCase(
      "convolutions that see earlier rows",
      operands: [ValueType(.float32, [2, 60, 16]), ValueType(.float32, [3, 16, 16])]
    ) { x in
      let dimensions = ConvolutionDimensions(spatialRank: 1, padLow: [2], padHigh: [0])
      let first = x[0].unary(.tanh).convolved(x[1], dimensions).unary(.sigmoid) + x[0]
      return [(first * first).convolved(x[1], dimensions) + first]
    },
    ProgramCase(
      "a convolution of what its sum with that may lie over",
      operands: [ValueType(.float32, [1, 64, 16]), ValueType(.float32, [3, 16, 16])]
    ) { x in
      let dimensions = ConvolutionDimensions(spatialRank: 1, padLow: [2], padHigh: [0])
      let whole = x[0].cumulative(.sum, axis: 1)
      return [whole.convolved(x[1], dimensions).unary(.tanh) + whole]
    },
    ProgramCase(
      "pointwise convolutions",
      operands: [ValueType(.float32, [1, 90, 16]), ValueType(.float32, [1, 16, 16])]
    ) { x in
      let dimensions = ConvolutionDimensions(spatialRank: 1, padLow: [0], padHigh: [0])
      return [x[0].unary(.exp).convolved(x[1], dimensions).unary(.tanh) * x[0]]
    },
    ProgramCase(
      "rows padded, cut and transformed",
      operands: [ValueType(.float32, [96, 40]), ValueType(.float32, [40])]
    ) { x in
      let windowed = x[0] * x[1].broadcast(to: [96, 40], axes: [1])
      let spectrum = x[0].builder.fft(
        .realForward, [windowed.padded(axis: 1, low: 8, high: 16)])
      let power = spectrum[0] * spectrum[0] + spectrum[1] * spectrum[1]
      return [power.sliced(axis: 1, from: 3, to: 30).unary(.sqrt)]
    },
    ProgramCase(
      "time turned around between products",
      operands: [ValueType(.float32, [48, 48]), ValueType(.float32, [48, 48])]
    ) { x in
      let product = (x[0] + x[0]).matmul(x[1])
      return [product.reversed(axes: [0]).unary(.tanh), product.transposed([1, 0]).matmul(x[1])]
    },
  ]

  @Test("give the bits of whole kernels, alone and in parts", arguments: cases)
  func bits(item: ProgramCase) throws {
    var program = item.program
    for index in program.inputs.indices.dropFirst() { program.inputs[index].role = .parameter }
    let expected = try run(program, .debug, item.inputs)[1]
    for limits in [PlanLimits(), .tiny] {
      for kind in [PlanKind.fast, someObserved(program)] {
        let alone = try run(program, kind, item.inputs, limits: limits)[1]
        for (found, wanted) in zip(alone, expected) { #expect(found.bitsEqual(wanted)) }
        for count in 2...4 {
          let pool = WorkerPool(threadCount: count, threshold: 1)
          let shared = try run(program, kind, item.inputs, pool: pool, limits: limits)[1]
          for (found, wanted) in zip(shared, expected) { #expect(found.bitsEqual(wanted)) }
        }
      }
    }
  }

  @Test("are found wherever rows allow it")
  func found() {
    var tiny = PlanOptions()
    tiny.limits = .tiny
    for item in Self.cases.dropLast() {
      var program = item.program
      for index in program.inputs.indices.dropFirst() { program.inputs[index].role = .parameter }
      let whole = Plan(program).instructionCount
      #expect(Plan(program, tiny).instructionCount < whole, "\(item)")
    }
    let drawn = (0..<200).map { RandomProgram(seed: $0).program }
    let joined = drawn.count { Plan($0, tiny).instructionCount < Plan($0).instructionCount }
    #expect(joined > 50, "\(joined) of 200 random programs have row tiles")
  }

  @Test("never hold a value as a whole that only they need")
  func memory() throws {
    let item = Self.cases[0]
    var program = item.program
    for index in program.inputs.indices.dropFirst() { program.inputs[index].role = .parameter }
    var tiny = PlanOptions()
    tiny.limits = .tiny
    #expect(Plan(program, tiny).arenaByteCount < Plan(program).arenaByteCount)
  }
}

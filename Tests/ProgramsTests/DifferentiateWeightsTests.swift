import Programs
import Tensors
import Testing

@Suite("Gradients of a long recurrence")
struct DifferentiateWeightsTests {
  static let width = 3

  /// An LSTM of `steps` iterations: input `[b, t, c]`, kernels `[c, 4n]` and `[n, 4n]`, bias `[4n]`.
  static func lstm(steps: Int) -> GradientCase {
    let gates = 4 * width
    let shapes: [Shape] = [[2, steps, 2], [2, gates], [width, gates], [gates]]
    return GradientCase("LSTM", shapes) { values in
      let builder = values[0].builder
      let zeros = builder.full(0, ValueType(.float64, [2, width]))
      let results = builder.loop(
        tripCount: steps, axis: 1, captured: Array(values[1...]), carried: [zeros, zeros],
        sliced: [values[0]]
      ) { weights, state, slices in
        let z = slices[0].matmul(weights[0]) + state[0].matmul(weights[1]) + weights[2]
        func gate(_ index: Int) -> Value {
          z.sliced(axis: 1, from: index * width, to: (index + 1) * width)
        }
        let kept = gate(1).unary(.sigmoid) * state[1]
        let c = kept + gate(0).unary(.sigmoid) * gate(2).unary(.tanh)
        let h = gate(3).unary(.sigmoid) * c.unary(.tanh)
        return ([h, c], [h])
      }
      return results.stacked
    }
  }

  @Test("agree with differences") func short() throws { try Self.lstm(steps: 3).checkTwice() }

  @Test("contract each weight once, after the iterations")
  func contractedOnce() throws {
    let gradient = try Self.lstm(steps: 1000).program().differentiated()
    let loops = gradient.instructions.compactMap { instruction -> LoopOp? in
      if case .loop(let loop) = instruction.op { loop } else { nil }
    }
    #expect(loops.count == 2)
    let back = try #require(loops.last)
    // Recomputed: input and state into gates. Derived: the cotangents of input and state.
    #expect(Self.dots(in: back.body).count == 4)
    // Carried: two states and the bias. Stacked: the cotangents of the input and, as the one factor
    // of both contractions that has no stack yet, of the gates.
    #expect(back.carriedCount == 3)
    #expect(back.body.outputs.count == 5)
    let contracting = Self.dots(in: gradient)
    #expect(contracting.map { gradient[$0.results[0]].shape } == [[3, 12], [2, 12]])
    #expect(back.body.outputs.allSatisfy { back.body[$0.value].shape != [3, 12] })
  }

  @Test("need memory linear in the iterations")
  func linearMemory() throws {
    func bytes(_ steps: Int) throws -> Int {
      let gradient = try Self.lstm(steps: steps).program().differentiated()
      return gradient.types.map { $0.shape.reduce($0.dtype.byteCount, *) }.reduce(0, +)
    }
    let (once, twice, thrice) = (try bytes(100), try bytes(200), try bytes(300))
    #expect(thrice - twice == twice - once)
  }

  @Test("are finite over a thousand iterations and do not depend on how they are cut")
  func long() throws {
    let example = Self.lstm(steps: 1000)
    let program = try example.program()
    let seed = GradientCase.normal([2, 1000, Self.width], seed: 9)
    let results = try ReferenceEvaluator.evaluate(
      program.differentiated(), inputs: example.inputs + [seed])
    let outputs = try ReferenceEvaluator.evaluate(program, inputs: example.inputs)
    #expect(results[0].bitsEqual(outputs[0]))
    for gradient in results[1...] {
      #expect(!gradient.elements(as: Double.self).contains { !$0.isFinite })
    }
    // The bias joins every gate's sum with weight one: its gradient is that of an input column of
    // ones, which is contracted another way.
    let ones = GradientCase("", [[2, 1000, 1], [1, 12]]) { values in
      let builder = values[0].builder
      let others = example.inputs.map { builder.constant($0) }
      let zeros = builder.full(0, ValueType(.float64, [2, Self.width]))
      let biases = values[0].matmul(values[1])
      return builder.loop(
        tripCount: 1000, axis: 1, captured: Array(others[1...]), carried: [zeros, zeros],
        sliced: [others[0], biases]
      ) { weights, state, slices in
        let z = slices[0].matmul(weights[0]) + state[0].matmul(weights[1]) + slices[1]
        func gate(_ index: Int) -> Value {
          z.sliced(axis: 1, from: index * Self.width, to: (index + 1) * Self.width)
        }
        let kept = gate(1).unary(.sigmoid) * state[1]
        let c = kept + gate(0).unary(.sigmoid) * gate(2).unary(.tanh)
        let h = gate(3).unary(.sigmoid) * c.unary(.tanh)
        return ([h, c], [h])
      }.stacked
    }
    let column = Tensor(repeating: 1, shape: [2, 1000, 1], .float64)
    let bias = example.inputs[3].reshaped([1, 12])
    let other = try ReferenceEvaluator.evaluate(
      ones.program().differentiated(), inputs: [column, bias, seed])
    #expect(other[2].reshaped([12]).isClose(to: results[4], tolerance: 1e-9))
  }

  private static func dots(in program: Program) -> [Instruction] {
    program.instructions.filter { instruction in
      if case .contraction(.dot) = instruction.op { true } else { false }
    }
  }
}

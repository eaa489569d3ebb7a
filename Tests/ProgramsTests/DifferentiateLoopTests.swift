import Programs
import Tensors
import Testing

@Suite("Gradients of loops and composites")
struct DifferentiateLoopTests {
  @Test("agree with differences, twice", arguments: loops + composites)
  func differences(_ example: GradientCase) throws { try example.checkTwice() }

  /// A recurrent cell: `h' = tanh(x W + h U + b)`.
  static func cell(_ x: Value, _ h: Value, _ weights: ArraySlice<Value>) -> Value {
    let w = Array(weights)
    return (x.matmul(w[0]) + h.matmul(w[1]) + w[2]).unary(.tanh)
  }

  /// All and the last `h` for x `[b, t, i]`, h `[b, n]`, W `[i, n]`, U `[n, n]` and b `[n]`.
  static func recurrent(_ values: [Value], reverse: Bool, axis: Int) -> [Value] {
    let x = axis == 1 ? values[0] : values[0].transposed([1, 0, 2])
    let results = x.builder.loop(
      tripCount: x.shape[axis], axis: axis, reverse: reverse, captured: Array(values[2...]),
      carried: [values[1]], sliced: [x]
    ) { captured, carried, slices in
      let h = cell(slices[0], carried[0], captured[...])
      return ([h], [h])
    }
    return [axis == 1 ? results.stacked[0] : results.stacked[0].transposed([1, 0, 2])]
      + results.carried
  }

  /// The same without a loop.
  static func unrolled(_ values: [Value], reverse: Bool) -> [Value] {
    let count = values[0].shape[1]
    var h = values[1]
    var stacked: [Int: Value] = [:]
    for iteration in 0..<count {
      let place = reverse ? count - 1 - iteration : iteration
      h = cell(values[0].element(place, axis: 1), h, values[2...])
      stacked[place] = h.expandingAxes([1])
    }
    return [Value.concatenate((0..<count).compactMap { stacked[$0] }, axis: 1), h]
  }

  static let recurrentShapes: [Shape] = [[2, 4, 3], [2, 2], [3, 2], [2, 2], [2]]

  static let loops: [GradientCase] = [
    GradientCase("recurrent, iterations on axis 1", recurrentShapes) {
      recurrent($0, reverse: false, axis: 1)
    },
    GradientCase("recurrent, iterations on axis 0, backwards", recurrentShapes) {
      recurrent($0, reverse: true, axis: 0)
    },
    GradientCase("scalars carried and stacked along axis 0", [[5], [], []]) { values in
      let results = values[0].builder.loop(
        tripCount: 5, axis: 0, captured: [values[1]], carried: [values[2]], sliced: [values[0]]
      ) { captured, carried, slices in
        let next = (carried[0] * captured[0]).unary(.sin) + slices[0]
        return ([next], [next * carried[0]])
      }
      return results.carried + results.stacked
    },
    GradientCase("values of lower rank than the axis of iterations", [[2, 3], [], [2]]) { values in
      let results = values[0].builder.loop(
        tripCount: 3, axis: 1, captured: [values[2]], carried: [values[1]], sliced: [values[0]]
      ) { captured, carried, slices in
        let inner = DotDimensions(leftContracting: [0], rightContracting: [0])
        let product = slices[0].unary(.sin).dot(captured[0], inner)
        return ([carried[0].unary(.cos) + product], [slices[0] * carried[0]])
      }
      return results.carried + results.stacked
    },
    GradientCase("carried values that swap, count and stand still", [[2], [2], [3]]) { values in
      let builder = values[0].builder
      let zero = builder.scalar(0, .int32)
      let results = builder.loop(
        tripCount: 3, axis: 0, captured: [], carried: [values[0], values[1], zero, values[2]],
        sliced: []
      ) { _, carried, _ in
        let count = carried[2].adding(1)
        let weight = count.converted(to: .float64)
        return ([carried[1] * weight, carried[0].unary(.sin), count, carried[3]], [count])
      }
      return results.carried + results.stacked
    },
    GradientCase("carried values that reach the result after several iterations", [[], [], [], []])
    {
      values in
      let results = values[0].builder.loop(
        tripCount: 4, axis: 0, captured: [values[3]], carried: Array(values[..<3]), sliced: []
      ) { captured, carried, _ in
        let last = carried[2] * captured[0]
        return ([carried[1].unary(.sin), carried[2].unary(.cos), last], [])
      }
      return [results.carried[0]]
    },
    GradientCase("captured value that reaches the result after several iterations", [[]]) {
      values in
      let start = values[0].builder.scalar(0.3, .float64)
      let results = values[0].builder.loop(
        tripCount: 4, axis: 0, captured: values, carried: [start, start, start], sliced: []
      ) { captured, carried, _ in
        let last = carried[2] * captured[0]
        return ([carried[1].unary(.sin), carried[2].unary(.cos), last], [])
      }
      return [results.carried[0]]
    },
    GradientCase("no iterations", [[0, 2], [2], [2, 2]]) { values in
      let results = values[0].builder.loop(
        tripCount: 0, axis: 0, captured: [values[2]], carried: [values[1]], sliced: [values[0]]
      ) { captured, carried, slices in
        ([carried[0].matmul(captured[0]) + slices[0]], [carried[0]])
      }
      return results.carried + results.stacked
    },
    GradientCase("captured weight used in several ways", [[3, 2], [2, 2], [2]]) { values in
      let results = values[0].builder.loop(
        tripCount: 3, axis: 0, captured: [values[1]], carried: [values[2]], sliced: [values[0]]
      ) { captured, carried, slices in
        let w = captured[0]
        let both = w.matmul(w).reduced(.sum, axes: [1])
        let left = w.matmul(slices[0]) + slices[0].matmul(w)
        return ([(left + both * carried[0]).unary(.tanh)], [w.reduced(.prod, axes: [0])])
      }
      return results.carried + results.stacked
    },
    GradientCase("batched product with a captured value", [[2, 3, 2], [2, 2, 2], [2, 2]]) {
      values in
      let results = values[0].builder.loop(
        tripCount: 3, axis: 1, captured: [values[1]], carried: [values[2]], sliced: [values[0]]
      ) { captured, carried, slices in
        let rows = DotDimensions(
          leftBatch: [0], rightBatch: [0], leftContracting: [2], rightContracting: [1])
        let product = captured[0].dot(slices[0] + carried[0], rows)
        return ([product.unary(.sin)], [])
      }
      return results.carried
    },
    GradientCase("rows of a captured table", [[4, 2], [2]]) { values in
      let builder = values[0].builder
      let places = builder.constant(Tensor([1, 3, 1, 9, 0, 2] as [Int32], shape: [2, 3]))
      let results = builder.loop(
        tripCount: 3, axis: 1, captured: [values[0]], carried: [values[1]], sliced: [places]
      ) { captured, carried, slices in
        let rows = captured[0].gathered(slices[0], axis: 0)
        return ([rows.reduced(.sum, axes: [0]) * carried[0]], [rows.unary(.sin)])
      }
      return results.carried + results.stacked
    },
    GradientCase("a loop in a loop", [[2, 3, 2], [2], [2, 2]]) { values in
      let builder = values[0].builder
      let results = builder.loop(
        tripCount: 3, axis: 1, captured: [values[2]], carried: [values[1]], sliced: [values[0]]
      ) { captured, carried, slices in
        let inner = carried[0].builder.loop(
          tripCount: 2, axis: 0, reverse: true, captured: captured, carried: carried,
          sliced: [slices[0]]
        ) { captured, carried, slices in
          let h = (carried[0].matmul(captured[0]) + slices[0]).unary(.tanh)
          return ([h], [h * carried[0]])
        }
        return (inner.carried, inner.stacked)
      }
      return results.carried + results.stacked
    },
  ]

  /// `softmax` of the last axis, as a composite.
  static func softmax(_ x: Value) -> Value {
    Value.composite("softmax", [x]) { values in
      let last = values[0].rank - 1
      let top = values[0].reduced(.max, axes: [last], keepingAxes: true).stoppingGradient
      let powers = (values[0] - top).unary(.exp)
      return [powers / powers.reduced(.sum, axes: [last], keepingAxes: true)]
    }[0]
  }

  static let composites: [GradientCase] = [
    GradientCase("softmax", [[2, 4]]) { [softmax($0[0])] },
    GradientCase("two results, one unused", [[3], [3]]) { values in
      let results = Value.composite("pair", values) { [$0[0] * $0[1], $0[0].unary(.exp)] }
      return [results[0].unary(.sin)]
    },
    GradientCase("a cell inside a loop", recurrentShapes) { values in
      let results = values[0].builder.loop(
        tripCount: 4, axis: 1, captured: Array(values[2...]), carried: [values[1]],
        sliced: [values[0]]
      ) { captured, carried, slices in
        let h = Value.composite("cell", slices + carried + captured) { inner in
          [cell(inner[0], inner[1], inner[2...])]
        }
        return (h, h)
      }
      return results.carried + results.stacked
    },
  ]

  @Test("of loops equal those without the loop", arguments: [false, true], [0, 1])
  func unrolled(reverse: Bool, axis: Int) throws {
    let looped = GradientCase("", Self.recurrentShapes) {
      Self.recurrent($0, reverse: reverse, axis: axis)
    }
    let flat = GradientCase("", Self.recurrentShapes) { Self.unrolled($0, reverse: reverse) }
    let seeds = [GradientCase.normal([2, 4, 2], seed: 5), GradientCase.normal([2, 2], seed: 6)]
    let found = try ReferenceEvaluator.evaluate(
      looped.program().differentiated(), inputs: looped.inputs + seeds)
    let expected = try ReferenceEvaluator.evaluate(
      flat.program().differentiated(), inputs: flat.inputs + seeds)
    for (a, b) in zip(found, expected) { #expect(a.isClose(to: b, tolerance: 1e-12)) }
  }

  @Test("of composites are their own where they have one")
  func ownGradient() throws {
    let type = ValueType(.float64, [2])
    let rule = ProgramBuilder()
    let x = rule.input("x", .operand, type)
    let y = rule.input("y", .operand, type)
    let g = rule.input("g", .operand, type)
    rule.output("x", .result, x * y * g.scaled(by: 100))
    let gradient = try rule.finish()
    let example = GradientCase("", [Tensor([2.0, 3])]) { values in
      Value.composite("cube", values, gradient: gradient) { [$0[0] * $0[0] * $0[0]] }
    }
    let results = try ReferenceEvaluator.evaluate(
      example.program().differentiated(), inputs: example.inputs + [Tensor([1.0, 1])])
    #expect(results[1].elements(as: Double.self) == [1600, 8100])
  }
}

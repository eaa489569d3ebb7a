import Programs
import Tensors
import Testing

@Suite("Gradients of movement ops")
struct DifferentiateMovementTests {
  @Test("agree with differences, twice", arguments: cases)
  func differences(_ example: GradientCase) throws { try example.checkTwice() }

  /// Makes every element's gradient different and the second derivative not zero.
  static func curved(_ value: Value) -> [Value] { [value * value] }

  static let cases: [GradientCase] = [
    GradientCase("reshape", [[2, 3]]) { curved($0[0].reshaped([3, 1, 2])) },
    GradientCase("transpose", [[2, 3, 4]]) { curved($0[0].transposed([2, 0, 1])) },
    GradientCase("broadcast of new and stretched axes", [[3, 1]]) {
      curved($0[0].broadcast(to: [2, 3, 4], axes: [1, 2]))
    },
    GradientCase("broadcast of a scalar", [[]]) { curved($0[0].broadcast(to: [2, 2])) },
    GradientCase("slice of one axis", [[3, 5]]) { curved($0[0].sliced(axis: 1, from: 1, to: 4)) },
    GradientCase("slice with strides", [[4, 7]]) {
      let op = MovementOp.slice(start: [1, 0], limit: [4, 6], stride: [2, 3])
      return curved($0[0].builder.append(.movement(op), [$0[0]])[0])
    },
    GradientCase("empty slice", [[3, 4]]) { [$0[0].sliced(axis: 1, from: 2, to: 2), $0[0]] },
    GradientCase("slices side by side", [[2, 6]]) {
      let a = $0[0].sliced(axis: 1, from: 0, to: 2).unary(.sin)
      let b = $0[0].sliced(axis: 1, from: 2, to: 4).unary(.exp)
      return [a * b * $0[0].sliced(axis: 1, from: 4, to: 6)]
    },
    GradientCase("slices that overlap or leave gaps, of two axes", [[3, 7]]) {
      let a = $0[0].sliced(axis: 1, from: 1, to: 3).unary(.sin)
      let b = $0[0].sliced(axis: 1, from: 2, to: 4).unary(.exp)
      let c = $0[0].sliced(axis: 1, from: 5, to: 7).unary(.cos)
      return [a * b * c, $0[0].sliced(axis: 0, from: 1, to: 2).unary(.sin), $0[0].unary(.sin)]
    },
    GradientCase("pad around and between", [[2, 3], []]) {
      let op = MovementOp.pad(low: [1, 2], high: [0, 1], interior: [2, 1])
      return curved($0[0].builder.append(.movement(op), [$0[0], $0[1]])[0])
    },
    GradientCase("pad that cuts, also between elements", [[4, 5], []]) {
      let op = MovementOp.pad(low: [-1, -3], high: [2, -1], interior: [0, 1])
      return curved($0[0].builder.append(.movement(op), [$0[0], $0[1]])[0])
    },
    GradientCase("reverse", [[2, 3, 2]]) { curved($0[0].reversed(axes: [0, 2])) },
    GradientCase("concatenate", [[2, 1], [2, 3], [2, 0]]) {
      curved(Value.concatenate([$0[0], $0[1], $0[2], $0[0]], axis: 1))
    },
  ]
}

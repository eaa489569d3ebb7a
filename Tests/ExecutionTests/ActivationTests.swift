import Execution
import Programs
import Tensors
import Testing

@Suite("ReLU among elementwise operations")
struct ActivationTests {
  /// ReLU of sums, and look-alikes that must not be taken for it.
  static let cases: [ProgramCase] = [
    make("behind a sum") { x, y in [relu(x + y)] },
    make("of an operand") { x, y in [relu(x) * y] },
    make("of a sum that others read") { x, y in
      let sum = x + y
      return [relu(sum) * sum, sum]
    },
    make("of a sum that is read again") { x, y in
      let sum = x + y
      return [relu(sum) * sum]
    },
    make("of a sum that is a result") { x, y in
      let sum = x + y
      return [relu(sum), sum]
    },
    make("whose test is read again") { x, y in
      let sum = x + y
      let test = sum .<= zero(x)
      return [test.select(zero(x), sum) * test.select(x, y)]
    },
    make("in a row") { x, y in [relu(relu(x + y) - y) + y] },
    make("whose test others read") { x, y in
      let test = ((x + y) .<= zero(x))
      return [test.select(zero(x), x + y), test.select(x, y)]
    },
    make("that keeps another value") { x, y in
      [((x + y) .<= zero(x)).select(zero(x), y)]
    },
    make("the other way round") { x, y in
      [((x + y) .<= zero(x)).select(x + y, zero(x))]
    },
    make("from another bound") { x, y in
      [(x .<= zero(x) + y).select(zero(x), x)]
    },
  ]

  private static func zero(_ x: Value) -> Value { x.builder.scalar(0, x.dtype) }

  private static func make(
    _ name: String, _ body: @escaping (Value, Value) -> [Value]
  ) -> ProgramCase {
    var item = ProgramCase(
      name, operands: [ValueType(.float32, [3, 40]), ValueType(.float32, [3, 40])]
    ) { x in body(x[0], x[1]) }
    let special: [Float] = [
      0, -0.0, .nan, -.nan, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    ]
    item.inputs = item.inputs.enumerated().map { index, tensor in
      var numbers = tensor.doubles().map { Float($0) }
      for (place, value) in special.enumerated() {
        for other in 0..<special.count where index == 0 {
          numbers[place * special.count + other] = value
        }
        for other in 0..<special.count where index == 1 {
          numbers[other * special.count + place] = value
        }
      }
      return Tensor(numbers, shape: tensor.shape)
    }
    return item
  }

  @Test("give the bits of their parts", arguments: cases)
  func bits(item: ProgramCase) throws {
    let parts = try run(item.program, .debug, item.inputs)[0]
    for (found, expected) in zip(try run(item.program, .fast, item.inputs)[0], parts) {
      #expect(sameBits(found, expected))
    }
  }
}

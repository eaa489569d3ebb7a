import CKernels
import Foundation
import Testing

/// Applies one cell function to float operands.
func apply(_ op: Int, _ operands: [Float]...) -> [Float] {
  var y = [Float](repeating: 0, count: operands[0].count)
  let b = operands.count > 1 ? operands[1] : []
  let c = operands.count > 2 ? operands[2] : []
  sw_apply(Int32(op), &y, operands[0], b, c, Int64(y.count))
  return y
}

/// A function with its reference in double and its promised error.
struct AccuracyCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let op: Int
  let ulps: Double
  var limit: Double = .infinity
  let reference: @Sendable (Double) -> Double
}

private let accuracyCases: [AccuracyCase] = [
  .init(testDescription: "exp", op: SW_EXP, ulps: 2) { exp($0) },
  .init(testDescription: "tanh", op: SW_TANH, ulps: 2) { tanh($0) },
  .init(testDescription: "sigmoid", op: SW_SIGMOID, ulps: 2) { 1 / (1 + exp(-$0)) },
  .init(testDescription: "expm1", op: SW_EXPM1, ulps: 4) { expm1($0) },
  .init(testDescription: "log", op: SW_LOG, ulps: 4) { log($0) },
  .init(testDescription: "log1p", op: SW_LOG1P, ulps: 4) { log1p($0) },
  .init(testDescription: "erf", op: SW_ERF, ulps: 4) { erf($0) },
  .init(testDescription: "sin", op: SW_SIN, ulps: 4) { sin($0) },
  .init(testDescription: "cos", op: SW_COS, ulps: 4) { cos($0) },
  .init(testDescription: "sqrt", op: SW_SQRT, ulps: 0.5) { $0.squareRoot() },
  .init(testDescription: "rsqrt", op: SW_RSQRT, ulps: 1.5) { 1 / $0.squareRoot() },
  .init(testDescription: "floor", op: SW_FLOOR, ulps: 0) { $0.rounded(.down) },
  .init(testDescription: "ceil", op: SW_CEIL, ulps: 0) { $0.rounded(.up) },
  .init(testDescription: "round", op: SW_ROUND, ulps: 0) { $0.rounded(.toNearestOrEven) },
]

/// Where the functions bend, and special values.
private let bends: [Float] = (-40000...40000).map { Float($0) / 2500 } + awkwardValues

/// Every how manyth of all floats is tried.
///
/// `WORKBENCH_FLOAT_STRIDE=43` tries 10^8 of them, 1 all.
private let floatStride: UInt64 = {
  let asked = ProcessInfo.processInfo.environment["WORKBENCH_FLOAT_STRIDE"].flatMap(UInt64.init)
  return max(1, asked ?? 20011)
}()

/// Calls `body` with floats of every exponent and sign, some thousands at a time.
private func forFloatsEverywhere(_ body: ([Float]) -> Void) {
  body(bends)
  var first: UInt64 = 0
  while first < 1 << 32 {
    let end = min(first + 65536 * floatStride, 1 << 32)
    body(stride(from: first, to: end, by: Int(floatStride)).map { Float(bitPattern: UInt32($0)) })
    first += 65536 * floatStride
  }
}

/// The distance of `y` from `exact` in units of the last place of the nearest float32.
func ulpsBetween(_ y: Float, _ exact: Double) -> Double {
  if exact.isNaN || y.isNaN { return exact.isNaN == y.isNaN ? 0 : .infinity }
  let nearest = Float(exact)
  if nearest.isInfinite || y.isInfinite { return nearest == y ? 0 : .infinity }
  let unit = Double(nearest.ulp)
  return abs(Double(y) - exact) / unit
}

@Suite struct FunctionTests {
  @Test("unary functions keep their promised error", arguments: accuracyCases)
  func accuracy(_ test: AccuracyCase) {
    var worst = (error: 0.0, x: Float(0), y: Float(0))
    forFloatsEverywhere { numbers in
      for (x, y) in zip(numbers, apply(test.op, numbers)) {
        let error = ulpsBetween(y, test.reference(Double(x)))
        if error > worst.error { worst = (error, x, y) }
      }
    }
    #expect(worst.error <= test.ulps, "at \(worst.x) got \(worst.y)")
  }

  @Test("pow keeps its promised error and C's special cases")
  func power() {
    var numbers = Numbers(3)
    var x = numbers.awkward(20000)
    var y = numbers.awkward(20000)
    for _ in 0..<20000 {
      x.append(abs(numbers.unit()) * 20)
      y.append(numbers.unit() * 30)
    }
    let z = apply(SW_POW, x, y)
    for k in x.indices {
      let exact = pow(Double(x[k]), Double(y[k]))
      #expect(ulpsBetween(z[k], exact) <= 1, "\(x[k]) ^ \(y[k]) gave \(z[k]), not \(exact)")
    }
  }

  @Test("min and max pass NaN on and order the zeros")
  func extremes() {
    let a: [Float] = [0, -0.0, 1, .nan, 2, -.infinity, .nan, -0.0, 0]
    let b: [Float] = [-0.0, 0, .nan, 1, 3, 5, .nan, -0.0, 0]
    let high = apply(SW_MAX, a, b).map(bits)
    let low = apply(SW_MIN, a, b).map(bits)
    #expect(high == ([0, 0, .nan, .nan, 3, 5, .nan, -0.0, 0] as [Float]).map(bits))
    #expect(low == ([-0.0, -0.0, .nan, .nan, 2, -.infinity, .nan, -0.0, 0] as [Float]).map(bits))
  }

  @Test("ReLU is a comparison and a choice")
  func relu() {
    var numbers = Numbers(11)
    let a = awkwardValues + numbers.awkward(300)
    let b = awkwardValues.reversed() + numbers.awkward(300)
    let zeros = [Float](repeating: 0, count: a.count)
    func parts(_ x: [Float]) -> [UInt32] {
      apply(SW_SELECT, apply(SW_LE, x, zeros), zeros, x).map(bits)
    }
    #expect(apply(SW_RELU, a).map(bits) == parts(a))
    #expect(apply(SW_ADD_RELU, a, b).map(bits) == parts(apply(SW_ADD, a, b)))
  }

  @Test("zeros keep their sign through odd functions")
  func signedZeros() {
    let odd = [SW_NEG, SW_SIGN, SW_SQRT, SW_FLOOR, SW_CEIL, SW_ROUND, SW_EXPM1, SW_LOG1P, SW_SIN]
    for op in odd + [SW_TANH, SW_ERF] {
      let y = apply(op, [0, -0.0]).map(\.bitPattern)
      let expected: [UInt32] = op == SW_NEG ? [0x8000_0000, 0] : [0, 0x8000_0000]
      #expect(y == expected, "function \(op)")
    }
  }

  @Test("conversions saturate, and NaN becomes 0")
  func conversions() {
    let x: [Float] = [1.9, -1.9, 3e9, -3e9, .nan, 2_147_483_648, 4_294_967_040, 5e9, -0.5, 1e20]
    let signed = apply(SW_F32_TO_I32, x).map { Int32(bitPattern: $0.bitPattern) }
    let unsigned = apply(SW_F32_TO_U32, x).map(\.bitPattern)
    #expect(signed == [1, -1, .max, .min, 0, .max, .max, .max, 0, .max])
    #expect(
      unsigned == [1, 0, 3_000_000_000, 0, 0, 2_147_483_648, 4_294_967_040, .max, 0, .max])
    let words: [UInt32] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ff7f, 0xffff_ff80, 0xffff_ff81]
    let cells = words.map(Float.init(bitPattern:))
    #expect(apply(SW_U32_TO_F32, cells) == words.map { Float($0) })
    #expect(apply(SW_I32_TO_F32, cells) == words.map { Float(Int32(bitPattern: $0)) })
  }

  @Test("integer functions agree with Swift's")
  func integers() {
    var numbers = Numbers(9)
    let a = (0..<500).map { _ in Int32(bitPattern: numbers.word()) } + [.min, 0, -1]
    let b = (0..<500).map { _ in Int32(bitPattern: numbers.word()) % 40 } + [1, 0, 32]
    func check(_ op: Int, _ expected: (Int32, Int32) -> Int32) {
      let cells = { (v: [Int32]) in v.map { Float(bitPattern: UInt32(bitPattern: $0)) } }
      let y = apply(op, cells(a), cells(b)).map { Int32(bitPattern: $0.bitPattern) }
      #expect(y == zip(a, b).map(expected), "function \(op)")
    }
    check(SW_I_ADD) { $0 &+ $1 }
    check(SW_I_SUB) { $0 &- $1 }
    check(SW_I_MUL) { $0 &* $1 }
    check(SW_I_NEG) { a, _ in 0 &- a }
    check(SW_I_ABS) { a, _ in a < 0 ? 0 &- a : a }
    check(SW_I_SIGN) { a, _ in a.signum() }
    check(SW_I_MAX) { max($0, $1) }
    check(SW_I_LT) { $0 < $1 ? -1 : 0 }
    check(SW_U_LT) { UInt32(bitPattern: $0) < UInt32(bitPattern: $1) ? -1 : 0 }
    check(SW_I_SHL) { $1 < 0 || $1 > 31 ? 0 : $0 << $1 }
    check(SW_I_SHR) { a, n in
      n < 0 || n > 31 ? 0 : Int32(bitPattern: UInt32(bitPattern: a) >> UInt32(n))
    }
    check(SW_I_SAR) { a, n in a >> (n < 0 || n > 31 ? 31 : n) }
  }

  @Test("every function gives the same bits in every variant", arguments: 0..<SW_OP_COUNT)
  func sameBits(_ op: Int) {
    var numbers = Numbers(op)
    for count in [1, 7, 15, 16, 17, 33, 200] {
      let a = numbers.awkward(count)
      let b = numbers.awkward(count)
      let c = numbers.awkward(count)
      expectSameBits("function \(op) on \(count)") { apply(op, a, b, c) }
    }
  }
}

import CKernels
import Testing

/// A sum on sixteen lanes in chunks of 4096 terms, as the header defines it, for any function.
func foldOnLanes(
  _ terms: [Float], from start: Float, _ combine: (Float, Float) -> Float
) -> Float {
  var total = start
  for first in stride(from: 0, to: terms.count, by: 4096) {
    var lanes = [Float](repeating: start, count: 16)
    for i in first..<min(first + 4096, terms.count) {
      lanes[i % 16] = combine(lanes[i % 16], terms[i])
    }
    for width in [8, 4, 2, 1] {
      for j in 0..<width { lanes[j] = combine(lanes[j], lanes[j + width]) }
    }
    total = combine(total, lanes[0])
  }
  return total
}

func sumOnLanes(_ terms: [Float]) -> Float { foldOnLanes(terms, from: 0, +) }

/// The larger by the rules of SW_MAX.
private func larger(_ a: Float, _ b: Float) -> Float {
  if a.isNaN || b.isNaN { return .nan }
  return a == b ? (a.sign == .plus ? a : b) : (a > b ? a : b)
}

struct ReductionKind: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let kind: Int32
  let start: Float
  let combine: @Sendable (Float, Float) -> Float

  static let all: [ReductionKind] = [
    .init(testDescription: "sum", kind: Int32(SW_REDUCE_SUM), start: 0) { $0 + $1 },
    .init(testDescription: "prod", kind: Int32(SW_REDUCE_PROD), start: 1) { $0 * $1 },
    .init(testDescription: "max", kind: Int32(SW_REDUCE_MAX), start: -.infinity, combine: larger),
    .init(testDescription: "min", kind: Int32(SW_REDUCE_MIN), start: .infinity) {
      -larger(-$0, -$1)
    },
  ]
}

@Suite struct ReductionTests {
  @Test("reductions give their defined bits", arguments: ReductionKind.all)
  func defined(_ reduction: ReductionKind) {
    let shapes = [
      (1, 0, 1), (2, 1, 1), (3, 5, 1), (1, 16, 1), (2, 100, 1), (1, 9000, 1), (2, 3, 2),
      (1, 7, 16), (2, 5, 37), (1, 4099, 3), (2, 0, 3),
    ]
    for (outer, n, inner) in shapes {
      var numbers = Numbers(n * 7 + inner)
      var x = numbers.units(max(1, outer * n * inner)).map { 1 + $0 / 64 }
      if n == 5 { x = numbers.awkward(x.count) }
      let y = expectSameBits("\(reduction.testDescription) \(outer) \(n) \(inner)") {
        var y = [Float](repeating: -9, count: outer * inner)
        sw_reduce(reduction.kind, x, Int64(outer), Int64(n), Int64(inner), &y)
        return y
      }
      for o in 0..<outer {
        for i in 0..<inner {
          let terms = (0..<n).map { x[(o * n + $0) * inner + i] }
          #expect(bits(y[o * inner + i]) == bits(expected(reduction, terms, onLanes: inner == 1)))
        }
      }
    }
  }

  private func expected(_ reduction: ReductionKind, _ terms: [Float], onLanes: Bool) -> Float {
    if onLanes { return foldOnLanes(terms, from: reduction.start, reduction.combine) }
    var total = reduction.start
    for first in stride(from: 0, to: terms.count, by: 4096) {
      let chunk = terms[first..<min(first + 4096, terms.count)]
      total = reduction.combine(total, chunk.reduce(reduction.start, reduction.combine))
    }
    return total
  }

  @Test("the first extreme is found, and the first NaN before all")
  func positions() {
    let x: [Float] = [1, 3, 3, -2, .infinity, -.infinity, 0, -0.0, 5, .nan, 7, .nan]
    var y = [Int32](repeating: 0, count: 3)
    sw_arg_reduce(0, x, 3, 4, 1, &y)
    #expect(y == [1, 0, 1])
    sw_arg_reduce(1, x, 3, 4, 1, &y)
    #expect(y == [3, 1, 1])
    var columns = [Int32](repeating: 0, count: 4)
    sw_arg_reduce(0, x, 1, 3, 4, &columns)
    #expect(columns == [1, 2, 2, 2])
  }
}

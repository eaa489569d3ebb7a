import Execution
import Programs
import Tensors
import Testing

@Suite("Convolutions that read through masks")
struct MaskedConvolutionTests {
  /// A convolution of what a mask leaves of two batch rows.
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    /// Of the input behind batch and time, and of the kernel.
    var inner: Shape
    var kernel: Shape
    var dimensions: ConvolutionDimensions
  }

  static let cases: [Case] = [
    Case(
      testDescription: "causal", inner: [16], kernel: [3, 16, 20],
      dimensions: .init(spatialRank: 1, padLow: [2])),
    Case(
      testDescription: "without padding", inner: [16], kernel: [3, 16, 16],
      dimensions: .init(spatialRank: 1)),
    Case(
      testDescription: "of one tap", inner: [16], kernel: [1, 16, 16],
      dimensions: .init(spatialRank: 1)),
    Case(
      testDescription: "dilated, padded at both ends", inner: [8], kernel: [3, 8, 8],
      dimensions: .init(spatialRank: 1, padLow: [4], padHigh: [4], kernelDilation: [4])),
    Case(
      testDescription: "with strides, cut at both ends", inner: [8], kernel: [5, 8, 8],
      dimensions: .init(spatialRank: 1, strides: [3], padLow: [-2], padHigh: [-1])),
    Case(
      testDescription: "of inputs apart", inner: [8], kernel: [4, 8, 8],
      dimensions: .init(spatialRank: 1, padLow: [3], padHigh: [3], inputDilation: [3])),
    Case(
      testDescription: "by groups", inner: [8], kernel: [3, 4, 6],
      dimensions: .init(spatialRank: 1, padLow: [2], featureGroups: 2)),
    Case(
      testDescription: "by channels", inner: [16], kernel: [3, 1, 16],
      dimensions: .init(spatialRank: 1, padLow: [2], featureGroups: 16)),
    Case(
      testDescription: "in two dimensions", inner: [5, 4], kernel: [3, 2, 4, 6],
      dimensions: .init(
        spatialRank: 2, strides: [2, 1], padLow: [2, 1], padHigh: [0, 1], kernelDilation: [1, 2])),
    Case(
      testDescription: "in three dimensions", inner: [3, 4, 2], kernel: [2, 2, 1, 2, 4],
      dimensions: .init(spatialRank: 3, padLow: [1, 0, 0])),
  ]

  /// Masks of two batch rows, by name.
  static let masks: [String: @Sendable (Int, Int) -> Bool] = [
    "all valid": { _, _ in true },
    "none valid": { _, _ in false },
    "ragged": { row, time in time < (row == 0 ? 41 : 66) },
    "with a gap": { _, time in time != 33 },
    "by turns": { row, time in (time + row) % 2 == 0 },
    "one valid": { row, time in time == 69 - row },
  ]

  static func item(_ item: Case, time: Int, _ isValid: (Int, Int) -> Bool) -> ProgramCase {
    let shape = [2, time] + item.inner
    var program = ProgramCase(
      item.testDescription,
      operands: [
        ValueType(.float32, shape), ValueType(.float32, item.kernel), ValueType(.bool, [2, time]),
      ]
    ) { x in
      let mask = x[2].reshaped([2, time] + item.inner.map { _ in 1 }).broadcast(to: shape)
      let zeros = x[0].builder.scalar(0, .float32)
      let twice = x[0] + x[0]
      return [mask.select(twice, zeros).convolved(x[1], item.dimensions), twice]
    }
    let flags = (0..<2).flatMap { row in (0..<time).map { isValid(row, $0) } }
    program.inputs[2] = Tensor(flags, shape: [2, time])
    let per = item.inner.elementCount
    program.inputs[0].withUnsafeMutableElements(of: Float.self) { elements in
      for (step, flag) in flags.enumerated() where !flag {
        for channel in 0..<per { elements[step * per + channel] = .nan }
      }
    }
    return program
  }

  @Test("give the bits of those that read masked values", arguments: cases, masks.keys.sorted())
  func bits(item: Case, mask: String) throws {
    let isValid = try #require(Self.masks[mask])
    let made = Self.item(item, time: 70, isValid)
    var program = made.program
    program.inputs[1].role = .parameter
    let expected = try run(program, .debug, made.inputs)[1]
    #expect(!expected[0].doubles().contains { $0.isNaN })
    for kind in [PlanKind.fast, someObserved(program)] {
      for count in 1...3 {
        let pool = WorkerPool(threadCount: count, threshold: 1)
        let found = try run(program, kind, made.inputs, pool: pool, limits: .tiny)[1]
        #expect(found[0].bitsEqual(expected[0]), "\(kind), \(count) threads")
      }
    }
  }

  @Test("leave no masked value in memory", arguments: cases)
  func memory(item: Case) {
    let program = Self.item(item, time: 700) { _, _ in true }.program
    var (through, masked) = (PlanOptions(), PlanOptions())
    through.limits.leastMaskedByteCount = 0
    masked.limits.leastMaskedByteCount = .max
    #expect(Plan(program, through).arenaByteCount < Plan(program, masked).arenaByteCount)
  }
}

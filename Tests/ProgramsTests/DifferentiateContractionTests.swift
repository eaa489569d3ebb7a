import Programs
import Tensors
import Testing

@Suite("Gradients of contractions, transforms and indexing")
struct DifferentiateContractionTests {
  @Test("of dots agree with differences, twice", arguments: dotCases)
  func dots(_ example: GradientCase) throws { try example.checkTwice() }

  @Test("of convolutions agree with differences, twice", arguments: convolutionCases)
  func convolutions(_ example: GradientCase) throws { try example.checkTwice() }

  @Test("of transforms agree with differences, twice", arguments: transformCases)
  func transforms(_ example: GradientCase) throws { try example.checkTwice() }

  @Test("of indexing agree with differences, twice", arguments: indexingCases)
  func indexing(_ example: GradientCase) throws { try example.checkTwice() }

  static let dotCases: [GradientCase] = [
    dot(
      "matrix product", [2, 3], [3, 4], DotDimensions(leftContracting: [1], rightContracting: [0])),
    dot(
      "transposed operands", [3, 2], [4, 3],
      DotDimensions(leftContracting: [0], rightContracting: [1])),
    dot(
      "two contracted axes, crossed", [2, 3, 4], [4, 5, 3],
      DotDimensions(leftContracting: [1, 2], rightContracting: [2, 0])),
    dot(
      "batched in the middle", [3, 2, 4], [2, 4, 5, 3],
      DotDimensions(
        leftBatch: [1, 0], rightBatch: [0, 3], leftContracting: [2], rightContracting: [1])),
    dot("inner product", [4], [4], DotDimensions(leftContracting: [0], rightContracting: [0])),
    dot("outer product", [2], [3], DotDimensions(leftContracting: [], rightContracting: [])),
    dot("no terms", [2, 0], [0, 3], DotDimensions(leftContracting: [1], rightContracting: [0])),
    GradientCase("a matrix times itself", [[3, 3]]) { [$0[0].matmul($0[0]).unary(.sin)] },
  ]

  private static func dot(
    _ name: String, _ left: Shape, _ right: Shape, _ dimensions: DotDimensions
  ) -> GradientCase {
    GradientCase(name, [left, right]) { [$0[0].dot($0[1], dimensions).unary(.sin)] }
  }

  static let convolutionCases: [GradientCase] = [
    convolution("valid", [2, 6, 2], [3, 2, 3], .init(spatialRank: 1)),
    convolution("causal", [1, 5, 2], [3, 2, 2], .init(spatialRank: 1, padLow: [2])),
    convolution(
      "stride that leaves a rest", [2, 8, 1], [3, 1, 2],
      .init(spatialRank: 1, strides: [3], padHigh: [1])),
    convolution(
      "kernel dilation", [1, 9, 2], [3, 2, 1],
      .init(spatialRank: 1, strides: [2], padLow: [3], kernelDilation: [2])),
    convolution(
      "input dilation", [1, 4, 2], [4, 2, 2],
      .init(spatialRank: 1, padLow: [3], padHigh: [2], inputDilation: [3])),
    convolution(
      "negative padding", [1, 9, 1], [2, 1, 1], .init(spatialRank: 1, padLow: [-2], padHigh: [-1])),
    convolution(
      "negative padding inside stuffed zeros", [1, 5, 1], [2, 1, 2],
      .init(spatialRank: 1, strides: [2], padLow: [-2], padHigh: [-2], inputDilation: [3])),
    convolution(
      "feature groups", [2, 5, 6], [2, 2, 6], .init(spatialRank: 1, padLow: [1], featureGroups: 3)),
    convolution(
      "depthwise with a multiplier", [2, 5, 3], [2, 1, 6],
      .init(spatialRank: 1, strides: [2], featureGroups: 3)),
    convolution(
      "batch groups", [4, 5, 2], [3, 2, 4], .init(spatialRank: 1, padHigh: [1], batchGroups: 2)),
    convolution(
      "both kinds of groups", [4, 4, 6], [2, 2, 6],
      .init(spatialRank: 1, featureGroups: 3, batchGroups: 2)),
    convolution(
      "two spatial axes", [1, 4, 5, 2], [2, 3, 2, 2],
      .init(
        spatialRank: 2, strides: [1, 2], padLow: [1, 0], padHigh: [0, 2], kernelDilation: [2, 1])),
    convolution("kernel longer than the input", [1, 2, 1], [4, 1, 1], .init(spatialRank: 1)),
    convolution("no spatial axis", [2, 3], [3, 2], .init(spatialRank: 0)),
    convolution("no rows", [0, 3, 1], [2, 1, 2], .init(spatialRank: 1)),
  ]

  private static func convolution(
    _ name: String, _ input: Shape, _ kernel: Shape, _ dimensions: ConvolutionDimensions
  ) -> GradientCase {
    GradientCase(name, [input, kernel]) { [$0[0].convolved($0[1], dimensions).unary(.sin)] }
  }

  static let transformCases: [GradientCase] = [1, 4, 6, 7].flatMap { length -> [GradientCase] in
    let bins = length / 2 + 1
    return [
      transform(.forward, length, [[2, length], [2, length]]),
      transform(.inverse, length, [[length], [length]]),
      transform(.realForward, length, [[2, length]]),
      transform(.realInverse(length: length), length, [[2, bins], [2, bins]]),
    ]
  }

  private static func transform(_ op: FFTOp, _ length: Int, _ shapes: [Shape]) -> GradientCase {
    GradientCase("\(op.name) of \(length)", shapes) { values in
      values[0].builder.fft(op, values).map { $0.unary(.sin) }
    }
  }

  private static func indices(_ values: [Int32], _ shape: Shape, like value: Value) -> Value {
    value.builder.constant(Tensor(values, shape: shape))
  }

  private static let rules: [OutOfRangeRule] = [.clamp, .zero]

  static let indexingCases: [GradientCase] =
    rules.flatMap { rule -> [GradientCase] in
      [
        GradientCase("gather rows, \(rule.rawValue) outside", [[4, 3]]) {
          let places = indices([2, 0, 9, 2, -5, 1], [2, 3], like: $0[0])
          return [$0[0].gathered(places, axis: 0, outOfRange: rule).unary(.sin)]
        },
        GradientCase("gather with batch axes, \(rule.rawValue) outside", [[2, 4, 3]]) {
          let places = indices([3, 3, 0, 1, 7, 2], [2, 3], like: $0[0])
          return [$0[0].gathered(places, axis: 1, batchAxes: 1, outOfRange: rule).unary(.sin)]
        },
      ]
    } + [
      GradientCase("gather with nan outside, all inside", [[4]]) {
        let places = indices([3, 3], [2], like: $0[0])
        return [$0[0].gathered(places, axis: 0, outOfRange: .nan).unary(.sin)]
      },
      GradientCase("scatterAdd", [[4, 2], [5, 2]]) {
        let places = indices([1, 3, 1, 8, 0], [5], like: $0[0])
        return [$0[0].scatterAdding($0[1].unary(.sin), at: places, axis: 0).unary(.sin)]
      },
      GradientCase("scatterAdd with batch axes", [[2, 3], [2, 4]]) {
        let places = indices([1, 1, 0, 2, 2, -1, 0, 0], [2, 4], like: $0[0])
        return [$0[0].scatterAdding($0[1], at: places, axis: 1, batchAxes: 1).unary(.sin)]
      },
      GradientCase("dynamicSlice moved inside", [[2, 5]]) {
        let start = indices([4], [], like: $0[0])
        return [$0[0].dynamicSlice(start: start, axis: 1, size: 3).unary(.sin)]
      },
      GradientCase("dynamicUpdate", [[5, 2], [2, 2]]) {
        let start = indices([1], [], like: $0[0])
        return [$0[0].dynamicUpdate($0[1], start: start, axis: 0).unary(.sin)]
      },
      GradientCase("dynamicUpdate moved inside", [[5], [2]]) {
        let start = indices([-3], [], like: $0[0])
        return [$0[0].dynamicUpdate($0[1], start: start, axis: 0).unary(.sin)]
      },
    ]
}

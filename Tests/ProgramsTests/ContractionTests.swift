import Programs
import Tensors
import Testing

@Suite("Contractions")
struct ContractionTests {
  @Test("give hand-computed values", arguments: dots + convolutions)
  func values(_ example: OpCase) throws { try example.check() }

  static let dots: [OpCase] = [
    OpCase(
      "matrix product",
      .contraction(.dot(DotDimensions(leftContracting: [1], rightContracting: [0]))),
      [f32([1, 2, 3, 4], [2, 2]), f32([5, 6, 7, 8], [2, 2])], gives: f32([19, 22, 43, 50], [2, 2])),
    OpCase(
      "matrix times transposed",
      .contraction(.dot(DotDimensions(leftContracting: [1], rightContracting: [1]))),
      [f32([1, 2, 3, 4], [2, 2]), f32([5, 6], [1, 2])], gives: f32([17, 39], [2, 1])),
    OpCase(
      "batched, batch axis second on the right",
      .contraction(
        .dot(
          DotDimensions(
            leftBatch: [0], rightBatch: [1], leftContracting: [1], rightContracting: [0]))),
      [f32([1, 2, 3, 4], [2, 2]), f32([1, 10, 2, 20], [2, 2])], gives: f32([5, 110])),
    OpCase(
      "two contracted axes",
      .contraction(.dot(DotDimensions(leftContracting: [0, 1], rightContracting: [1, 0]))),
      [f32([1, 2, 3, 4], [2, 2]), f32([1, 0, 0, 1], [2, 2])], gives: f32([5], [])),
    OpCase(
      "outer product", .contraction(.dot(DotDimensions(leftContracting: [], rightContracting: []))),
      [f32([1, 2]), f32([3, 4])], gives: f32([3, 4, 6, 8], [2, 2])),
    OpCase(
      "no terms", .contraction(.dot(DotDimensions(leftContracting: [1], rightContracting: [0]))),
      [f32([], [1, 0]), f32([], [0, 2])], gives: f32([0, 0], [1, 2])),
    OpCase(
      "0 · inf is NaN",
      .contraction(.dot(DotDimensions(leftContracting: [0], rightContracting: [0]))),
      [f32([0]), f32([.infinity])], gives: f32([.nan], [])),
    OpCase(
      "i32 product wraps",
      .contraction(.dot(DotDimensions(leftContracting: [0], rightContracting: [0]))),
      [i32([65_536, 1]), i32([65_536, 7])], gives: i32([7], [])),
    OpCase(
      "bf16 product rounds once",
      .contraction(.dot(DotDimensions(leftContracting: [0], rightContracting: [0]))),
      [tensor(.bfloat16, [256, 1, 1]), tensor(.bfloat16, [1, 1, 1])],
      gives: tensor(.bfloat16, [258], [])),
  ]

  private static func convolution(
    stride: Int = 1, low: Int = 0, high: Int = 0, inputDilation: Int = 1, kernelDilation: Int = 1,
    featureGroups: Int = 1, batchGroups: Int = 1
  ) -> Op {
    .contraction(
      .convolution(
        ConvolutionDimensions(
          spatialRank: 1, strides: [stride], padLow: [low], padHigh: [high],
          inputDilation: [inputDilation], kernelDilation: [kernelDilation],
          featureGroups: featureGroups, batchGroups: batchGroups)))
  }

  private static func line(_ values: [Double]) -> Tensor { f32(values, [1, values.count, 1]) }
  private static func taps(_ values: [Double]) -> Tensor { f32(values, [values.count, 1, 1]) }

  static let convolutions: [OpCase] = [
    OpCase("valid", convolution(), [line([1, 2, 3]), taps([10, 1])], gives: line([12, 23])),
    OpCase(
      "causal", convolution(low: 1), [line([1, 2, 3]), taps([10, 1])], gives: line([1, 12, 23])),
    OpCase(
      "stride 2", convolution(stride: 2, high: 1), [line([1, 2, 3]), taps([10, 1])],
      gives: line([12, 30])),
    OpCase(
      "kernel dilation", convolution(kernelDilation: 2), [line([1, 2, 3]), taps([10, 1])],
      gives: line([13])),
    OpCase(
      "input dilation", convolution(low: 1, high: 1, inputDilation: 2),
      [line([1, 2]), taps([10, 1])], gives: line([1, 10, 2, 20])),
    OpCase(
      "negative padding", convolution(low: -1, high: -1), [line([1, 2, 3, 4]), taps([10, 1])],
      gives: line([23])),
    OpCase(
      "negative padding of dilated input", convolution(low: -1, inputDilation: 2),
      [line([1, 2]), taps([10, 1])], gives: line([2])),
    OpCase(
      "channels", convolution(), [f32([1, 2], [1, 1, 2]), f32([1, 2, 3, 4], [1, 2, 2])],
      gives: f32([7, 10], [1, 1, 2])),
    OpCase(
      "feature groups", convolution(featureGroups: 2),
      [f32([1, 2], [1, 1, 2]), f32([10, 100, 1000, 10000], [1, 1, 4])],
      gives: f32([10, 100, 2000, 20000], [1, 1, 4])),
    OpCase(
      "batch groups", convolution(batchGroups: 2),
      [f32([1, 2, 3, 4], [4, 1, 1]), f32([10, 100], [1, 1, 2])],
      gives: f32([10, 300, 20, 400], [2, 1, 2])),
    OpCase("too short", convolution(), [line([1]), taps([10, 1])], gives: f32([], [1, 0, 1])),
    OpCase(
      "two spatial axes",
      .contraction(.convolution(ConvolutionDimensions(spatialRank: 2, padLow: [1, 0]))),
      [f32([1, 2, 3, 4], [1, 2, 2, 1]), f32([1, 10, 100, 1000], [2, 2, 1, 1])],
      gives: f32([2100, 4321], [1, 2, 1, 1])),
  ]
}

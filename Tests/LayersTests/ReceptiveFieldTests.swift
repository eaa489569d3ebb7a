import LayerTesting
import Layers
import Runtime
import Testing

/// What layers announce to depend on holds all that their outputs are seen to depend on.
@Suite struct ReceptiveFieldTests {
  private static let attention = DotProductSelfAttention(
    numHeads: 2, unitsPerHead: 2, maxPastHorizon: 3)
  private static let blockwise = BlockwiseDotProductSelfAttention(
    blockSize: 4, numHeads: 2, unitsPerHead: 2, maxPastHorizonBlocks: 1)
  private static let strided = Conv1D(
    filters: 4, kernelSize: 3, strides: 2, padding: .causal)

  private static let down = Conv1D(filters: 4, kernelSize: 1, strides: 2, padding: .causal)

  /// A layer with what its output steps depend on.
  struct Announcement: CustomTestStringConvertible, Sendable {
    var run: LayerRunCase
    var fields: ReceptiveFieldPerStep
    var testDescription: String { run.name }

    init(
      _ name: String, _ layer: any SequenceLayer, _ ends: [(Int, Int)?], time: Int = 12
    ) {
      run = LayerRunCase(name, layer, time: time)
      fields = ends.map { $0.map { ReceptiveField($0.0, $0.1) } }
    }
  }

  static let announcements: [Announcement] = [
    .init(
      "attention beside attention in blocks", Parallel([attention, blockwise]),
      [(-4, 3), (-5, 2), (-6, 1), (-7, 0)]),
    .init(
      "attention in blocks beside attention", Parallel([blockwise, attention]),
      [(-4, 3), (-5, 2), (-6, 1), (-7, 0)]),
    .init(
      "down 2 and up 4 beside up 2",
      Parallel([
        Serial([down, Upsample1D(rate: 4)]), Upsample1D(rate: 2),
      ]),
      [(0, 0), (0, 0), (-1, 0), (-1, 0)]),
    .init(
      "up 2 behind attention in blocks", Serial([blockwise, Flatten(), Upsample1D(rate: 2)]),
      [(-4, 3), (-4, 3), (-5, 2), (-5, 2), (-6, 1), (-6, 1), (-7, 0), (-7, 0)]),
    .init(
      "a residual of down 2 and up 2",
      Residual(
        layers: [down, Upsample1D(rate: 2)]),
      [(0, 0), (-1, 0)]),
    .init(
      "strides backward", Bidirectional(forward: strided, backward: strided, combination: .add),
      [(-2, 3)]),
    .init(
      "a valid window backward",
      Bidirectional(
        forward: Conv1D(filters: 4, kernelSize: 3, padding: .valid),
        backward: Conv1D(filters: 4, kernelSize: 3, padding: .valid), combination: .add),
      [(0, 2)]),
    .init(
      "a network before values",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 2, maxPastHorizon: 3,
        valueNetwork: Serial([
          Flatten(), Conv1D(filters: 4, kernelSize: 2, padding: .causal),
          Reshape(outputShape: [2, 2]),
        ])),
      [(-4, 0)]),
    .init(
      "a network before queries",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 2, maxPastHorizon: 1,
        queryNetwork: Serial([
          Flatten(), Conv1D(filters: 4, kernelSize: 4, padding: .causal),
          Reshape(outputShape: [2, 2]),
        ])),
      [(-3, 0)]),
    .init(
      "holes of a dilated transposed window",
      Conv1DTranspose(filters: 3, kernelSize: 2, strides: 3, dilationRate: 2, padding: .causal),
      [(0, 0), (0, 0), (0, 0)]),
  ]

  @Test("what is announced is the truth or more", arguments: announcements)
  func announced(_ item: Announcement) throws {
    #expect(item.run.layer.receptiveFieldPerStep == item.fields)
    let report = try ContractVerifier().verify(try item.run.model(), try item.run.input(.full))
    #expect(report.checked.contains(.receptiveField))
    #expect(report.holds, "\(report.violations)")
  }

  @Test("an announcement that is too narrow is wrong, one that is too wide is not")
  func tooNarrow() throws {
    for (claimed, isRight) in [((-2, 0), true), ((-1, 0), false), ((-9, 9), true), (nil, false)] {
      let layer = Claiming(field: claimed.map { ReceptiveField($0.0, $0.1) })
      let run = LayerRunCase("claim", layer)
      let report = try ContractVerifier().verify(try run.model(), try run.input(.full))
      let isFound = report.violations.contains { $0.check == .receptiveField }
      #expect(isFound != isRight, "\(claimed.map { "\($0)" } ?? "none"): \(report.violations)")
    }
  }
}

/// A window of three timesteps that claims to see something else.
private struct Claiming: WholeSequenceLayer {
  var field: ReceptiveField?
  var receptiveFieldPerStep: ReceptiveFieldPerStep { [field] }
  var stepObstacle: String? { "it is there to be looked at" }

  func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { input }

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    try context.layer(
      DepthwiseConv1D(kernelSize: 3, padding: .causal), x, at: ChildScope("window"))
  }
}

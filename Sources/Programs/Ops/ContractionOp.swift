/// Sums of products.
public enum ContractionOp: Hashable, Sendable {
  /// Batched matrix product: see ``DotDimensions``.
  case dot(DotDimensions)
  /// Cross-correlation, channels last: see ``ConvolutionDimensions``.
  case convolution(ConvolutionDimensions)
}

/// Which axes a dot pairs.
///
/// The result has the batch axes, then the left's free axes, then the
/// right's, each in operand order.
public struct DotDimensions: Hashable, Sendable {
  /// Batch axes of the left operand, paired in order with `rightBatch`.
  public var leftBatch: [Int]
  /// Batch axes of the right operand.
  public var rightBatch: [Int]
  /// Summed axes of the left operand, paired in order with `rightContracting`.
  public var leftContracting: [Int]
  /// Summed axes of the right operand.
  public var rightContracting: [Int]

  /// Makes the pairing.
  public init(
    leftBatch: [Int] = [], rightBatch: [Int] = [], leftContracting: [Int], rightContracting: [Int]
  ) {
    self.leftBatch = leftBatch
    self.rightBatch = rightBatch
    self.leftContracting = leftContracting
    self.rightContracting = rightContracting
  }
}

/// A cross-correlation of `[b, spatial…, c]` with a kernel `[taps…, c / featureGroups, o]` into
/// `[b / batchGroups, spatial…, o]`; one number a spatial axis in each list.
public struct ConvolutionDimensions: Hashable, Sendable {
  /// Distance between outputs.
  public var strides: [Int]
  /// Zeros before (negative: elements cut).
  public var padLow: [Int]
  /// Zeros after (negative: elements cut).
  public var padHigh: [Int]
  /// Distance between inputs after zeros are put between them.
  public var inputDilation: [Int]
  /// Distance between taps.
  public var kernelDilation: [Int]
  /// Output channel `o` sees input channels of group `o / (outputs / featureGroups)` only.
  public var featureGroups: Int
  /// Output channel `o` sees batch rows of group `o / (outputs / batchGroups)` only, each group
  /// being `b / batchGroups` neighbouring rows.
  public var batchGroups: Int

  /// Makes the extents; strides and dilations default to 1, padding to 0.
  public init(
    spatialRank: Int, strides: [Int]? = nil, padLow: [Int]? = nil, padHigh: [Int]? = nil,
    inputDilation: [Int]? = nil, kernelDilation: [Int]? = nil, featureGroups: Int = 1,
    batchGroups: Int = 1
  ) {
    let ones: [Int] = Array(repeating: 1, count: spatialRank)
    let zeros: [Int] = Array(repeating: 0, count: spatialRank)
    self.strides = strides ?? ones
    self.padLow = padLow ?? zeros
    self.padHigh = padHigh ?? zeros
    self.inputDilation = inputDilation ?? ones
    self.kernelDilation = kernelDilation ?? ones
    self.featureGroups = featureGroups
    self.batchGroups = batchGroups
  }
}

public import Layers
import Notation

extension LayerRegistry {
  /// The library's layers and those of ``VeryAttentiveTacotron``.
  public static var withVeryAttentiveTacotron: LayerRegistry {
    get throws {
      var registry = LayerRegistry.builtIn
      try registry.register(ProtoExtensions_interpolated_relative_position_biases) {
        InterpolatedRelativePositionBiases($0)
      }
      try registry.register(ProtoExtensions_alignment_layer) { AlignmentLayer($0) }
      return registry
    }
  }
}

extension InterpolatedRelativePositionBiases {
  init(_ message: ProtoInterpolatedRelativePositionBiases) {
    self.init(numHeads: Int(message.numHeads))
    numBuckets = Int(message.numBuckets)
    maxDistance = Int(message.maxDistance)
    maxDistancePenalty = message.maxDistancePenalty
    bidirectional = message.bidirectional
    windowStddev = message.windowStddev
    positionsName = message.hasPositionsName ? message.positionsName : nil
  }
}

extension AlignmentLayer {
  init(_ message: ProtoAlignmentLayer) {
    self.init(sourceName: message.sourceName, rnnUnits: Int(message.rnnUnits))
    numHeads = Int(message.numHeads)
    unitsPerHead = Int(message.unitsPerHead)
    initialDelta = message.initialDelta
    if message.hasBiases { biases = InterpolatedRelativePositionBiases(message.biases) }
    positionsName = message.positionsName
    name = message.hasName ? message.name : nil
  }
}

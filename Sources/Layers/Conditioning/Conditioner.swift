import Programs
import Tensors

/// The arithmetic of conditioning: `combine(x, project(c))` for a sequence `x` and a conditioning `c` of
/// the same timesteps.
struct Conditioner {
  var projection: Conditioning.Projection
  var combination: Conditioning.Combination
  /// The channel shape behind a linear projection; empty for that of `x`.
  var channelShape: Shape = []
  var computeDtype: DType?
  var paramDtype = DType.float32
  var kernelInit: Initializer
  var biasInit = Initializer.zeros
  var scaleOffset = 1.0

  /// The linear map of the conditioning, if there is one.
  private func projector(_ x: ChannelSpec) -> DenseShaped? {
    let shape = channelShape.isEmpty ? x.shape : channelShape
    switch projection {
    case .identity: return nil
    case .linear: return dense(shape)
    case .linearAffine: return dense([2] + shape)
    }
  }

  private func dense(_ shape: Shape) -> DenseShaped {
    DenseShaped(
      outputShape: Dims(shape), computeDtype: computeDtype, paramDtype: paramDtype,
      kernelInit: kernelInit, biasInit: biasInit)
  }

  /// Checks the combination and gives the channels of the output.
  func outputSpec(
    _ x: ChannelSpec, _ conditioning: ChannelSpec, _ layer: any SequenceLayer
  ) throws(LayerError) -> ChannelSpec {
    try check(layer)
    var c = try projector(x)?.outputSpec(for: conditioning, constants: [:]) ?? conditioning
    if projection == .linearAffine { c.shape.removeFirst() }
    let mode: CombinationMode
    switch combination {
    case .concat: return try CombinationMode.concat.combinedSpec([x, c], layer: layer.typeName)
    case .concatBefore:
      return try CombinationMode.concat.combinedSpec([c, x], layer: layer.typeName)
    case .add, .affineShift: mode = .add
    case .mul, .affineScale, .affine: mode = .product
    }
    return try mode.combinedSpec([x, c], layer: layer.typeName)
  }

  private func check(_ layer: any SequenceLayer) throws(LayerError) {
    let needed: Conditioning.Projection? =
      switch combination {
      case .affine: .linearAffine
      case .affineShift, .affineScale: .linear
      case .add, .concat, .mul, .concatBefore: nil
      }
    if let needed, needed != projection {
      throw .config(
        layer, "projection", found: "\(projection.rawValue) with \(combination.rawValue)",
        expected: needed.rawValue)
    }
    guard projection != .linearAffine || combination == .affine else {
      throw .config(
        layer, "combination", found: "\(combination.rawValue) with LINEAR_AFFINE",
        expected: "AFFINE", suggestion: "use LINEAR for a single projection")
    }
  }

  /// Projects and combines; the conditioning has the timesteps of `x`, or one for all.
  func combine(
    _ x: SequenceValue, _ conditioning: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var c = conditioning
    if let projector = projector(x.channelSpec) {
      let scope = ChildScope("dense")
      if context.mode == .step {
        var none = LayerState()
        c = try context.step(
          projector, c, &none, at: scope, latency: context.precedingLatency)
      } else {
        c = try context.layer(projector, c, at: scope)
      }
      if c.time == 1 { context.repeatLastOutput(to: x.time) }
    }
    c = c.broadcastTime(to: x.time)
    switch combination {
    case .add, .affineShift: return CombinationMode.add.combine([x, c], context)
    case .mul: return CombinationMode.product.combine([x, c], context)
    case .concat: return CombinationMode.concat.combine([x, c], context)
    case .concatBefore: return CombinationMode.concat.combine([c, x], context)
    case .affineScale:
      return CombinationMode.product.combine([x, c.mapValues { $0.adding(scaleOffset) }], context)
    case .affine:
      let scale = c.mapValues { $0.element(0, axis: 2).adding(scaleOffset) }
      let shift = c.mapValues { $0.element(1, axis: 2) }
      let scaled = CombinationMode.product.combine([x, scale], context)
      return CombinationMode.add.combine([scaled, shift], context)
    }
  }
}

extension SequenceValue {
  /// One timestep repeated; any other number is kept.
  fileprivate func broadcastTime(to time: Int) -> SequenceValue {
    self.time == 1 ? repeatedTime(time) : self
  }
}

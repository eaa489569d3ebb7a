import Layers
import Runtime
import Tensors

/// Where the original breaks its own contract, so that what it gives is no measure: there the library
/// is only held to the contract.
enum UpstreamBug {
  /// Whether what it gives at valid timesteps depends on what lies at invalid ones.
  ///
  /// - Its `RGLRU` and its monotonic `GmmAttention` take invalid timesteps into the state, so garbage in
  ///   a gap reaches the valid outputs behind it; the former takes an invalid timestep for the first one,
  ///   so padding in front, such as a `Delay` gives, changes what is behind.
  /// - In attention to a streamed source, a query that sees no valid key averages over all timesteps,
  ///   invalid ones behind the source included: padding changes it, and its own steps differ.
  /// - Attention by given positions sees in a whole sequence, not in steps, what they bring near from
  ///   farther away than both horizons.
  static func spoilsValues(
    _ model: Model, _ input: SequenceTensor, _ constants: Constants
  ) throws -> Bool {
    let layer = model.layer
    let paths = recurrences(in: layer, at: "")
    if !paths.isEmpty {
      let taps = try model.layer(input, constants: constants, options: RunOptions(taps: true)).taps
      if paths.contains(where: { taps[$0]?.hasGaps == true }) { return true }
    }
    if let band = PositionedBand(layer), let given = constants[band.positions] {
      return band.seesFar(input, given)
    }
    guard let band = StreamedBand(layer), case .streamed(let source) = constants[band.source] else {
      return false
    }
    return band.hasBlindQuery(input, source)
  }

  /// The paths of layers whose state invalid timesteps enter; they keep the mask of what they see.
  private static func recurrences(in layer: any SequenceLayer, at path: String) -> [String] {
    if layer is RGLRU || (layer as? GmmAttention)?.monotonic == true { return [path] }
    return layer.children.flatMap { child in
      recurrences(in: child.layer, at: LayerPath.join(path, child.scope.path))
    }
  }

  /// Its `InverseSTFT` counts the samples that `semicausal_full` leaves out from the wrong end.
  static func spoilsReceptiveField(_ layer: any SequenceLayer) -> Bool {
    (layer as? InverseSTFT)?.timePadding == .semicausalFull
  }
}

/// The band of self attention by given positions, where both of its horizons are limited.
private struct PositionedBand {
  var positions: String
  var past: Int
  var future: Int

  init?(_ layer: any SequenceLayer) {
    guard let layer = layer as? DotProductSelfAttentionV2, let name = layer.positionName,
      layer.maxPastHorizon >= 0, layer.maxFutureHorizon >= 0
    else { return nil }
    (positions, past, future) = (name, layer.maxPastHorizon, layer.maxFutureHorizon)
  }

  /// Whether positions bring near what is farther away.
  func seesFar(_ input: SequenceTensor, _ constant: ConstantTensor) -> Bool {
    let given: Tensor
    switch constant {
    case .sequence(let x), .streamed(let x): given = x.values
    case .array(let tensor): given = tensor
    }
    guard given.rank == 2, given.shape[0] == 1 || given.shape[0] == input.batch else {
      return false
    }
    let (numbers, time) = (given.doubles(), given.shape[1])
    return (0..<input.batch).contains { row in
      let start = given.shape[0] == 1 ? 0 : row * time
      return (0..<min(time, input.time)).contains { query in
        (0..<min(time, input.time)).contains { key in
          let distance = numbers[start + query] - numbers[start + key]
          let isNear = distance <= Double(past) && -distance <= Double(future)
          let isFar = query - key > past || key - query > future
          return isNear && isFar && input.isValid(row: row, time: query)
            && input.isValid(row: row, time: key)
        }
      }
    }
  }
}

/// The band of attention to a streamed source that averages where nothing can be seen.
private struct StreamedBand {
  var source: String
  var past: Int
  var future: Int

  init?(_ layer: any SequenceLayer) {
    switch layer {
    case let layer as StreamingDotProductAttention
    where !layer.zeroFullyMasked && layer.numSinkEmbeddings == 0 && !layer.useSinkScalars:
      (source, past) = (layer.sourceName, layer.maxPastHorizon)
      future = layer.maxFutureHorizon
    case let layer as StreamingLocalDotProductAttention
    where !layer.zeroFullyMasked && layer.numSinkEmbeddings == 0 && !layer.useSinkScalars:
      (source, past) = (layer.sourceName, layer.maxPastHorizon)
      future = layer.maxFutureHorizon
    default: return nil
    }
  }

  /// Whether a valid timestep of the input sees no valid one of the source.
  func hasBlindQuery(_ input: SequenceTensor, _ source: SequenceTensor) -> Bool {
    guard source.batch == 1 || source.batch == input.batch else { return false }
    return (0..<input.batch).contains { row in
      let sourceRow = source.batch == 1 ? 0 : row
      return (0..<input.time).contains { time in
        let visible = max(0, time - past)..<max(0, min(source.time, time + future + 1), time - past)
        return input.isValid(row: row, time: time)
          && !visible.contains { $0 < source.time && source.isValid(row: sourceRow, time: $0) }
      }
    }
  }
}

extension SequenceTensor {
  /// Whether a valid timestep stands behind an invalid one.
  fileprivate var hasGaps: Bool {
    (0..<batch).contains { row in
      (1..<max(1, time)).contains {
        isValid(row: row, time: $0) && !isValid(row: row, time: $0 - 1)
      }
    }
  }
}

import Layers
import Runtime

/// Where the original breaks its own contract, so that what it gives is no measure: there the library
/// is only held to the contract.
enum OriginalFault {
  /// Its `RGLRU` takes what lies at invalid timesteps into the state, so garbage in a gap reaches the
  /// valid outputs behind it.
  static func spoilsValues(_ layer: any SequenceLayer, _ input: SequenceTensor) -> Bool {
    input.hasGaps && contains(layer) { $0 is RGLRU }
  }

  private static func contains(
    _ layer: any SequenceLayer, _ test: (any SequenceLayer) -> Bool
  ) -> Bool {
    test(layer) || layer.children.contains { contains($0.layer, test) }
  }

  /// Its `InverseSTFT` counts the samples that `semicausal_full` leaves out from the wrong end.
  static func spoilsReceptiveField(_ layer: any SequenceLayer) -> Bool {
    (layer as? InverseSTFT)?.timePadding == .semicausalFull
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

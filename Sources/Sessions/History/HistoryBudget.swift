/// How the memory that a session may keep of its runs is shared out.
package struct HistoryBudget: Hashable, Sendable {
  /// All of it.
  package var byteCount: Int

  package init(_ byteCount: Int) { self.byteCount = byteCount }

  /// The least that anything can be kept in.
  package static let least = 1_000_000
  /// What a session keeps unless the user says otherwise.
  package static let standard = HistoryBudget(512 << 20)

  // A quarter is left for the input, digests and the programs themselves.

  /// Outputs of all layers in the steps that were made or looked at last.
  var values: Int { byteCount / 4 }
  /// Checkpoints of the state.
  var checkpoints: Int { byteCount / 16 * 3 }
  /// The layer-wise run: whole where it fits, else pieces of it.
  var layerWise: Int { byteCount / 4 }
  /// Statistics by span of steps.
  var statistics: Int { byteCount / 16 }
}

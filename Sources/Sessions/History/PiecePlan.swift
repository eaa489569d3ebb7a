import Layers
import Tensors

/// How the layer-wise run of a long input is cut into pieces.
struct PiecePlan: Hashable {
  /// Why a piece can be computed without all that is before it.
  enum Kind: Hashable {
    /// Every output depends on inputs near it: a piece is the layer-wise run of the inputs that it sees.
    case local(past: Int, future: Int)
    /// No output depends on later inputs than the latency says: a piece is one long step, which goes on from
    /// the state behind the piece before.
    case carried
  }

  var kind: Kind
  /// Input timesteps of a piece.
  var time: Int
  /// What all outputs of the largest run take.
  var byteCount: Int

  /// The pieces that may be kept of an input at once.
  static let kept = 3
  private static let mostTime = 1 << 14

  /// Ways to cut an input, the better first; none where every output may depend on all inputs, so that the
  /// whole run has to be kept.
  ///
  /// `bytes` is what the outputs of all layers take for `time` timesteps.
  static func ways(
    _ layer: any SequenceLayer, time: Int, bytes: Int, limit: Int, training: Bool
  ) -> [PiecePlan] {
    // Draws in training depend on the whole sequence's place; whole-sequence layers on all of it.
    guard layer.supportsStep, !training, time > 0 else { return [] }
    let block = max(1, layer.blockSize)
    let each = max(1, bytes / time)
    let room = limit / (2 * kept) / each
    let most = max(1, min(room, mostTime) / block) * block
    var ways: [PiecePlan] = []
    if let field = layer.receptiveFieldPerStep.overall, field.start.isFinite, field.end.isFinite {
      // Once more as many, so that neighbours overlap and can be compared.
      let past = (Int(max(0, -field.start)) / block + 2) * block
      let future = (Int(max(0, field.end)) / block + 1) * block
      if Rational.sum(past, future) <= 4 * most {
        ways.append(
          PiecePlan(
            kind: .local(past: past, future: future), time: most,
            byteCount: Rational.product(Rational.sum(most, Rational.sum(past, future)), each)))
      }
    }
    ways.append(PiecePlan(kind: .carried, time: most, byteCount: Rational.product(most, each)))
    return ways
  }
}

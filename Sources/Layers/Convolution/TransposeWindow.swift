import Programs
import Tensors

/// A window of taps over a signal that is stretched by zeros: what transposed convolutions share
/// about padding, masks, state and receptive field.
///
/// `y[o] = Σ_j w[j] · x̂[o - left + j·d]`, with `x̂` the input and `stride - 1` zeros between
/// neighbours; the impulse response is the kernel reversed in time.
struct TransposeWindow: Hashable, Sendable {
  var size: Int
  var stride: Int
  var dilation: Int
  var mode: PaddingMode

  /// The distance from the first to the last tap, plus 1.
  var span: Int { (size - 1) * dilation + 1 }

  /// Zeros before the stretched input.
  var left: Int {
    switch mode {
    case .same: stride > span - 1 ? span - 1 : (span + stride - 2 + 1) / 2
    case .semicausalFull: span - stride
    case .valid, .causal, .causalValid, .reverseCausal, .reverseCausalValid, .semicausal: span - 1
    }
  }

  /// Zeros behind the stretched input.
  var right: Int {
    switch mode {
    case .valid: stride - 1 + max(span - stride, 0)
    case .same: span + stride - 2 - left
    case .semicausalFull: span - 1
    case .causal, .causalValid, .reverseCausal, .reverseCausalValid, .semicausal: stride - 1
    }
  }

  /// How many partial sums a step leaves for the next.
  var overlap: Int { max(0, span - stride) }

  /// Why a window with this padding cannot step, if it cannot.
  var stepObstacle: String? {
    mode == .causal ? nil : "padding '\(mode.rawValue)' needs outputs before and behind; use causal"
  }

  /// Whether outputs are valid by repeating the input's mask.
  private var repeatsMask: Bool {
    mode == .same || mode == .causal || (mode != .semicausalFull && span <= stride)
  }

  /// The mask of the whole output of `time` timesteps.
  func layerMask(_ mask: Value, time: Int) -> Value {
    let repeated = mask.repeated(stride, axis: 1)
    guard !repeatsMask else { return fitted(repeated, time) }
    // Every output folds the masks of the inputs that its taps meet.
    let isAny = mode == .semicausalFull
    let stuffed = mask.padded(
      low: [0, left], high: [0, right], interior: [0, stride - 1], value: isAny ? 0 : 1)
    let folded = stuffed.windowReduced(
      isAny ? .or : .and,
      WindowDimensions(
        size: [1, size], stride: [1, 1], dilation: [1, dilation], padLow: [0, 0], padHigh: [0, 0]))
    return fitted(folded, time)
  }

  private func fitted(_ mask: Value, _ time: Int) -> Value {
    mask.shape[1] >= time
      ? mask.sliced(axis: 1, from: 0, to: time)
      : mask.padded(axis: 1, low: 0, high: time - mask.shape[1], value: 0)
  }

  /// The inputs that the outputs of one stride depend on.
  var receptiveFieldPerStep: ReceptiveFieldPerStep {
    (0..<stride).map { step in
      var range: ReceptiveField?
      // The original announces the hull of a dilated window, holes included.
      for offset in 0..<span {
        // Only samples count, not the zeros between them.
        let place = step - left + offset
        guard Rational.floorModulo(place, stride) == 0 else { continue }
        let input = Rational.floorDivide(place, stride)
        let here = ReceptiveField(input, input)
        range = range?.union(here) ?? here
      }
      return range
    }
  }
}

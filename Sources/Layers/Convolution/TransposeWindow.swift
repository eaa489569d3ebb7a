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
  /// Nil for explicit padding.
  var mode: PaddingMode?
  /// Zeros before the stretched input.
  var left: Int
  /// Zeros behind it.
  var right: Int

  /// The distance from the first to the last tap, plus 1.
  var span: Int { (size - 1) * dilation + 1 }

  init(_ axis: WindowAxis) {
    (size, stride, dilation) = (axis.size, axis.stride, axis.dilation)
    let reach = (size - 1) * dilation
    switch axis.padding {
    case .explicit(let pair): (left, right) = (pair.left, pair.right)
    case .mode(let mode):
      self.mode = mode
      switch mode {
      case .valid: (left, right) = (reach, stride - 1 + max(reach + 1 - stride, 0))
      case .same:
        let all = reach + stride - 1
        left = stride > reach ? reach : (all + 1) / 2
        right = all - left
      case .semicausalFull: (left, right) = (reach + 1 - stride, reach)
      case .causal, .causalValid, .reverseCausal, .reverseCausalValid, .semicausal:
        (left, right) = (reach, stride - 1)
      }
    }
  }

  /// Checks that there is such a transposed window.
  func check(_ layer: any SequenceLayer, _ field: String) throws(LayerError) {
    guard let mode else { return }
    guard [.valid, .same, .causal, .causalValid, .semicausalFull].contains(mode) else {
      throw .config(
        layer, field, found: mode.rawValue,
        expected: "valid, same, causal, causal_valid or semicausal_full")
    }
    guard mode != .causalValid || dilation == 1 || span <= stride else {
      throw .config(
        layer, field, found: "causal_valid with a dilation of \(dilation)",
        expected: "a dilation of 1",
        suggestion: "use causal")
    }
    guard mode != .semicausalFull || span >= stride else {
      throw .config(
        layer, field, found: "semicausal_full with a window of \(span) under stride \(stride)",
        expected: "a window at least as long as the stride", suggestion: "use causal")
    }
  }

  /// The number of outputs along an axis of that extent.
  func outputExtent(_ extent: Int) -> Int {
    extent == 0 ? 0 : max(0, (extent - 1) * stride + 1 + left + right - (span - 1))
  }

  /// How many of the first step-wise inputs come before the first layer-wise one: an output may depend on
  /// so many later ones.
  var inputLatency: Int {
    guard stepObstacle == nil else { return 0 }
    return Rational(span - 1 - left, stride).ceiling
  }

  /// How many inputs before a block its outputs depend on, in steps.
  var memory: Int { inputLatency + left / stride }

  /// Zeros before the stretched memory and block, and behind them, in steps.
  var stepPadding: (left: Int, right: Int) {
    (left % stride, span - 1 - left + stride - 1 - inputLatency * stride)
  }

  /// Why a window with this padding cannot step, if it cannot.
  var stepObstacle: String? {
    switch mode {
    case .causal, .causalValid, .same: nil
    case .valid:
      "padding 'valid' gives outputs behind the last input; .causal leaves out the last "
        + "\(max(0, span - stride)) and is another function"
    case let mode:
      "padding '\(mode?.rawValue ?? "explicit")' has no streaming form; .causal is another function"
    }
  }

  /// Whether outputs are valid by repeating the input's mask.
  var repeatsMask: Bool {
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

  /// The mask of a block behind the masks of `memory` timesteps, where every output is valid if all inputs that
  /// its taps meet are.
  func stepMask(_ mask: Value, time: Int) -> Value {
    let padding = stepPadding
    let stuffed = mask.padded(
      low: [0, padding.left], high: [0, padding.right], interior: [0, stride - 1], value: 1)
    let folded = stuffed.windowReduced(
      .and,
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
      // Only samples count, not the zeros between them; the holes of a dilated window do, as the
      // original has it.
      let first = -Rational.floorDivide(left - step, stride)
      let last = Rational.floorDivide(step - left + span - 1, stride)
      return first > last ? nil : ReceptiveField(first, last)
    }
  }
}

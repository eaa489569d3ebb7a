import Tensors

extension PaddingMode {
  /// What the mode adds before and after an axis whose windows reach over `reach` more elements than
  /// their first.
  func amounts(reach: Int, stride: Int) -> (left: Int, right: Int) {
    let lookBack = max(reach + 1 - stride, 0)
    return switch self {
    case .valid: (0, 0)
    case .same: (reach / 2, reach - reach / 2)
    case .causal, .causalValid: (reach, 0)
    case .reverseCausal, .reverseCausalValid: (0, reach)
    case .semicausal: (lookBack, reach - lookBack)
    case .semicausalFull: (lookBack, reach)
    }
  }

  /// Why a window with this padding that reaches over `reach` more elements than its first cannot step, if
  /// it cannot.
  func windowStepObstacle(reach: Int) -> String? {
    switch self {
    case .valid:
      "padding 'valid' gives nothing for the last \(reach) timesteps; .reverseCausalValid is the same "
        + "function with a latency of \(reach)"
    case .same, .causal, .causalValid, .reverseCausal, .reverseCausalValid, .semicausal,
      .semicausalFull:
      nil
    }
  }

  /// The mode as the original's TensorFlow layers mean it: there causal and reverse_causal outputs are
  /// valid only if every tap is.
  var withEveryTapValid: PaddingMode {
    switch self {
    case .causal: .causalValid
    case .reverseCausal: .reverseCausalValid
    case .valid, .same, .causalValid, .reverseCausalValid, .semicausal, .semicausalFull: self
    }
  }
}

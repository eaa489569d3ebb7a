import Programs
import Tensors

extension Rewrite {
  /// Composites are replaced by their expansions, but for ``LSTMStep``, which is there only where the target has
  /// it as an operator, and for a softmax over the last axis in single precision where that is one.
  static func inlineComposites(keepsSoftmax: Bool) -> Rewrite {
    @Sendable func expanded(_ composite: CompositeOp, _ operands: [Value]) -> [Value] {
      let inner = try? composite.body.rewritten(inlineComposites(keepsSoftmax: keepsSoftmax))
      return operands[0].builder.inline(inner ?? composite.body, operands)
    }
    return Rewrite(name: "composites") { operation in
      guard case .composite(let composite) = operation.op else { return nil }
      let operands = operation.operands
      guard let known = composite.known else {
        return composite.name == LSTMStep.name ? nil : expanded(composite, operands)
      }
      switch known {
      case .softmax(let axis):
        let x = operands[0]
        let isOperator = keepsSoftmax && axis == x.rank - 1 && x.dtype == .float32
        return isOperator && !x.shape.contains(0) ? nil : expanded(composite, operands)
      case .rmsNorm, .layerNorm, .lstmCell, .attention, .complexAbs, .gradientClipping:
        return expanded(composite, operands)
      }
    }
  }

  /// What stops gradients does not change values.
  static let removeStops = Rewrite(name: "stopGradient") { operation in
    guard case .stopGradient = operation.op else { return nil }
    return operation.operands
  }
}

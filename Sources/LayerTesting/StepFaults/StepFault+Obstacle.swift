package import Layers
import Programs
import Tensors

extension StepFault {
  /// Why it cannot be put into this step, in words that go on behind the layer's path; nil where it can.
  ///
  /// - Precondition: the trace shows what layers give.
  package func obstacle(in trace: LayerTrace) -> String? {
    let program = trace.program
    guard let found = FaultedLayer(self, trace) else {
      return "is not computed by itself in a step"
    }
    let hasOwn = program.instructions.contains { isInside(program.scopes[$0.scope]) }
    let isPassing = found.input.map { $0 == found.output } ?? false
    let isFloating = program[found.output.values].dtype.isFloating
    switch kind {
    case .staleState, .dropState, .resetState:
      return found.leaves.isEmpty ? "keeps no state" : nil
    case .shortWindow, .shiftedWindow:
      return found.windows.isEmpty ? "keeps no window of timesteps" : nil
    case .wrongPosition:
      return found.leaves.contains(where: found.isCounter) ? nil : "counts no positions"
    case .mixStateRows:
      if found.rows < 2 { return "has one row only" }
      return found.leaves.isEmpty ? "keeps no state" : nil
    case .maskMultiply:
      return MaskedSelects(program).places.contains { isInside(program.scopes[$0.scope]) }
        ? nil : "puts no 0 in the place of invalid input"
    case .readPadding:
      return hasOwn && found.input != nil ? nil : "computes nothing from its input"
    case .noRightContext:
      return found.ownLatency > 0 ? nil : "does not look ahead"
    case .doubleBias:
      return found.biases(program).isEmpty ? "adds no bias" : nil
    case .noFlush:
      return found.place.outputLatency > 0
        ? nil : "gives everything at once: nothing is inside when the input ends"
    case .wrongTrim:
      if isPassing { return "gives its input as it is" }
      return found.ownLatency > 0 ? nil : "has no warm-up of its own"
    case .mixRows:
      if isPassing { return "gives its input as it is" }
      return found.rows < 2 ? "has one row only" : nil
    case .scaled, .blockStatistics, .notANumber:
      if isPassing { return "gives its input as it is" }
      return isFloating ? nil : "gives whole numbers"
    case .loseTimestep, .repeatTimestep, .wrongMask:
      return isPassing ? "gives its input as it is" : nil
    }
  }
}

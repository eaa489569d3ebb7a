import Layers
package import Programs
import Runtime
import Tensors

/// A seeded mistake in the step-wise run of one layer: what a wrong streaming implementation does.
package struct Fault: Hashable, Sendable {
  /// The kinds of mistakes.
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Every step starts from the state of one step earlier.
    case staleState = "stale-state"
    /// A step's new state is lost.
    case dropState = "drop-state"
    /// Invalid input is multiplied by 0 instead of replaced by 0.
    case maskMultiply = "mask-multiply"
  }

  package var path: String
  package var kind: Kind
  /// The step in which it happens; in all steps if nil.
  package var step: Int?

  /// Such as `c2 stale-state at 5`.
  package var text: String {
    "\(path.isEmpty ? "." : path) \(kind.rawValue)" + (step.map { " at \($0)" } ?? "")
  }

  func isActive(at position: Int) -> Bool { step == nil || step == position }

  /// Puts older values in the place of the layer's state.
  func replaceState(of stream: Runtime.Stream, by old: [Int: Tensor]) {
    for (index, value) in old where isOwner(of: stream.leaves[index].path) {
      stream.setValue(of: index, value)
    }
  }

  /// Whether a state leaf belongs to the layer or one inside it.
  func isOwner(of leaf: String) -> Bool {
    path.isEmpty || leaf.hasPrefix(path + "/") || leaf.hasPrefix(path + "[")
  }
}

extension Program {
  /// The program with every `select(mask, x, 0)` of these layers turned into `x * mask`.
  package func multiplyingMasks(inLayers paths: [String]) -> Program {
    var result = self
    var zeros: Set<ValueID> = []
    for instruction in instructions {
      switch instruction.op {
      case .constant(let tensor) where tensor.rank == 0 && tensor.double(at: 0) == 0:
        zeros.formUnion(instruction.results)
      case .movement(.broadcast) where zeros.contains(instruction.operands[0]):
        zeros.formUnion(instruction.results)
      case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
        .movement, .reduction, .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
        break
      }
    }
    result.instructions = []
    for instruction in instructions {
      let isInside = paths.contains { path in
        let scope = scopes[instruction.scope]
        return path.isEmpty || scope == path || scope.hasPrefix(path + "/")
      }
      guard isInside, case .select = instruction.op, zeros.contains(instruction.operands[2]),
        self[instruction.operands[1]].dtype.isFloating
      else {
        result.instructions.append(instruction)
        continue
      }
      let type = self[instruction.operands[1]]
      let factor = ValueID(result.types.count)
      result.types.append(type)
      result.instructions.append(
        Instruction(
          op: .convert(type.dtype), operands: [instruction.operands[0]], results: [factor],
          scope: instruction.scope))
      result.instructions.append(
        Instruction(
          op: .binary(.mul), operands: [instruction.operands[1], factor],
          results: instruction.results, scope: instruction.scope))
    }
    return result
  }
}

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

  /// Whether a state leaf belongs to the layer or one inside it.
  func isOwner(of leaf: String) -> Bool { path.isEmpty || leaf != path && leaf.isInside(path) }
}

extension ModelRun {
  /// Why a fault changes nothing here, if that can be told; and what is done to show it.
  func obstacle(to fault: Fault) throws -> String? {
    guard let stream else { return nil }
    guard fault.kind == .maskMultiply else {
      let hasState = stream.leaves.contains { fault.isOwner(of: $0.path) }
      return hasState ? nil : "\(fault.path.shown) keeps no state, so this changes nothing"
    }
    let request = TraceRequest(
      batch: input.batch, time: stream.blockSize, input: model.input,
      constants: constants.block(0..<stream.blockSize).specs,
      options: TraceOptions(training: model.training, poisonsInvalid: true))
    let program = try model.trace(.step, request).program
    guard program.multiplyingMasks(inLayers: [fault.path]) != nil else {
      return "\(fault.path.shown) puts no 0 in the place of invalid input, so this changes nothing"
    }
    let text =
      "invalid timesteps hold NaN now, to show where it is multiplied by 0 instead of replaced"
    let hasGaps = input.lengths != input.ends
    return hasGaps
      ? text
      : "\(text); behind the ends of rows only layers that look ahead see it: give gaps by "
        + "input … --mask FILE, or verify, which tries gaps"
  }
}

extension [Fault] {
  /// The layers that multiply by their masks.
  var multiplyingLayers: [String] { filter { $0.kind == .maskMultiply }.map(\.path) }
}

extension Program {
  /// The program with every `select(mask, x, 0)` of these layers turned into `x * mask`; nil where they
  /// have none.
  package func multiplyingMasks(inLayers paths: [String]) -> Program? {
    var result = self
    var count = 0
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
      let isInside = paths.contains { scopes[instruction.scope].isInside($0) }
      guard isInside, case .select = instruction.op, zeros.contains(instruction.operands[2]),
        self[instruction.operands[1]].dtype.isFloating
      else {
        result.instructions.append(instruction)
        continue
      }
      count += 1
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
    return count > 0 ? result : nil
  }
}

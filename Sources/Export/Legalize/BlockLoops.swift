import Programs
import Tensors

extension Rewrite {
  /// Loops of no turn give what they carry as it came, and nothing stacked.
  static let removeEmptyLoops = Rewrite(name: "empty loops") { operation in
    guard case .loop(let loop) = operation.op, loop.tripCount == 0 else { return nil }
    let carried = operation.operands[loop.capturedCount...].prefix(loop.carriedCount)
    let stacked = operation.results[loop.carriedCount...].map { operation.builder.full(0, $0) }
    return Array(carried) + stacked
  }

  /// Loops of many turns as loops of blocks of turns: a runtime that copies what a loop carries in every
  /// turn, whole sequences among it, then copies a block only.
  static func blockLoops(above turns: Int, blockSize: Int) -> Rewrite {
    Rewrite(name: "loops") { operation in
      guard case .loop(let loop) = operation.op, loop.tripCount > turns else { return nil }
      return loop.inBlocks(of: blockSize, operation.operands, operation.builder)
    }
  }
}

extension LoopOp {
  fileprivate func inBlocks(
    of size: Int, _ operands: [Value], _ builder: ProgramBuilder
  ) -> [Value] {
    let captured = Array(operands[..<capturedCount])
    let start = capturedCount + carriedCount
    var carried = Array(operands[capturedCount..<start])
    let sequences = Array(operands[start...])
    let blocks = tripCount / size
    let rest = tripCount - blocks * size
    func turns(_ count: Int, _ carried: [Value], _ slices: [Value]) -> [Value] {
      var part = self
      part.tripCount = count
      return slices.first?.builder.append(.loop(part), captured + carried + slices)
        ?? builder.append(.loop(part), captured + carried)
    }
    // In reverse the turns of the last, short block come first.
    let whole = reverse ? rest..<tripCount : 0..<(blocks * size)
    let short = reverse ? 0..<rest : (blocks * size)..<tripCount
    func cut(_ range: Range<Int>) -> [Value] {
      sequences.map { $0.sliced(axis: axis, from: range.lowerBound, to: range.upperBound) }
    }
    // Blocks lie on an axis of their own, in front of the one of turns.
    let blocked = cut(whole).map { value in
      var shape = value.shape
      shape.replaceSubrange(axis...axis, with: [blocks, size])
      return value.reshaped(shape)
    }
    let results = builder.loop(
      tripCount: blocks, axis: axis, reverse: reverse, captured: captured, carried: carried,
      sliced: blocked
    ) { outer, state, slices in
      var inner = self
      inner.tripCount = size
      let operands = outer + state + slices
      guard let first = operands.first else { return ([], []) }
      let values = first.builder.append(.loop(inner), operands)
      return (Array(values[..<carriedCount]), Array(values[carriedCount...]))
    }
    carried = results.carried
    var stacked = results.stacked.map { value in
      var shape = value.shape
      shape.replaceSubrange(axis...(axis + 1), with: [blocks * size])
      return value.reshaped(shape)
    }
    guard rest > 0 else { return carried + stacked }
    let last = turns(rest, carried, cut(short))
    carried = Array(last[..<carriedCount])
    stacked = zip(stacked, last[carriedCount...]).map { long, end in
      Value.concatenate(reverse ? [end, long] : [long, end], axis: axis)
    }
    return carried + stacked
  }
}

import Comparison
import Tensors

/// Whether a state goes from each block to the next as it should.
struct StateHandOverTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    guard !evidence.blocks.isEmpty, let block = evidence.firstBlock,
      let offset = evidence.firstOffset
    else { return [] }
    var carried = CauseFinding(.cacheNotCarried)
    var reset = CauseFinding(.resetEachBlock)
    func both(_ body: (inout CauseFinding) -> Void) {
      body(&carried)
      body(&reset)
    }
    let isSeam = offset == 0 && block.index > 0
    let seamWeight = evidence.hasLongBlocks ? 1.5 : 0.75
    both { finding in
      finding.support(
        isSeam, seamWeight,
        "the first difference is at the start of block \(block.index), where a state is read first")
      finding.support(
        isSeam, 0.25,
        block.index == 1 ? "block 0 is equal" : "blocks 0 to \(block.index - 1) are equal")
      finding.contradict(
        block.index == 0, 3, "block 0 differs already, before which nothing was handed on")
      finding.contradict(
        offset > 0 && block.index > 0, 1.5,
        "the first difference is \(offset) timesteps behind the start of block \(block.index)")
      finding.contradict(
        evidence.lateInBlocks, 2, "wrong blocks differ at their end and are equal at their start")
      let isPrefix = evidence.prefixLength.map { $0 > 0 } ?? false
      finding.support(
        isPrefix && block.index > 0, 0.75,
        "every wrong block differs in its first \(evidence.prefixLength ?? 0) timesteps at most and "
          + "is equal behind them")
      finding.support(
        isSeam && evidence.isFeedKnown, 0.5,
        "all that feeds it is equal, so that only what it keeps from block to block is left")
      finding.contradict(
        evidence.isStateless, 1, "\(evidence.place.typeName ?? "such a place") has no state")
      finding.contradict(
        !evidence.equalRows.isEmpty && evidence.offline.rowCount > 1, 0.5,
        "rows \(NumberRanges.text(evidence.equalRows)) are equal")
    }
    reset.support(
      isSeam && block.index == 1, 0.25,
      "it shows at the first seam, as a state that begins anew does")
    reset.contradict(
      isSeam && block.index > 1, 1.5,
      "the seams before t \(evidence.firstTime) show nothing, though a state that begins anew is wrong "
        + "at the first")
    let later = evidence.blocksFromFirst.dropFirst().filter { $0.times.count > 0 }
    let startRight = later.count { $0.differing.first != 0 }
    reset.contradict(
      isSeam && later.count > 1 && 2 * startRight > later.count, 3,
      "\(startRight) of the \(later.count) blocks behind it start right, though a state that begins anew is "
        + "wrong at each")
    carried.support(
      isSeam && evidence.isNamed(["conv", "cache", "attn", "attention"]), 0.5,
      "\(evidence.place.path) is named as something that keeps a cache")
    reset.support(
      isSeam && evidence.isNamed(["lstm", "gru", "rnn", "recurrent"]), 0.5,
      "\(evidence.place.path) is named as something recurrent")
    addBeginnings(evidence, &carried, &reset)
    addStates(evidence, block.index, &carried, &reset)
    return [carried, reset]
  }

  /// Whether wrong blocks begin with what feeds the place as it is, as OFFLINE does at t 0 only: an attention
  /// that sees one key, a mean of one timestep.
  private func addBeginnings(
    _ evidence: CauseEvidence, _ carried: inout CauseFinding, _ reset: inout CauseFinding
  ) {
    let wrong = evidence.wrongBlocks.filter { $0.differing.first == 0 && $0.times.lowerBound > 0 }
    // What is turned by the angle 0 is what it was: that speaks of positions.
    guard evidence.start == 0, !wrong.isEmpty, evidence.turnedShare ?? 0 < 0.98 else { return }
    for feed in evidence.feeds where feed.offline.channelCount == evidence.offline.channelCount {
      func isFed(_ output: ComparedArray, _ input: ComparedArray, _ time: Int) -> Bool {
        (0..<output.rowCount).allSatisfy { row in
          guard output.isValid(row, time) else { return true }
          let (a, b) = (output.start(row, time), input.start(row, time))
          return (0..<output.channelCount).allSatisfy {
            !evidence.comparison.criterion.differs(output.values[a + $0], input.values[b + $0])
          }
        }
      }
      let times = 1..<max(evidence.offline.timeCount, 1)
      let isFirstOnly =
        isFed(evidence.offline, feed.offline, 0)
        && 4 * times.count { isFed(evidence.offline, feed.offline, $0) } <= times.count
      guard isFirstOnly else { continue }
      let anew = wrong.filter { isFed(evidence.stream, feed.stream, $0.times.lowerBound) }
      guard let first = anew.first else { continue }
      let text =
        "at t \(first.times.lowerBound), the start of block \(first.index), it gives what \(feed.path) "
        + "gives, as OFFLINE does at t 0 only: nothing of what came before is seen"
      carried.support(true, 3, text)
      reset.support(
        anew.count == wrong.count && wrong.count > 1, 5,
        text + ", and so in all \(wrong.count) wrong blocks")
      return
    }
  }

  private func addStates(
    _ evidence: CauseEvidence, _ block: Int, _ carried: inout CauseFinding,
    _ reset: inout CauseFinding
  ) {
    for held in evidence.held {
      let name = held.state.name
      guard let wrong = held.firstWrong else {
        let isRight =
          held.state.isEntering && held.source != evidence.place.path
          && (held.state.isOwn || held.source == evidence.feed?.path)
        let text =
          "\(name) holds the last \(held.length) timesteps of \(held.source) before every block"
        carried.contradict(isRight, 2, text)
        reset.contradict(isRight, 2, text)
        continue
      }
      guard (block - 1...block + 1).contains(wrong.block) else { continue }
      // A window that is one timestep short.
      if held.isShort || wrong.holdsOtherRow { continue }
      let isZero = held.entries.allSatisfy { entry in
        entry.missing.isEmpty || entry.slots.allSatisfy { $0 == .zero }
      }
      carried.support(true, 4, "\(name): \(held.text(wrong))")
      reset.support(isZero && held.state.isEntering, 5, "\(name): \(held.text(wrong))")
    }
    // Flags of what is valid are the same in every full window.
    for leaf in evidence.states
    where leaf.isOwn && leaf.count > 2 && leaf.values.dtype != .bool
      && leaf.values.channelCount > 1
    {
      guard let constant = leaf.constant(from: 1) else { continue }
      let what = constant.isZero ? "zero" : "the same"
      let text = "\(leaf.name) is \(what) before every block from block 1 on"
      // What a block leaves as it was is a cache that is not filled, if a block could not fill it anyway; what is
      // left and not handed on, a state that begins anew.
      let isLonger =
        evidence.place.cache.map { cache in
          evidence.blocks.allSatisfy { $0.times.count < cache.shape[0] }
        } ?? true
      let isLeftSo =
        isLonger
        && evidence.states.contains {
          $0.isOwn && !$0.isEntering && $0.values.channelCount == leaf.values.channelCount
            && $0.constant(from: 1) != nil
        }
      if leaf.isEntering, !isLeftSo, constant.isInitial || constant.isZero {
        reset.support(true, 4, text)
        carried.support(true, 3, text)
      } else {
        carried.support(true, constant.isZero ? 3 : 2, text)
        reset.support(constant.isZero, 2, text)
      }
    }
    for (entering, leaving, index, isOtherRow) in evidence.brokenHandOvers
    where index >= block - 1 && !isOtherRow {
      let text = "\(entering) before block \(index) is not \(leaving) behind block \(index - 1)"
      let constant = evidence.states.first { $0.name == entering }?.constant(from: 1)
      let isAnew = constant.map { $0.isZero || $0.isInitial } ?? false
      carried.support(true, 4, text)
      reset.support(isAnew, 4.5, text + ", but what the run began with")
    }
  }
}

extension StateSeries {
  /// Whether all known entries from an index on are the same, and what they are.
  func constant(from index: Int) -> (isZero: Bool, isInitial: Bool)? {
    let known = (index..<count).filter(isKnown)
    guard known.count > 1, let first = known.first else { return nil }
    for row in 0..<values.rowCount {
      let value = entry(row, first)
      for other in known.dropFirst() where !entry(row, other).elementsEqual(value) { return nil }
    }
    let rows = 0..<values.rowCount
    let isZero = rows.allSatisfy { entry($0, first).allSatisfy { $0 == 0 } }
    let isInitial =
      isKnown(0) && rows.allSatisfy { entry($0, first).elementsEqual(entry($0, 0)) }
    return (isZero, isInitial)
  }
}

extension CauseEvidence {
  /// In how many timesteps from their start wrong blocks differ at most, where all are equal behind; nil where
  /// that is not so.
  var prefixLength: Int? {
    let wrong = wrongBlocks.filter { $0.times.count > 1 }
    guard !wrong.isEmpty, wrong.allSatisfy({ !$0.isWhole || $0.times.count == 1 }) else {
      return nil
    }
    let isPrefix = wrong.allSatisfy { block in
      guard let last = block.differing.last else { return false }
      return last < block.times.count - 1 && block.differing[0] == 0
    }
    return isPrefix ? wrong.map { ($0.differing.last ?? 0) + 1 }.max() : nil
  }

  /// Whether most wrong blocks differ at their end and are equal at their start.
  var lateInBlocks: Bool {
    let wrong = wrongBlocks.filter { $0.times.count > 1 }
    let late = wrong.count { block in
      block.differing.first != 0 && block.differing.last == block.times.count - 1
    }
    return !wrong.isEmpty && 5 * late >= 4 * wrong.count
  }

  /// Whether what is computed here is known to keep nothing from one timestep to the next.
  var isStateless: Bool {
    guard place.states.isEmpty, let name = place.typeName?.lowercased() else { return false }
    let stateless = [
      "matmul", "add", "mul", "sub", "div", "relu", "sigmoid", "tanh", "softmax", "dense", "linear",
      "gemm", "layernorm", "activation", "leakyrelu", "sqrt", "pow", "reducemean", "rmsnorm",
    ]
    return stateless.contains { name.contains($0) } && !name.contains("conv")
  }
}

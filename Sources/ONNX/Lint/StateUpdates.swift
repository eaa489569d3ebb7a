import Layers
import Programs

/// Finds states that are handed something else than the end of what they are the past of.
///
/// The graph is traced for blocks of several lengths, because many faults show with short blocks only.
struct StateUpdates {
  let source: OnnxSource
  let interface: GraphInterface
  let growth: TimeGrowth

  init(_ source: OnnxSource, _ interface: GraphInterface, _ growth: TimeGrowth) {
    (self.source, self.interface, self.growth) = (source, interface, growth)
  }

  /// What one length of block shows of a state.
  private struct Trial {
    var block: Int
    var window: StateWindow?
    var fault: (kind: StateFault, step: Int)?
  }

  /// The findings in the order of the states; `isUnreached` says which values the sequence never reaches.
  func findings(isUnreached: (String) -> Bool) -> [LintFinding] {
    guard !interface.states.isEmpty, growth.trace != nil else { return [] }
    let runs = runs()
    return interface.states.indices.flatMap { index -> [LintFinding] in
      let pair = interface.states[index]
      if let found = counter(index) { return [found] }
      if isUnreached(growth.trace?.outputs[pair.output] ?? pair.output) {
        return unreached(index, runs.first?.windows)
      }
      if let finding = runs.first.flatMap({ grown(index, $0.windows) }) { return [finding] }
      let trials = runs.map { trial($0.windows, $0.block, index) }
      if let found = finding(index, trials) { return [found] }
      return (runs.first.flatMap { untouched(index, $0.windows) }.map { [$0] } ?? [])
    } + misread(runs)
  }

  /// The states of which it was not found what they are the past of, so that nothing is said of them.
  func unfollowed() -> [String] {
    guard growth.trace != nil else { return interface.states.map(\.input) }
    let runs = runs()
    return interface.states.indices.filter { index in
      interface.growingAxis(index) == nil && !isCounting(index)
        && !runs.contains { run in run.windows.windows.contains { $0.state == index } }
    }.map { interface.states[$0].input }
  }

  // MARK: - Trials

  /// The windows for blocks of several lengths, the shortest first.
  private func runs() -> [(block: Int, windows: StateWindows)] {
    guard interface.geometry == .frames else {
      let trace = try? LintTrace(source, interface, time: interface.runTime)
      return trace.flatMap { try? StateWindows($0) }.map { [(interface.block, $0)] } ?? []
    }
    var runs: [(block: Int, windows: StateWindows)] = []
    func add(_ count: Int) {
      let block = count * interface.block
      guard !runs.contains(where: { $0.block == block }),
        let trace = try? LintTrace(source, interface, time: block),
        let windows = try? StateWindows(trace)
      else { return }
      runs.append((block, windows))
    }
    for count in 1...3 { add(count) }
    // A block as long as the past, and a longer one.
    let longest =
      runs.last.map { run in
        run.windows.windows.map { ($0.past.count * run.block + $0.added - 1) / max($0.added, 1) }
      }?.max() ?? 0
    let count = (longest + interface.block - 1) / interface.block
    if count > 3, count < 1 << 10 { [count - 1, count, count + 1].forEach(add) }
    return runs.sorted { $0.block < $1.block }
  }

  private func trial(_ windows: StateWindows, _ block: Int, _ state: Int) -> Trial {
    var trial = Trial(block: block)
    guard let next = windows.next[state],
      next.count == windows.elementCount(of: state)
    else { return trial }
    let overlaps =
      if case .window(let size, let hop) = interface.geometry { hop < size } else { false }
    for window in windows.windows where window.state == state {
      trial.window = trial.window ?? window
      guard
        let (kind, step) = window.fault(next, among: windows, mayLag: overlaps),
        step < trial.fault?.step ?? .max
      else { continue }
      trial.window = window
      trial.fault = (kind, step)
    }
    return trial
  }

  // MARK: - Findings

  private func finding(_ state: Int, _ trials: [Trial]) -> LintFinding? {
    // With the shortest blocks several faults look as if nothing came in.
    let wrong = trials.filter { $0.fault != nil }
    let telling = wrong.first { $0.fault?.kind != .unchanged } ?? wrong.first
    guard let fault = telling?.fault, let window = telling?.window else { return nil }
    let words = StateFaultWords(
      fault: fault.kind, window: window, pair: interface.states[state],
      others: interface.states.map(\.input))
    return found(state, words.cause, effect(trials), words.cure)
  }

  func found(_ state: Int, _ cause: String, _ effect: String, _ cure: String) -> LintFinding {
    let pair = interface.states[state]
    let name = growth.trace?.outputs[pair.output] ?? pair.output
    let node = growth.nodes.last { $0.outputs.contains(name) }
    var finding = LintFinding(
      place: node?.place ?? pair.output, operation: node?.node.operation ?? "state",
      cause: "the state \(pair.output) \(cause)", effect: effect, cure: cure)
    finding.state = pair.input
    return finding
  }

  /// From which timestep on blocks of which length are wrong.
  private func effect(_ trials: [Trial]) -> String {
    let wrong = trials.compactMap { trial in
      trial.fault.map { (block: trial.block, start: $0.step * trial.block) }
    }
    guard interface.geometry == .frames else {
      return "wrong from timestep \(wrong.first?.start ?? 0) on"
    }
    let right = trials.filter { $0.fault == nil && $0.window != nil }.map { "\($0.block)" }
    let parts = wrong.map { "with blocks of \($0.block) wrong from timestep \($0.start) on" }
    return parts.joined(separator: ", ")
      + (right.isEmpty ? "" : "; right with blocks of \(right.joined(separator: ", "))")
  }

  /// A state that the sequence never reaches.
  private func unreached(_ state: Int, _ windows: StateWindows?) -> [LintFinding] {
    let pair = interface.states[state]
    // What a decoder reads of its encoder is computed once and stays.
    if pair.input.contains("encoder") { return [] }
    // A counter is computed from itself alone.
    guard let windows, let next = windows.next[state],
      next.allSatisfy({ $0.isConstant || $0.value == windows.inputs[state] })
    else { return [] }
    let isCleared = next.allSatisfy(\.isConstant)
    return [
      found(
        state,
        isCleared
          ? "does not depend on the sequence: it is set to \(next.first == .zero ? "zero" : "a constant") in every step"
          : "does not depend on the sequence: it stays as \(pair.input) was",
        "every timestep from the second block on \(isCleared ? "sees no past" : "sees the past of the first")",
        "give the newest timesteps or the last value of the recurrence as \(pair.output)")
    ]
  }

  /// A part of a state that something is computed from and that no step changes.
  private func untouched(_ state: Int, _ windows: StateWindows) -> LintFinding? {
    guard let next = windows.next[state], next.count == windows.elementCount(of: state) else {
      return nil
    }
    let read = windows.read.filter { $0.value == windows.inputs[state] }
    let stays = read.filter { next[$0.place] == $0 }
    let cleared = read.filter { next[$0.place].isConstant }
    guard !stays.isEmpty || !cleared.isEmpty else { return nil }
    let pair = interface.states[state]
    let (count, what) =
      stays.isEmpty
      ? (cleared.count, "is set to a constant in every step")
      : (stays.count, "stays as it was in \(pair.input)")
    return found(
      state, "\(what) in \(count) of its \(next.count) elements, which are read",
      "every timestep from the second block on that depends on them",
      "give what they are the past of as that part of \(pair.output)")
  }

  /// Windows whose new timesteps stand in another order than those of the past.
  private func misread(_ runs: [(block: Int, windows: StateWindows)]) -> [LintFinding] {
    guard interface.geometry == .frames, runs.count > 1 else { return [] }
    let (short, long) = (runs[0].windows.windows, runs[1].windows.windows)
    var places: Set<String> = []
    return long.compactMap { window in
      // Only where entries are timesteps: there are more of them in longer blocks.
      guard !window.isOrdered, places.insert(window.place).inserted,
        short.contains(where: {
          $0.place == window.place && $0.state == window.state && $0.added < window.added
        })
      else { return nil }
      let pair = interface.states[window.state]
      let node = growth.nodes.first { $0.place == window.place }
      return LintFinding(
        place: window.place, operation: node?.node.operation ?? "Concat",
        cause: window.isNewestFirst
          ? "reads the block before its past: \(pair.input) is joined behind it"
          : "reads the timesteps of the block in reverse, behind \(pair.input)",
        effect: "every block of more than one timestep is out of order",
        cure: "join them in the order of time: Concat(\(pair.input), block)")
    }
  }
}

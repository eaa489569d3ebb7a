import Layers
import Programs
import Tensors

// Caches that grow: what was there has to stay, in its place, with the new entries behind it.
extension StateUpdates {
  /// What is wrong with what a cache that grows is handed, if something is.
  func grown(_ state: Int, _ windows: StateWindows) -> LintFinding? {
    guard let axis = interface.growingAxis(state), let next = windows.next[state] else {
      return nil
    }
    let shape = windows.shape(of: state)
    let past = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    guard past > 0, inner > 0, !next.isEmpty else { return nil }
    let outer = shape[..<axis].reduce(1, *)
    let total = next.count / max(outer * inner, 1)
    func holdsPast(from first: Int) -> Bool {
      (0..<shape.elementCount).allSatisfy { place in
        let (row, rest) = place.quotientAndRemainder(dividingBy: past * inner)
        let found = next[(row * total + first) * inner + rest]
        return found.value == windows.inputs[state] && found.place == place
      }
    }
    if holdsPast(from: 0) { return nil }
    let pair = interface.states[state]
    let cause =
      holdsPast(from: total - past)
      ? "has the timesteps of the block before those of the past"
      : next.allSatisfy(\.isConstant)
        ? "is set to a constant in every step"
        : "does not begin with what \(pair.input) held"
    return found(
      state, cause,
      "every timestep from the second block on, where it matters which timestep an entry is",
      "join the block behind the past: Concat(\(pair.input), block)")
  }
}

// Counters: they have to move on by what a block adds.
extension StateUpdates {
  /// A state that moves on by the same number, however long the block is.
  func counter(_ state: Int) -> LintFinding? {
    guard let (short, long) = increments(state), short == long else { return nil }
    return found(
      state, "moves on by \(short.text) in every step, however long the block is",
      "with blocks of more than one timestep every timestep from the second block on",
      "add the number of timesteps that the block adds")
  }

  /// Whether a state moves on by a number that grows with the block.
  func isCounting(_ state: Int) -> Bool {
    increments(state).map { $0.long == 2 * $0.short } ?? false
  }

  /// What a state moves on by in a block, and in one of twice the length.
  private func increments(_ state: Int) -> (short: Double, long: Double)? {
    guard interface.geometry == .frames, let trace = growth.trace,
      let short = increment(state, trace), let time = growth.time,
      let twice = try? LintTrace(source, interface, time: 2 * time),
      let long = increment(state, twice)
    else { return nil }
    return (short, long)
  }

  /// The known number other than 0 that a whole-number state is added to.
  private func increment(_ state: Int, _ trace: LintTrace) -> Double? {
    let pair = interface.states[state]
    guard let name = trace.outputs[pair.output], trace.types[pair.input]?.dtype.isInteger == true,
      let node = trace.nodes.first(where: { $0.outputs.contains(name) }), node.op == "Add",
      let own = node.inputs.firstIndex(of: pair.input)
    else { return nil }
    let others = node.known.indices.filter { $0 != own }.compactMap { node.known[$0] }
    guard others.count == 1, let number = others[0].doubles().first, number != 0,
      others[0].doubles().allSatisfy({ $0 == number })
    else { return nil }
    return number
  }
}

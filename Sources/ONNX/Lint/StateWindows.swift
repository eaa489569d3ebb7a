import Layers
import Programs
import Tensors

/// The windows of a graph over its states, for one number of timesteps, and what the states are handed.
struct StateWindows {
  typealias Origin = ElementOrigins.Origin

  private(set) var windows: [StateWindow] = []
  /// What each state is handed, element by element; nil where that is too much to follow.
  private(set) var next: [[Origin]?] = []
  /// The inputs of the states.
  let inputs: [ValueID]
  private let program: Program
  /// Which window takes in each computed element.
  private var readers: [Origin: Int] = [:]
  /// Elements of states that something is computed from.
  private(set) var read: Set<Origin> = []

  init(_ trace: LintTrace) throws {
    let program = try trace.trace.tracer.builder.finish()
    self.program = program
    var origins = ElementOrigins(
      program,
      weights: Dictionary(
        trace.trace.weights.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first }))
    inputs = trace.trace.states.map(\.id)
    let states = Dictionary(
      inputs.enumerated().map { ($1.index, $0) }, uniquingKeysWith: { first, _ in first })
    next = trace.trace.next.map { origins.of($0.id) }
    for (value, scope) in Self.candidates(program, inputs, &origins) {
      guard let found = origins.of(value) else { continue }
      read.formUnion(found.filter { states[$0.value.index] != nil && !$0.isConstant })
      let window = StateWindow(
        found, program[value].shape, states: states, program, place: program.scopes[scope])
      if let window { windows.append(window) }
    }
    for recurrence in trace.recurrences {
      windows += recurrence.windows(states, &origins)
    }
    for (index, window) in windows.enumerated() {
      for entry in window.entries.indices where !window.past.contains(entry) {
        for origin in window.entries[entry] { readers[origin] = readers[origin] ?? index }
      }
    }
  }

  /// The extents of a state as the graph takes it.
  func shape(of state: Int) -> Shape { program[inputs[state]].shape }

  /// How many elements a state has.
  func elementCount(of state: Int) -> Int { program[inputs[state]].shape.elementCount }

  /// Where a window takes in a computed element, if one does.
  func place(readingNew origin: Origin) -> String? { readers[origin].map { windows[$0].place } }

  /// Where the value of an element was computed.
  func place(of origin: Origin) -> String {
    program.instructions.first { $0.results.contains(origin.value) }
      .map { program.scopes[$0.scope] } ?? "the input"
  }

  /// Whether two elements are of values of one size, neither of which may be the other behind a mask.
  func areAlike(_ a: Origin, _ b: Origin) -> Bool {
    let (first, second) = (program[a.value], program[b.value])
    guard a.value != b.value, first.dtype == second.dtype,
      first.shape.elementCount == second.shape.elementCount
    else { return false }
    return ![a, b].contains { origin in
      let producer = program.instructions.first { $0.results.contains(origin.value) }
      if case .select? = producer?.op { return true }
      if case .binary(.mul)? = producer?.op { return true }
      return false
    }
  }

  /// The values with elements of states that something is computed from, and where they are read.
  private static func candidates(
    _ program: Program, _ states: [ValueID], _ origins: inout ElementOrigins
  ) -> [(ValueID, Int)] {
    var carrying = Set(states)
    var gathered: Set<ValueID> = []
    var isMoving: [Bool] = []
    for instruction in program.instructions {
      let moves = origins.moves(instruction)
      isMoving.append(moves)
      if case .indexing = instruction.op { gathered.insert(instruction.operands[0]) }
      if moves, instruction.operands.contains(where: carrying.contains) {
        carrying.formUnion(instruction.results)
      }
    }
    // Where each value is computed from at last: what is only moved into a state is not.
    var readers: [ValueID: Int] = [:]
    for (instruction, moves) in zip(program.instructions, isMoving).reversed() {
      let reader =
        moves ? instruction.results.lazy.compactMap { readers[$0] }.first : instruction.scope
      guard let reader else { continue }
      for operand in instruction.operands { readers[operand] = reader }
    }
    var found: [(ValueID, Int)] = []
    var seen: Set<ValueID> = []
    for (instruction, moves) in zip(program.instructions, isMoving) {
      if moves {
        guard case .movement(.concatenate) = instruction.op, let joined = instruction.results.first,
          carrying.contains(joined), !gathered.contains(joined), let reader = readers[joined]
        else { continue }
        if seen.insert(joined).inserted { found.append((joined, reader)) }
      } else {
        for operand in instruction.operands
        where carrying.contains(operand) && seen.insert(operand).inserted {
          found.append((operand, instruction.scope))
        }
      }
    }
    return found
  }
}

extension LintTrace.Recurrence {
  /// The states that it starts from, each followed by what the recurrence gives at every timestep.
  fileprivate func windows(
    _ states: [Int: Int], _ origins: inout ElementOrigins
  ) -> [StateWindow] {
    var found: [StateWindow] = []
    for (index, pair) in zip(initial, last).enumerated() {
      guard let start = pair.0.flatMap({ origins.of($0.id) }), let end = origins.of(pair.1.id),
        let first = start.first, !first.isConstant, let state = states[first.value.index],
        start.allSatisfy({ !$0.isConstant && $0.value == first.value })
      else { continue }
      var entries = [start]
      if index == 0, let outputs, let all = origins.of(outputs.id), start.count > 0 {
        entries += stride(from: 0, to: all.count, by: start.count).map {
          Array(all[$0..<min($0 + start.count, all.count)])
        }
      } else {
        entries.append(end)
      }
      guard entries.count > 1, entries.allSatisfy({ $0.count == start.count }) else { continue }
      found.append(
        StateWindow(state: state, place: place, entries: entries, past: 0..<1, isRecurrence: true))
    }
    return found
  }
}

/// What is wrong with what a state is handed.
enum StateFault: Hashable {
  /// It stays as it was.
  case unchanged
  /// It is zero, or another constant, after every step.
  case cleared
  /// So many of its oldest timesteps stay, in front of the new ones.
  case keepsOldest(Int)
  /// It moves on by other than what a step adds.
  case shifted(by: Int, of: Int)
  /// What a step adds stands before what was there.
  case swapped
  /// Its timesteps stand in reverse.
  case reversed
  /// Elements of timesteps are exchanged: an element, and the one whose place it takes.
  case mixed(Int, Int)
  /// It is handed what belongs to another state.
  case foreign(Int)
  /// It is handed what belongs to another window, by the place that reads that one.
  case exchanged(String)
  /// It keeps what was computed at one place, but is joined to what was computed at another.
  case computedElsewhere(kept: String, joined: String)
  /// An entry holds another timestep; both counted from the first one that the step adds.
  case misplaced(holds: Int, wanted: Int)
}

extension StateWindow {
  /// Where an element of the next past comes from in this window.
  private enum Source {
    case element(entry: Int, Int)
    case constant(isZero: Bool)
    /// An element of another state.
    case foreign(Int)
    /// An element of another value of the size of the one that belongs there.
    case lookalike(Origin, of: Origin)
    /// An element of the window that is read there.
    case elsewhere(String)
    /// Something else, which nothing is said about.
    case other
  }

  /// The sources of the next past: entry by entry, element by element.
  private func sources(_ next: [Origin], _ all: StateWindows) -> [[Source]] {
    var places: [Origin: (entry: Int, element: Int)] = [:]
    for (entry, row) in entries.enumerated() {
      for (element, origin) in row.enumerated() where places[origin] == nil {
        places[origin] = (entry, element)
      }
    }
    return past.map { entry in
      entries[entry].enumerated().map { element, own in
        let origin = next[own.place]
        if origin.isConstant { return .constant(isZero: origin == .zero) }
        guard let found = places[origin] else {
          let wanted = entries[successor(of: entry)][element]
          if let other = all.inputs.firstIndex(of: origin.value) { return .foreign(other) }
          if !past.contains(successor(of: entry)), all.areAlike(origin, wanted), !isRecurrence {
            return .lookalike(origin, of: wanted)
          }
          return all.place(readingNew: origin).map { .elsewhere($0) } ?? .other
        }
        // An element that stands in several places, as repeated heads do, is the one of this place.
        let isHere = entries[found.entry][element] == origin
        return .element(entry: found.entry, isHere ? element : found.element)
      }
    }
  }

  /// The fault in what the state is handed, if there is one, and the first step that sees it.
  ///
  /// Steps are gone through with timesteps for numbers, until the past has been filled: a fault that the
  /// zeros at the start hide shows later. `mayLag` allows windows that overlap to move on by less.
  func fault(_ next: [Origin], among all: StateWindows, mayLag: Bool) -> (StateFault, Int)? {
    let sources = sources(next, all)
    if mayLag, let lag = shift(sources, 0), (1...added).contains(lag),
      entries[0].indices.allSatisfy({ shift(sources, $0) == lag })
    {
      return nil
    }
    guard let (step, element) = firstWrong(sources) else { return nil }
    return kind(sources, element, all).map { ($0, step) }
  }

  /// How far all timesteps of one element move on, if they all do so.
  private func shift(_ sources: [[Source]], _ element: Int) -> Int? {
    var shift: Int?
    for (entry, row) in zip(past, sources) {
      guard case .element(let from, element) = row[element] else { return nil }
      let own = isNewestFirst ? entry - from : from - entry
      guard shift ?? own == own else { return nil }
      shift = own
    }
    return shift
  }

  /// The first step whose past is not that of the sequence, and an element of it that is not.
  private func firstWrong(_ sources: [[Source]]) -> (step: Int, element: Int)? {
    let size = entries[0].count
    let turns = past.count / added + 3
    guard past.count * size * turns <= 1 << 22 else { return nil }
    // What an entry holds: a number for each element of each timestep; below 0 the zeros of the start.
    let beginning = -1
    func content(_ time: Int, _ element: Int) -> Int {
      time < 0 ? beginning : time * size + element
    }
    var held = Array(repeating: Array(repeating: beginning, count: size), count: past.count)
    for step in 0..<turns {
      let start = step * added
      for (row, entry) in zip(held, past) {
        for (element, found) in row.enumerated()
        where found != content(start + time(of: entry), element) { return (step, element) }
      }
      held = zip(past, sources).map { entry, row in
        row.enumerated().map { element, source in
          switch source {
          case .constant(let isZero): isZero ? beginning : beginning - 1
          case .foreign, .lookalike, .elsewhere: beginning - 2
          case .other: content(start + added + time(of: entry), element)
          case .element(let from, let other):
            past.contains(from)
              ? held[from - past.lowerBound][other] : content(start + time(of: from), other)
          }
        }
      }
    }
    return nil
  }

  /// What the sources of an element that comes out wrong have in common.
  private func kind(
    _ sources: [[Source]], _ element: Int, _ all: StateWindows
  ) -> StateFault? {
    var froms: [Int] = []
    var owners: Set<Int> = []
    var lookalike: StateFault?
    var exchanged: StateFault?
    for source in sources.map({ $0[element] }) {
      switch source {
      case .element(let from, let other):
        if other != element { return .mixed(element, other) }
        froms.append(from)
      case .lookalike(let kept, let joined):
        lookalike = .computedElsewhere(kept: all.place(of: kept), joined: all.place(of: joined))
      case .foreign(let state): owners.insert(state)
      case .elsewhere(let place): exchanged = .exchanged(place)
      case .constant: break
      case .other: return nil
      }
    }
    if let owner = owners.first { return froms.isEmpty ? .foreign(owner) : nil }
    if let found = lookalike ?? exchanged { return found }
    guard froms.count == past.count else { return .cleared }
    if let shift = shift(sources, element) {
      return shift == 0 ? .unchanged : .shifted(by: shift, of: added)
    }
    let kept = zip(past, froms).filter { $0 == $1 }.count
    let rest = zip(past, froms).filter { $0 != $1 }
    if kept > 0, rest.allSatisfy({ successor(of: $0) == $1 }) { return .keepsOldest(kept) }
    let times = froms.map(time(of:))
    let rising = zip(times, times.dropFirst()).allSatisfy { isNewestFirst ? $0 > $1 : $0 < $1 }
    let falling = zip(times, times.dropFirst()).allSatisfy { isNewestFirst ? $0 < $1 : $0 > $1 }
    if falling { return .reversed }
    if !rising { return .swapped }
    guard let first = zip(past, froms).first(where: { successor(of: $0) != $1 }) else { return nil }
    return .misplaced(holds: time(of: first.1), wanted: time(of: successor(of: first.0)))
  }
}

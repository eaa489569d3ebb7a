import Programs
import Tensors

/// Timesteps of the past, which a state brings, beside those that a step adds: what an operation along
/// time reads, or what a recurrence goes through.
///
/// A state is right if the window of the next step begins where this one ends: what the state brings there
/// has to stand `added` entries further on here.
struct StateWindow {
  typealias Origin = ElementOrigins.Origin

  /// The state that brings the past, by its place among the states.
  var state: Int
  /// The node that reads the window.
  var place: String
  /// Where the elements come from: entry by entry, the elements of an entry in one order.
  var entries: [[Origin]]
  /// The entries that the state brings: the first ones, or the last where the newest stand first.
  var past: Range<Int>
  /// Whether an entry is the state of a recurrence, not a timestep that was kept.
  var isRecurrence = false

  /// Whether the timesteps that a step adds stand in the order of those of the past.
  var isOrdered = true

  /// Entries that a step adds.
  var added: Int { entries.count - past.count }
  var isNewestFirst: Bool { past.lowerBound > 0 }

  /// The entry of this step that has to be this one in the next step.
  func successor(of entry: Int) -> Int { isNewestFirst ? entry - added : entry + added }

  /// The timestep of an entry, counted from the first one that the step adds.
  func time(of entry: Int) -> Int {
    guard !past.contains(entry) else {
      return isNewestFirst ? added - 1 - entry : entry - past.count
    }
    let place = isNewestFirst ? entry : entry - past.count
    return isNewestFirst != isOrdered ? place : added - 1 - place
  }
}

extension StateWindow {
  /// The window along an axis of a value; nil where there is none.
  init?(
    _ origins: [Origin], _ shape: [Int], states: [Int: Int], _ program: Program, place: String
  ) {
    // The state of each element: its place among the states, -1 for what was computed, nil for constants.
    let owners = origins.map { $0.isConstant ? nil : states[$0.value.index] ?? -1 }
    let found = Set(owners.compactMap { $0 }.filter { $0 >= 0 })
    guard found.count == 1, let state = found.first else { return nil }
    for axis in shape.indices where shape[axis] > 1 {
      let inner = shape[(axis + 1)...].reduce(1, *)
      let outer = shape[..<axis].reduce(1, *)
      func elements(_ entry: Int) -> [Int] {
        (0..<outer).flatMap { row in
          (0..<inner).map { (row * shape[axis] + entry) * inner + $0 }
        }
      }
      let rows = (0..<shape[axis]).map(elements)
      let isPast = rows.map { row in row.allSatisfy { owners[$0] == state } }
      let isNew = rows.map { row in row.allSatisfy { owners[$0] == -1 } }
      guard zip(isPast, isNew).allSatisfy({ $0 || $1 }),
        let first = isPast.firstIndex(of: true), let last = isPast.lastIndex(of: true),
        isPast[first...last].allSatisfy({ $0 }), isNew.contains(true),
        first == 0 || last == rows.count - 1
      else { continue }
      let entries = rows.map { row in row.map { origins[$0] } }
      let new = first == 0 ? Array(entries[(last + 1)...]) : Array(entries[..<first])
      guard let order = Self.order(new, program) else { continue }
      self.init(
        state: state, place: place, entries: entries, past: first..<last + 1,
        isOrdered: new.count == 1 || (first == 0) == (order > 0))
      return
    }
    return nil
  }

  /// 1 if the entries are all timesteps of what was computed, in order; -1 if in reverse; nil if there are
  /// others.
  private static func order(_ new: [[Origin]], _ program: Program) -> Int? {
    guard let value = new.first?.first?.value else { return nil }
    let shape = program[value].shape
    let strides = shape.rowMajorStrides
    func coordinates(_ origin: Origin) -> [Int] {
      shape.indices.map { origin.place / max(strides[$0], 1) % max(shape[$0], 1) }
    }
    guard new.count > 1 else {
      // The one timestep that there is: no axis of what was computed is left out.
      let known = new[0].filter { $0.value == value }.map(coordinates)
      let isWhole = shape.indices.allSatisfy { axis in
        shape[axis] == 1 || known.contains { $0[axis] != known[0][axis] }
      }
      return isWhole ? 1 : nil
    }
    let starts = new.map { coordinates($0[0]) }
    let changing = shape.indices.filter { starts[0][$0] != starts[1][$0] }
    guard changing.count == 1, let axis = changing.first, shape[axis] == new.count,
      new.allSatisfy({ $0[0].value == value })
    else { return nil }
    let step = starts[1][axis] - starts[0][axis]
    guard abs(step) == 1,
      zip(starts, starts.dropFirst()).allSatisfy({ $1[axis] - $0[axis] == step })
    else { return nil }
    return step
  }
}

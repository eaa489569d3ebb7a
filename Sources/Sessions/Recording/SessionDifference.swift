import Diagnostics
package import Serialization

/// Two recorded sessions side by side: which commands both have, and where the first difference is.
package struct SessionDifference {
  /// One line of the two side by side, by the positions of events.
  package enum Line: Hashable, Sendable {
    case both(Int, Int)
    case onlyFirst(Int)
    case onlySecond(Int)
  }

  private let first: SessionFile
  private let second: SessionFile
  private let names: (String, String)
  /// The events in order, those with equal commands side by side.
  package let lines: [Line]
  /// The first place where they differ, in words; nil where all is the same.
  package let difference: String?

  /// Files with more events than this behind what both begin with are put side by side in order of their numbers.
  private static let mostAligned = 3000

  package init(_ first: SessionFile, _ second: SessionFile, names: (String, String)) {
    (self.first, self.second, self.names) = (first, second, names)
    lines = Self.aligned(first.events.map(\.canonical), second.events.map(\.canonical))
    difference = Self.difference(first, second, lines, names)
  }

  package var areEqual: Bool { difference == nil }

  // MARK: - Alignment

  /// The longest common subsequence of the commands, behind what both begin with.
  private static func aligned(_ a: [String], _ b: [String]) -> [Line] {
    let start = zip(a, b).prefix { $0 == $1 }.count
    var (removed, inserted) = (Set(start..<a.count), Set(start..<b.count))
    if max(removed.count, inserted.count) <= mostAligned {
      let changes = b[start...].difference(from: a[start...])
      removed = Set(changes.removals.map { start + $0.offset })
      inserted = Set(changes.insertions.map { start + $0.offset })
    }
    var lines: [Line] = []
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      if removed.contains(i) {
        lines.append(.onlyFirst(i))
        i += 1
      } else if inserted.contains(j) {
        lines.append(.onlySecond(j))
        j += 1
      } else {
        lines.append(.both(i, j))
        (i, j) = (i + 1, j + 1)
      }
    }
    return lines
  }

  // MARK: - The first difference

  private static func difference(
    _ a: SessionFile, _ b: SessionFile, _ lines: [Line], _ names: (String, String)
  ) -> String? {
    for line in lines {
      switch line {
      case .onlyFirst(let i):
        return "event \(i + 1) of \(names.0) is not in \(names.1): \(a.events[i].canonical)"
      case .onlySecond(let j):
        return "event \(j + 1) of \(names.1) is not in \(names.0): \(b.events[j].canonical)"
      case .both(let i, let j):
        if let found = difference(a.events[i], b.events[j]) {
          return "event \(i + 1) of \(names.0) and event \(j + 1) of \(names.1) "
            + "(\(a.events[i].canonical)): \(found)"
        }
      }
    }
    return nil
  }

  /// What two events of one command left differently; nil where all is the same.
  static func difference(_ a: SessionEvent, _ b: SessionEvent) -> String? {
    if (a.from, a.to) != (b.from, b.to) {
      return "the one goes from step \(a.from) to \(a.to), the other from \(b.from) to \(b.to)"
    }
    let leaf = zip(a.state, b.state).first { $0 != $1 }?.0.path
    let start = max(a.first, b.first)
    for step in start..<max(start, min(a.first + a.steps.count, b.first + b.steps.count)) {
      let (ours, theirs) = (a.steps[step - a.first], b.steps[step - b.first])
      guard ours != theirs else { continue }
      let row = zip(ours, theirs).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      return "the output differs first in step \(step + 1)" + (row.map { ", row \($0)" } ?? "")
        + (leaf.map { "; behind the last step the first differing state is \($0)" } ?? "")
        + values(a, b)
    }
    if let leaf { return "the outputs are equal, the state \(leaf) is not" }
    if a.state.count != b.state.count {
      return "the one has \(a.state.count) state leaves, the other \(b.state.count)"
    }
    if a.files != b.files {
      let file = a.files.first { !b.files.contains($0) } ?? b.files.first { !a.files.contains($0) }
      return "\(file?.path ?? "a file") had other bytes"
    }
    if a.holds != b.holds {
      func word(_ holds: Bool?) -> String { holds.map { $0 ? "holds" : "does not" } ?? "is none" }
      return "the check \(word(a.holds)) in the one and \(word(b.holds)) in the other"
    }
    return nil
  }

  /// The first numbers that were kept of the last step and differ.
  private static func values(_ a: SessionEvent, _ b: SessionEvent) -> String {
    let pair = zip(a.lastOutput, b.lastOutput).enumerated().first {
      $0.element.0 != $0.element.1 && !($0.element.0.isNaN && $0.element.1.isNaN)
    }
    guard let pair else { return "" }
    return "; number \(pair.offset) of the last step is \(NumberText.short(pair.element.0)) and "
      + NumberText.short(pair.element.1)
  }

  // MARK: - For people and programs

  /// A line an event, and the answer.
  package var text: [String] {
    var result = lines.map { line in
      switch line {
      case .onlyFirst(let i): "- \(first.events[i].canonical)"
      case .onlySecond(let j): "+ \(second.events[j].canonical)"
      case .both(let i, let j):
        Self.difference(first.events[i], second.events[j]) == nil
          ? "  \(first.events[i].canonical)" : "~ \(first.events[i].canonical)"
      }
    }
    let count = lines.count { if case .both = $0 { true } else { false } }
    result.append(
      difference.map { "first difference: \($0)" }
        ?? "\(names.0) and \(names.1) are the same: \(NumberText.counted(count, "event")), every digest"
    )
    return result
  }

  package var json: JSONValue {
    .object([
      .init("first", .string(names.0)), .init("second", .string(names.1)),
      .init("equal", .bool(areEqual)),
      .init("difference", difference.map { .string($0) } ?? .null),
      .init(
        "events",
        .array(
          lines.map { line in
            let (i, j): (Int?, Int?) =
              switch line {
              case .both(let i, let j): (i, j)
              case .onlyFirst(let i): (i, nil)
              case .onlySecond(let j): (nil, j)
              }
            let event = i.map { first.events[$0] } ?? j.map { second.events[$0] }
            let found: String? =
              if let i, let j {
                Self.difference(first.events[i], second.events[j])
              } else {
                "in one only"
              }
            return .object([
              .init("command", .string(event?.canonical ?? "")),
              .init("first", i.map { .integer($0 + 1) } ?? .null),
              .init("second", j.map { .integer($0 + 1) } ?? .null),
              .init("difference", found.map { .string($0) } ?? .null),
            ])
          })),
    ])
  }
}

extension CollectionDifference.Change {
  fileprivate var offset: Int {
    switch self {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }
}

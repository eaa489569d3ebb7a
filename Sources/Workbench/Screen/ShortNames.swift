import TerminalUI

/// Names cut in the middle, where that must be, so that different ones stay different.
package enum ShortNames {
  /// The names in at most `width` columns each.
  ///
  /// All are cut at the same place: the one of a few that leaves the most names different. What they
  /// all begin with is left out only where that is not enough.
  package static func fitted(_ names: [String], _ width: Int) -> [String] {
    guard width > 2, names.contains(where: { $0.columns > width }) else {
      return names.map { TextFormatting.fitted($0, width) }
    }
    let wanted = Set(names).count
    let shared = sharedCount(names.filter { $0.columns > width })
    var best: (count: Int, names: [String]) = (0, [])
    for skipped in [0, shared] {
      for tail in tails(width) where best.count < wanted {
        let cut = names.map { self.cut($0, width, tail: tail, skipping: skipped) }
        let count = Set(cut).count
        if count > best.count { best = (count, cut) }
      }
    }
    return best.names
  }

  /// How many characters all of them begin with.
  private static func sharedCount(_ names: [String]) -> Int {
    guard let first = names.first else { return 0 }
    return names.reduce(first.count) { count, name in
      zip(first, name).prefix(count).prefix { $0 == $1 }.count
    }
  }

  /// One name, where there are no others to distinguish it from: its beginning and a longer end.
  package static func fitted(_ name: String, _ width: Int) -> String {
    width > 2 ? cut(name, width, tail: width * 2 / 3) : TextFormatting.fitted(name, width)
  }

  /// Columns left for the end of a name: half of the room first, then other shares.
  private static func tails(_ width: Int) -> [Int] {
    let room = width - 1
    return [room / 2, room * 2 / 3, room / 3, room * 5 / 6, room / 6, room, 0]
  }

  private static func cut(
    _ name: String, _ width: Int, tail: Int, skipping skipped: Int = 0
  ) -> String {
    guard name.columns > width else { return name }
    guard skipped == 0 else {
      let rest = String(name.dropFirst(skipped))
      return "…" + cut(rest, width - 1, tail: min(tail, max(0, width - 2)))
    }
    let end = take(name.reversed(), tail)
    let start = take(Array(name), width - 1 - tail)
    return String(start) + "…" + String(end.reversed())
  }

  /// As many of the first characters as fit.
  private static func take(_ characters: [Character], _ width: Int) -> ArraySlice<Character> {
    var used = 0
    return characters.prefix { character in
      used += String(character).columns
      return used <= width
    }
  }
}

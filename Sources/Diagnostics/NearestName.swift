/// Finds the known name that a mistyped one most likely meant.
public enum NearestName {
  /// The candidate closest to `name` by edit distance, ignoring case and underscores, if it is
  /// close enough to be a likely typing slip.
  public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    let typed = folded(name)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let known = folded(candidate)
      let distance = editDistance(typed, known)
      let limit = max(1, min(typed.count, known.count) / 3)
      let isPrefix = typed.count >= 3 && known.starts(with: typed)
      guard distance <= limit || isPrefix else { continue }
      let rank = isPrefix ? min(distance, limit) : distance
      if best.map({ rank < $0.distance }) ?? true { best = (candidate, rank) }
    }
    return best?.name
  }

  private static func folded(_ name: String) -> [Character] {
    Array(name.lowercased().filter { $0 != "_" })
  }

  /// Insertions, deletions, replacements and swaps of neighbours, each counted once.
  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var table: [[Int]] = Array(
      repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count { table[i][0] = i }
    for j in 0...b.count { table[0][j] = j }
    for i in 1...a.count {
      for j in 1...b.count {
        let replaced = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        var cost = min(table[i - 1][j] + 1, table[i][j - 1] + 1, replaced)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          cost = min(cost, table[i - 2][j - 2] + 1)
        }
        table[i][j] = cost
      }
    }
    return table[a.count][b.count]
  }
}

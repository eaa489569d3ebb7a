/// Which compared places feed which.
struct DataFlow {
  /// For each comparison the positions of those that feed it directly, those that were not compared left
  /// out and looked through; nil where nobody said it.
  let feeds: [[Int]?]
  /// For each comparison what goes into it in one run only, such as the sum that a model computes between two
  /// modules, where the other run hands on what a module gave.
  let onlyInputs: [TracePlace?]
  /// For each comparison the modules around it that give something behind it.
  private let containers: [[Int]]

  init(_ offline: any Trace, _ stream: any Trace, _ comparisons: [PlaceComparison]) {
    var positions: [Int: Int] = [:]
    for (index, comparison) in comparisons.enumerated() {
      positions[comparison.pair.offline] = index
    }
    func sources(_ place: Int) -> Set<Int>? {
      guard let inputs = offline.places[place].inputs else { return nil }
      var result: Set<Int> = []
      for input in inputs {
        if let known = positions[input] {
          result.insert(known)
        } else if let through = sources(input) {
          result.formUnion(through)
        } else {
          return nil
        }
      }
      return result
    }
    let matched = (
      Set(comparisons.map(\.pair.offline)), Set(comparisons.map(\.pair.stream))
    )
    onlyInputs = comparisons.map { comparison in
      func only(_ trace: any Trace, _ place: Int, _ matched: Set<Int>) -> TracePlace? {
        let inputs = trace.places[place].inputs ?? []
        let input = inputs.first {
          !matched.contains($0) && trace.places[$0].moduleInput != nil
        }
        return input.map { trace.places[$0] }
      }
      return only(stream, comparison.pair.stream, matched.1)
        ?? only(offline, comparison.pair.offline, matched.0)
    }
    let feeds = zip(comparisons, onlyInputs).map { comparison, only in
      // What goes in is not the same place in both runs: it cannot be said to be equal.
      only == nil ? sources(comparison.pair.offline)?.sorted() : nil
    }
    self.feeds = feeds
    let paths = comparisons.map(\.pair.path)
    containers = paths.indices.map { index in
      // A layer of ours gives the same numbers inside of others or is wrong.
      if case .layer = stream.places[comparisons[index].pair.stream].kind { return [] }
      return paths.indices.dropFirst(index + 1).filter { other in
        if paths[index].hasPrefix(paths[other] + "/") { return true }
        // One of several outputs is named after the module and its number.
        guard let mark = paths[other].lastIndex(of: "/"),
          Int(paths[other][paths[other].index(after: mark)...]) != nil
        else { return false }
        return paths[index].hasPrefix(paths[other][...mark])
          && feeds[other]?.contains(index) == true
      }
    }
  }

  /// Wrong places inside of modules that give the same in both runs: parts of results, for example.
  func insideEqual(_ wrong: [Int]) -> [Int] {
    let known = Set(wrong)
    return wrong.filter { containers[$0].contains { !known.contains($0) } }
  }

  /// The wrong places that are fed by right ones only, in order; where it is not known what feeds one, all
  /// before it must be right.
  func roots(of wrong: Set<Int>) -> [Int] {
    let wrong = wrong.subtracting(insideEqual(wrong.sorted()))
    return wrong.sorted().filter { index in
      if let feeds = feeds[index] { return !feeds.contains(where: wrong.contains) }
      return !wrong.contains { $0 < index }
    }
  }

  /// What feeds a place, or may: the nearest places before it.
  func nearFeeds(of index: Int) -> [Int] {
    if let known = feeds[index], !known.isEmpty { return known.reversed() }
    return Array((max(0, index - 3)..<index).reversed())
  }
}

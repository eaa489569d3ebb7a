/// Finds which outputs of a graph are the states of the next step, by the names that exporters give.
///
/// Names are compared by what is left without the words for old and new: `cache` and `new_cache`, `h` and
/// `hn`, `past_key_values.0.key` and `present.0.key`. What then has no partner is paired in order, where
/// element type and extents agree, the first input and the first output left out.
package struct StatePairs {
  /// A state: the input that takes it and the output that gives the next.
  package struct Pair: Hashable, Sendable {
    package var input: String
    package var output: String
    /// Whether names said so; else only order and shapes do.
    var isNamed: Bool
  }

  /// The pairs in the order of the inputs.
  package static func find(inputs: [OnnxValueInfo], outputs: [OnnxValueInfo]) -> [Pair] {
    var pairs: [Pair] = []
    var free = outputs
    for input in inputs {
      let core = core(input.name)
      guard
        let place = free.firstIndex(where: {
          self.core($0.name) == core && $0.name != input.name && areAlike(input, $0)
        })
      else { continue }
      pairs.append(Pair(input: input.name, output: free[place].name, isNamed: true))
      free.remove(at: place)
    }
    let first = outputs.first?.name
    for input in inputs.dropFirst() where !pairs.contains(where: { $0.input == input.name }) {
      guard (input.shape?.count ?? 0) > 1,
        let place = free.firstIndex(where: { $0.name != first && areAlike(input, $0) })
      else { continue }
      pairs.append(Pair(input: input.name, output: free[place].name, isNamed: false))
      free.remove(at: place)
    }
    return inputs.compactMap { input in pairs.first { $0.input == input.name } }
  }

  /// Whether element type and rank are equal and no extents contradict each other.
  private static func areAlike(_ input: OnnxValueInfo, _ output: OnnxValueInfo) -> Bool {
    guard input.elementType == output.elementType else { return false }
    guard let a = input.shape, let b = output.shape else { return true }
    guard a.count == b.count else { return false }
    return zip(a, b).allSatisfy { x, y in
      guard let x = x.fixed, let y = y.fixed else { return true }
      return x <= y
    }
  }

  private static let beginnings = [
    "new_", "next_", "out_", "in_", "r_", "prev_", "updated_", "input_", "output_",
  ]
  private static let endings = [
    "_new", "_next", "_output", "_out", "_input", "_in", "_n", "_prev", "_updated",
  ]

  /// What old and new name have in common.
  static func core(_ name: String) -> String {
    var core = name.lowercased()
    if core.hasSuffix(":0") { core.removeLast(2) }
    for cache in ["past_key_values", "present_key_values", "past", "present"]
    where core.hasPrefix(cache) {
      core = "kv" + core.dropFirst(cache.count)
      break
    }
    if let beginning = beginnings.first(where: core.hasPrefix), core.count > beginning.count {
      core.removeFirst(beginning.count)
    }
    let words = core.split(separator: ".", omittingEmptySubsequences: false).map { part in
      var word = String(part)
      // `x_len_next` and `x_next_len` are both met.
      let isLength = word.hasSuffix("_len")
      if isLength { word.removeLast(4) }
      while let ending = endings.first(where: word.hasSuffix), word.count > ending.count {
        word.removeLast(ending.count)
        if word.hasSuffix("_len") {
          word.removeLast(4)
          return stripped(word) + "_len"
        }
      }
      return isLength ? stripped(word) + "_len" : word
    }
    core = words.joined(separator: ".")
    // `in_cache0` and `out_cache0` have lost their beginnings; `hn` and `stateN` lose their end.
    if core.count <= 7, core.count > 1, core.hasSuffix("n"), !core.hasSuffix("attn") {
      core.removeLast()
    }
    return core
  }

  private static func stripped(_ word: String) -> String {
    var word = word
    while let ending = endings.first(where: word.hasSuffix), word.count > ending.count {
      word.removeLast(ending.count)
    }
    return word
  }
}

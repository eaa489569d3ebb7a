/// What the outputs of layers say of the next token when the output head reads them.
package struct LensTable: Hashable, Sendable {
  /// One layer.
  package struct Line: Hashable, Sendable {
    package let path: String
    /// The likeliest tokens, with their probabilities.
    package let likeliest: [Token]
    /// The probability and place of what is likeliest in the end, and how far all is from the end, in bits.
    package let probability: Double
    package let rank: Int
    package let divergence: Double
  }

  /// A token with its probability.
  package struct Token: Hashable, Sendable {
    package let text: String
    package let probability: Double
  }

  /// The layers that read them, such as `norm + logits`.
  package let head: String
  /// The token that is likeliest in the end.
  package let token: String
  package let lines: [Line]
  /// How many layers the head can read, those that are left out among them.
  package let readableCount: Int
}

extension LensTable {
  /// How much of a stack is read.
  package struct Extent: Hashable, Sendable {
    /// How many layers at most; the deepest ones are left out first.
    package var lines: Int
    /// A layer that stays with those beside it, however deep it lies.
    package var path: String

    package init(lines: Int = .max, path: String = "") {
      self.lines = lines
      self.path = path
    }

    /// The layers that are read, of all that can be.
    func chosen(_ layers: [(path: String, depth: Int, parent: String?)]) -> [String] {
      let own = layers.first { $0.path == path }
      var kept = layers
      var deepest = layers.map(\.depth).max() ?? 0
      let highest = layers.map(\.depth).min() ?? 0
      while kept.count > max(1, lines), deepest > highest {
        kept.removeAll { $0.depth == deepest && (own == nil || $0.parent != own?.parent) }
        deepest -= 1
      }
      guard kept.count > max(1, lines) else { return kept.map(\.path) }
      // Around the layer, or the last ones, which say what comes out.
      let place = kept.firstIndex { $0.path == path } ?? kept.count - 1
      let first = min(max(0, place - lines / 2), kept.count - max(1, lines))
      return kept[first..<first + max(1, lines)].map(\.path)
    }
  }
}

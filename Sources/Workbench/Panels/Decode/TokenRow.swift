import TerminalUI

/// Where tokens stand beside each other: each as wide as its name, with a blank behind where some are wider than
/// one column.
package struct TokenRow {
  package struct Place {
    /// Its position among the tokens.
    package let index: Int
    package let column: Int
    package let text: String
    package let width: Int
  }

  package let places: [Place]

  private static let widest = 12

  /// As many tokens as fit into a width, the one under the cursor and those before it first; `cursor` is its
  /// position among them.
  package init(_ names: [String], cursor: Int?, width: Int) {
    let texts = names.map { TextFormatting.fitted($0, Self.widest) }
    let gap = texts.contains { $0.columns > 1 } ? 1 : 0
    let widths = texts.map { max(1, $0.columns) + gap }
    guard !texts.isEmpty else {
      places = []
      return
    }
    let middle = min(max(0, cursor ?? 0), texts.count - 1)
    var (first, end) = (middle, middle + 1)
    var used = widths[middle]
    // Three quarters of the room for what came before, what is left for what came behind, and then for both.
    while first > 0, used + widths[first - 1] <= width * 3 / 4 {
      first -= 1
      used += widths[first]
    }
    while end < texts.count, used + widths[end] <= width {
      used += widths[end]
      end += 1
    }
    while first > 0, used + widths[first - 1] <= width {
      first -= 1
      used += widths[first]
    }
    var column = 0
    places = (first..<end).map { index in
      defer { column += widths[index] }
      return Place(index: index, column: column, text: texts[index], width: widths[index] - gap)
    }
  }
}

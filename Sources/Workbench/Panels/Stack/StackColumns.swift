import TerminalUI

/// Where the columns of the tree of layers stand: names get what kinds and numbers leave.
struct StackColumns {
  let kind: Int
  let kindEnd: Int
  let ratioEnd: Int
  let stateEnd: Int
  /// Blanks before a layer's mark that leave room for its name.
  private let mostIndent: Int

  /// Before the names: the sign of the selection and that of the comparison.
  private static let signs = 2
  private static let leastName = 8
  private static let leastKind = 8

  init(layers: ArraySlice<LayerRow>, width: Int) {
    func longest(_ text: (LayerRow) -> String) -> Int {
      layers.reduce(1) { max($0, text($1).columns) }
    }
    stateEnd = width - 1
    ratioEnd =
      stateEnd - 2 - longest { $0.stateBytes == 0 ? "–" : TextFormatting.bytes($0.stateBytes) }
    kindEnd = ratioEnd - 1 - longest(\.outputRatio)
    let names = layers.reduce(4) { longest, layer in
      max(longest, Self.wantedIndent(layer.depth) + 2 + layer.name.columns)
    }
    let room = kindEnd - Self.signs
    let kinds = min(longest(\.kind), max(Self.leastKind, room / 3, room - names - 2))
    kind = Self.signs + min(names + 2, max(0, room - kinds))
    let isTight = kind < Self.signs + names + 2
    mostIndent = isTight ? max(0, kind - Self.signs - 3 - Self.leastName) : .max
  }

  private static func wantedIndent(_ depth: Int) -> Int { depth == 0 ? 0 : 2 * depth - 1 }

  /// Blanks before a layer's mark; layers that lie very deep stand no further right.
  func indent(_ depth: Int) -> Int {
    min(Self.wantedIndent(depth), mostIndent)
  }

  /// The names as they fit, different ones staying different.
  func names(of layers: ArraySlice<LayerRow>) -> [String] {
    var names = layers.map(\.name)
    // Those at one depth have the same room.
    for depth in Set(layers.map(\.depth)) {
      let places = layers.indices.filter { layers[$0].depth == depth }.map {
        $0 - layers.startIndex
      }
      let width = kind - Self.signs - indent(depth) - 3
      let fitted = ShortNames.fitted(places.map { names[$0] }, width)
      for (place, name) in zip(places, fitted) { names[place] = name }
    }
    return names
  }
}

package import Layers

/// The table of layers in the README, made from the registry.
package enum LayerTable {
  /// One row a layer: name, what it does, how it streams, and where it steps beyond the original.
  package static func markdown(_ registry: LayerRegistry) -> String {
    let rows = registry.entries.map { entry in
      let items = entry.facts?.items ?? []
      let streaming = items.first { $0.label == "Streaming" }?.text
      let beyond = items.first { $0.label == "Beyond" }?.text
      return "| `\(entry.table.message)` | \(cell(entry.table.doc)) "
        + "| \(cell(streaming ?? "stateless: a step is the layer on a block."))"
        + (beyond.map { ". **Beyond the original:** \(cell($0))" } ?? "") + " |"
    }
    return (["| Layer | What it does | Streaming |", "|---|---|---|"] + rows)
      .joined(separator: "\n") + "\n"
  }

  private static func cell(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
      .replacing("|", with: "\\|")
    return line.hasSuffix(".") ? String(line.dropLast()) : line
  }
}

extension String {
  fileprivate func replacing(_ character: Character, with text: String) -> String {
    reduce(into: "") { $0 += $1 == character ? text : String($1) }
  }
}

import Foundation
import Layers
import Notation
import Testing

@Suite("Registry of layers")
struct RegistryTests {
  private let registry = LayerRegistry.builtIn

  @Test("every layer of the registry is written; if not, run Protos/generate.sh --structs")
  func isComplete() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Layers")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    var written: Set<String> = []
    for case let file as URL in try #require(files) where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /extension (\w+)\s*:[^{]*Layer\b/) {
        written.insert(String(match.output.1))
      }
    }
    let messages = Set(registry.entries.map(\.table.message))
    #expect(messages.isSubset(of: written))
  }

  @Test("names and numbers are unique, and every message of a field has a table")
  func isConsistent() {
    let count = registry.entries.count
    #expect(Set(registry.entries.map(\.field)).count == count)
    #expect(Set(registry.entries.map(\.number)).count == count)
    #expect(registry.entries.allSatisfy { (1..<1000).contains($0.number) })
    for entry in registry.entries {
      #expect(Set(entry.table.fields.map(\.number)).count == entry.table.fields.count)
      for row in entry.table.fields {
        #expect(!row.doc.isEmpty, "\(entry.table.message).\(row.name)")
        if case .message(let name) = row.type {
          #expect(registry.table(message: name) != nil, "\(entry.table.message).\(row.name)")
        }
      }
    }
  }

  @Test("a layer is described by either of its names", arguments: ["Conv1D", "conv1d"])
  func description(name: String) throws {
    let entry = try registry.describe(name)
    let row = try #require(entry.table["padding"])
    #expect(row.swiftName == "padding")
    #expect(LayerNotation().swift(row.defaults, of: row) == ".valid")
    #expect(entry.table.doc == "Convolution over time.")
    #expect(entry.table.omitted.contains("precision"))
  }

  @Test("an unknown name gets the nearest one")
  func unknown() {
    let error = #expect(throws: ConfigError.self) { try registry.describe("Conv1") }
    #expect(error?.suggestion == "did you mean Conv1D?")
  }

  @Test("every layer has an example that can be made, and its facts with shapes")
  func examples() throws {
    let notation = LayerNotation()
    for entry in registry.entries {
      let spec = LayerExample.spec(entry, registry: registry)
      let text = notation.swift(spec)
      #expect(try notation.read(text, as: .swift).spec == spec, "\(text)")
      _ = try registry.makeLayer(spec)
      let items = entry.facts?.items.map(\.label) ?? []
      #expect(items.contains("Shape"), "\(entry.table.message) documents its shapes")
    }
  }
}

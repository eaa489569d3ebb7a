import Layers

/// Makes random configs from the field tables alone, so that every message of the schema takes part.
struct RandomSpec {
  private var state: UInt64
  private let registry: LayerRegistry
  private let leaves: [LayerRegistry.Entry]
  private let parents: [LayerRegistry.Entry]

  init(seed: Int, registry: LayerRegistry = .builtIn, among names: [String]? = nil) {
    state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    self.registry = registry
    let chosen = registry.entries.filter { entry in
      names.map { $0.contains(entry.table.message) } ?? true
    }
    leaves = chosen.filter { entry in !entry.table.fields.contains { $0.holdsLayers } }
    parents = chosen.filter { entry in entry.table.fields.contains { $0.holdsLayers } }
  }

  /// A random stack in canonical form.
  mutating func stack(depth: Int = 3) throws(ConfigError) -> SpecNode {
    var notes: [String] = []
    return try registry.checked(layer(depth, isRoot: true), notes: &notes)
  }

  private mutating func layer(_ depth: Int, isRoot: Bool = false) -> SpecNode {
    let entry = pick(isRoot || (depth > 0 && below(3) > 0) ? parents : leaves)
    return SpecNode(
      SpecNode.rootMessage, [SpecField(entry.field, [.node(message(entry.table, depth))])])
  }

  private mutating func message(_ table: FieldTable, _ depth: Int) -> SpecNode {
    if table.isOneOf {
      let row = pick(table.fields.filter { depth > 0 || !recursive.contains($0.name) })
      return SpecNode(table.message, [SpecField(row.name, [value(row.type, depth)])])
    }
    var node = SpecNode(table.message)
    for row in table.fields where row.name != "data" {
      let isGiven = row.isRequired || below(10) < 3
      guard isGiven, depth > 0 || row.isRequired || !row.holdsLayers else { continue }
      let count = row.isRepeated ? below(3) + (row.mayBeEmpty ? 0 : 1) : 1
      if row.isRepeated, row.holdsLayers, depth == 0 { continue }
      let values = (0..<count).map { _ in value(row.type, depth) }
      node.fields.append(SpecField(row.name, values))
    }
    return node
  }

  /// Cases that hold a message of their own kind.
  private let recursive = ["zoneout", "inverse_stft_window_fn"]

  private mutating func value(_ type: FieldType, _ depth: Int) -> SpecValue {
    switch type {
    case .int: return .integer(below(70) - 4)
    case .bool: return .bool(below(2) == 0)
    case .double:
      let values: [Double] = [0.1, -2.5, 1e-12, 3, 1e20, 0.001, -0.0, .infinity, 12345.678]
      return .number(pick(values))
    case .string:
      return .text(
        pick(["a", "", "two words", "quote \" and \\", "ümlaut 音", "line\nbreak\t\u{1}"]))
    case .bytes: return .bytes([1, 2, 3])
    case .symbol(let list): return .symbol(pick(list.words).text)
    case .word(let list): return .text(pick(list.words).text)
    case .layer: return .node(layer(depth - 1))
    case .message(let name):
      guard let table = registry.table(message: name) else {
        preconditionFailure("no table for \(name)")
      }
      return .node(message(table, depth - 1))
    }
  }

  private mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }

  /// A number from 0 to before the bound, by SplitMix64.
  private mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}

extension FieldRow {
  fileprivate var holdsLayers: Bool {
    if case .layer = type { return true }
    return false
  }
}

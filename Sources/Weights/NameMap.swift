/// Finds a model's parameters under the names that a file gives them.
///
/// Parameters are named by paths such as `encoder/layers_0/kernel`. The same tensor may be written
/// `params/encoder/layers_0/kernel`, `encoder.layers.0.kernel`, with a box around the array
/// (`…/kernel/value`), or as JAX prints key paths (`['params']['encoder']['layers_0']['kernel']`).
public struct NameMap: Sendable {
  /// What a path leads to.
  public enum Match: Hashable, Sendable {
    /// The tensor of that name.
    case found(String)
    /// Several names mean the same path, and none is written exactly so.
    case ambiguous([String])
    /// No name means this path.
    case missing
  }

  private let names: Set<String>
  private let byCanonicalName: [String: [String]]

  /// Makes the map of a file's names.
  public init(names: some Sequence<String>) {
    self.names = Set(names)
    byCanonicalName = Dictionary(grouping: self.names.sorted(), by: NameMap.canonical)
  }

  /// The name in the file of the parameter at `path`.
  ///
  /// A name written exactly so wins, then one with `params/` before it, then any that means the same.
  public func match(_ path: String) -> Match {
    for exact in [path, "params/" + path] where names.contains(exact) { return .found(exact) }
    guard let candidates = byCanonicalName[NameMap.canonical(path)] else { return .missing }
    return candidates.count == 1 ? .found(candidates[0]) : .ambiguous(candidates)
  }

  /// The plain form of a name: components joined by `/`, list indices joined to their list by `_`,
  /// without the `params` collection and without a box around the array.
  public static func canonical(_ name: String) -> String {
    var plain = ""
    for character in name {
      switch character {
      case "[": plain.append("/")
      case "]", "'", "\"": break
      default: plain.append(character)
      }
    }
    let separators: Set<Character> = plain.contains("/") ? ["/"] : ["."]
    var components: [String] = []
    for part in plain.split(whereSeparator: separators.contains) {
      if let last = components.last, part.allSatisfy({ $0.isASCII && $0.isNumber }) {
        components[components.count - 1] = "\(last)_\(part)"
      } else {
        components.append(String(part))
      }
    }
    while components.count > 1, components[0] == "params" { components.removeFirst() }
    if components.count > 1, components.last == "value" { components.removeLast() }
    if let last = components.last, last.hasSuffix(".value") {
      components[components.count - 1] = String(last.dropLast(".value".count))
    }
    return components.joined(separator: "/")
  }
}

/// Which name of OFFLINE is which of STREAM.
package struct NameMatching: Hashable, Sendable {
  /// How two names were found to mean the same.
  package enum Reason: String, Hashable, Sendable {
    /// They are the same.
    case same
    /// A user's map says so.
    case map
    /// They are the same without words such as `streaming` and outer boxes such as `module`.
    case pattern
  }

  package struct Pair: Hashable, Sendable {
    package let offline: String
    package let stream: String
    package let reason: Reason
  }

  /// The pairs, in the order of OFFLINE.
  package let pairs: [Pair]
  package let onlyOffline: [String]
  package let onlyStream: [String]

  /// Matches names, by `rules` first.
  ///
  /// - Throws: ``TraceError`` `.map` for a rule that fits nothing.
  package init(
    offline: [String], stream: [String], rules: NameRules? = nil
  ) throws(TraceError) {
    var partners: [String: (String, Reason)] = [:]
    var taken: Set<String> = []
    for pair in try rules?.pairs(offline: offline, stream: stream) ?? []
    where !taken.contains(pair.stream) {
      partners[pair.offline] = (pair.stream, .map)
      taken.insert(pair.stream)
    }
    let known = Set(stream)
    for name in offline where partners[name] == nil && known.contains(name) {
      guard taken.insert(name).inserted else { continue }
      partners[name] = (name, .same)
    }
    // Only what is unique on both sides: a guess between two would be no better than none.
    let left = Dictionary(grouping: offline.filter { partners[$0] == nil }, by: Self.core)
    let right = Dictionary(grouping: stream.filter { !taken.contains($0) }, by: Self.core)
    for (core, names) in left {
      guard names.count == 1, let others = right[core], others.count == 1 else { continue }
      partners[names[0]] = (others[0], .pattern)
      taken.insert(others[0])
    }
    pairs = offline.compactMap { name in
      partners[name].map { Pair(offline: name, stream: $0.0, reason: $0.1) }
    }
    onlyOffline = offline.filter { partners[$0] == nil }
    onlyStream = stream.filter { !taken.contains($0) }
  }

  /// A name without what classes for streaming add to it.
  static func core(_ name: String) -> String {
    var parts = name.lowercased().split { $0 == "/" || $0 == "." }.map(String.init)
    let boxes: Set<String> = ["module", "model", "_orig_mod", "net", "self", "params"]
    while parts.count > 1, boxes.contains(parts[0]) { parts.removeFirst() }
    let words = [
      "streaming", "stream", "online", "causal", "stateful", "step", "offline", "cached",
    ]
    return parts.map { part in
      for word in words {
        for mark in ["_", ""] {
          if part.hasPrefix(word + mark), part.count > (word + mark).count {
            return String(part.dropFirst((word + mark).count))
          }
          if part.hasSuffix(mark + word), part.count > (mark + word).count {
            return String(part.dropLast((mark + word).count))
          }
        }
      }
      return part
    }
    .joined(separator: "/")
  }

  /// What was matched, for people: the preview that a map is checked by.
  package var lines: [String] {
    let same = pairs.count { $0.reason == .same }
    let others = pairs.filter { $0.reason != .same }
    guard !others.isEmpty || !onlyOffline.isEmpty || !onlyStream.isEmpty else { return [] }
    var lines = ["names: \(same) the same" + (others.isEmpty ? "" : ", \(others.count) matched:")]
    lines += others.map { "  \($0.offline) -> \($0.stream)  (\($0.reason.rawValue))" }
    for (side, names) in [("OFFLINE", onlyOffline), ("STREAM", onlyStream)] where !names.isEmpty {
      let rest = names.count > 8 ? ", … \(names.count - 8) more" : ""
      lines.append("only in \(side): \(names.prefix(8).joined(separator: ", "))\(rest)")
    }
    return lines
  }
}

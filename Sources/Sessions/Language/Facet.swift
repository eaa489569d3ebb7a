/// What of a layer is meant: `PATH:facet[slice]`.
package struct Facet: Hashable, Sendable {
  /// The kinds of facets.
  package enum Kind: Hashable, Sendable {
    case input
    /// Step-wise output.
    case out
    /// Layer-wise output.
    case layer
    case expected
    case diff
    case mask
    case state(String?)
    case parameter(String?)
    case emit(String?)
    /// A field of the layer's config.
    case field(String)
  }

  /// The path as typed.
  package var path: String
  package var kind: Kind
  package var slice: Slice?

  init(path: String, kind: Kind) { (self.path, self.kind) = (path, kind) }

  /// Reads `PATH`, `PATH:facet`, `PATH.field`, each with `[slice]` behind it.
  ///
  /// - Throws: ``CommandError`` `.syntax` or `.unknownFacet` with the legal facets.
  package init(_ text: String) throws(CommandError) {
    var body = Substring(text)
    slice = nil
    let isAfterName = body.hasSuffix("]") && Facet.sliceStart(body) != nil
    if isAfterName, let start = Facet.sliceStart(body) {
      slice = try Slice(String(body[body.index(after: start)..<body.index(before: body.endIndex)]))
      body = body[..<start]
    }
    if let colon = body.firstIndex(of: ":") {
      path = String(body[..<colon])
      kind = try Facet.kind(String(body[body.index(after: colon)...]))
    } else if let dot = body.lastIndex(of: "."), dot != body.startIndex, body != "." {
      path = String(body[..<dot])
      kind = .field(String(body[body.index(after: dot)...]))
    } else {
      path = String(body)
      kind = .out
    }
  }

  /// The bracket that opens a slice; `rep[3]/child` has none, `c2[0, 3]` and `rep[3]/child[0]` have.
  private static func sliceStart(_ text: Substring) -> Substring.Index? {
    guard text.hasSuffix("]"), let open = text.lastIndex(of: "[") else { return nil }
    return open
  }

  private static func kind(_ text: String) throws(CommandError) -> Kind {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    let leaf = parts.count > 1 ? parts[1] : nil
    switch parts.first ?? "" {
    case "in": return .input
    case "out": return .out
    case "layer": return .layer
    case "expected": return .expected
    case "diff": return .diff
    case "mask": return .mask
    case "state": return .state(leaf)
    case "param": return .parameter(leaf)
    case "emit": return .emit(leaf)
    default:
      throw CommandError(
        .unknownFacet, found: "the facet '\(text)'",
        expected: ":in :out :layer :expected :diff :mask :state.LEAF :param.LEAF :emit.LEAF")
    }
  }
}

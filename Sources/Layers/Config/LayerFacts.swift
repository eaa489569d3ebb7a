/// What the documentation of a layer says: generated from the doc comment of its file.
public struct LayerFacts: Sendable {
  /// The first paragraph: what it does, with the formula.
  public let summary: String
  /// The items of the list, such as `Shape`, `Mask` and `Streaming`, in their order.
  public let items: [(label: String, text: String)]

  /// Creates the facts of a layer.
  public init(_ summary: String, _ items: [(label: String, text: String)]) {
    self.summary = summary
    self.items = items
  }
}

extension LayerFacts {
  /// The facts of the library's layers by their names, from the texts that `Protos/generate.sh` writes.
  static let documented: [String: LayerFacts] = {
    var result: [String: LayerFacts] = [:]
    for text in texts {
      var scanner = SchemaScanner(text)
      while !scanner.isAtEnd {
        scanner.expect("layer ")
        let name = scanner.rest()
        result[name] = LayerFacts(&scanner)
      }
    }
    return result
  }()

  private init(_ scanner: inout SchemaScanner) {
    summary = scanner.doc()
    items = SchemaScanner.lines(&scanner) { scanner in
      let label = scanner.word()
      scanner.expect(": ")
      return (label, scanner.rest())
    }
  }
}

/// A kind of file that is not read: what it is called, and how it is converted.
package struct ForeignKind: Hashable, Sendable {
  /// The name with its article: `a GGUF file`.
  package let name: String
  /// What to do, with `{in}` for the file and `{out}` for its path without the ending.
  private let conversion: String

  package init(_ name: String, _ conversion: String) {
    (self.name, self.conversion) = (name, conversion)
  }

  /// Whether it is a state dictionary of PyTorch, whose tensors can be read.
  package var isTorch: Bool { self == .torch }

  /// Whether it is an ONNX model, which can be opened.
  package var isONNX: Bool { self == .onnx }

  /// What to do about a file of this kind: a line for a shell where one converts it.
  package func advice(for path: String) -> String {
    // A path stands in quotes; one that would end them is left for people to fill in.
    let isPlain = !path.utf8.contains { "'\"\\$`!".utf8.contains($0) || $0 < 0x20 }
    let shown = isPlain ? path : "FILE"
    let name = shown.split(separator: "/").last ?? ""
    let stem = name.dropFirst().contains(".") ? shown.prefix(upTo: shown.lastDot) : shown[...]
    return conversion.replacing("{in}", with: shown).replacing("{out}", with: stem)
  }

  /// The kind whose files begin so.
  static func bySignature(_ start: [UInt8]) -> ForeignKind? {
    table.first { row in
      row.signatures.contains { start.dropFirst($0.offset).starts(with: $0.bytes) }
    }?.kind ?? (isONNX(start) ? onnx : isKaldi(start) ? kaldi : nil)
  }

  /// The kind whose names end so.
  static func byEnding(_ ending: String) -> ForeignKind? {
    ending.isEmpty ? nil : table.first { $0.endings.contains(ending) }?.kind
  }

  /// A pickle of any protocol; protocols 0 and 1 have no signature and are text or nearly so.
  static func pickle(_ start: [UInt8]) -> ForeignKind? {
    if start.count > 1, start[0] == 0x80, (2...5).contains(start[1]) { return .pickle }
    let openings = ["(lp", "(dp", "]q\0", "}q\0", "cnumpy.", "ccopy_reg\n", "ccollections\n"]
    return openings.contains { start.starts(with: $0.utf8) } ? .pickle : nil
  }

  /// The version of the format, then the name of the program that wrote it, or at once the graph.
  private static func isONNX(_ start: [UInt8]) -> Bool {
    guard start.count > 4, start[0] == 0x08, (1...20).contains(start[1]) else { return false }
    if start[2] == 0x3A { return true }
    guard start[2] == 0x12 else { return false }
    let name = start.dropFirst(4).prefix(Int(start[3]))
    return !name.isEmpty && name.allSatisfy { (0x20..<0x7F).contains($0) }
  }

  /// A key, a blank, and the mark of binary data.
  private static func isKaldi(_ start: [UInt8]) -> Bool {
    guard let place = start.firstRange(of: [0x20, 0x00, 0x42]) else { return false }
    return start[..<place.lowerBound].allSatisfy { (0x21..<0x7F).contains($0) }
  }
}

extension String {
  /// Where its last dot is; the end if it has none.
  fileprivate var lastDot: Index { lastIndex(of: ".") ?? endIndex }
}

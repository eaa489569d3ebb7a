/// A pattern in which `*` stands for any text.
struct Glob {
  private let parts: [Substring]

  init(_ pattern: String) {
    parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
  }

  func matches(_ name: String) -> Bool {
    guard let first = parts.first, let last = parts.last else { return true }
    guard parts.count > 1 else { return name == first }
    guard name.hasPrefix(first), name.hasSuffix(last), name.count >= first.count + last.count else {
      return false
    }
    var rest = name.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = Self.firstRange(of: part, in: rest) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }

  private static func firstRange(of part: Substring, in text: Substring) -> Range<String.Index>? {
    var start = text.startIndex
    while start <= text.endIndex {
      if text[start...].hasPrefix(part) { return start..<text.index(start, offsetBy: part.count) }
      guard start < text.endIndex else { return nil }
      start = text.index(after: start)
    }
    return nil
  }
}

/// Keys that wait for the line editor, as they will probably look.
package enum TypedAhead {
  /// The text of the bytes: what was typed and not rubbed out, without keys that type nothing.
  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    var result: [Unicode.Scalar] = []
    var keys = EscapeSkipper()
    for scalar in String(decoding: Array(bytes), as: UTF8.self).unicodeScalars {
      guard keys.isText(scalar) else { continue }
      switch scalar.value {
      case 0x0a, 0x0d: result.append("\n")
      case 0x08, 0x7f: _ = result.popLast()
      case 0x15: result.removeAll()
      case ..<0x20: continue
      default: result.append(scalar)
      }
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: result)
    return String(text)
  }

  /// Tells the scalars of escape sequences from text.
  private struct EscapeSkipper {
    private enum State { case text, escape, sequence }
    private var state = State.text

    mutating func isText(_ scalar: Unicode.Scalar) -> Bool {
      switch state {
      case .text:
        if scalar.value == 0x1b { state = .escape }
        return scalar.value != 0x1b
      case .escape:
        state = scalar == "[" || scalar == "O" ? .sequence : .text
      case .sequence:
        if (0x40...0x7e).contains(scalar.value) { state = .text }
      }
      return false
    }
  }
}

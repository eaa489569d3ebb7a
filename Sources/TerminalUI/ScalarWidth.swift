extension Unicode.Scalar {
  /// Columns that this character takes on a terminal: 0 for marks and invisible characters, 2 for
  /// East Asian wide characters and emoji, 1 for all others.
  package var columns: Int {
    if value < 0x300 || properties.isBidiControl { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Vowels and finals of conjoining Hangul draw into the syllable before them.
    if (0x1160...0x11ff).contains(value) { return 0 }
    return Self.wide.contains { $0.contains(value) } ? 2 : 1
  }

  /// The character itself, or a visible stand-in for one that would move the cursor or turn the
  /// direction of writing.
  package var printable: Unicode.Scalar {
    if value < 0x20 { return Unicode.Scalar(0x2400 + value) ?? " " }
    if value == 0x7f { return "␡" }
    return (0x80..<0xa0).contains(value) || properties.isBidiControl ? "�" : self
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x231a...0x231b, 0x2329...0x232a, 0x23e9...0x23ec, 0x25fd...0x25fe,
    0x2614...0x2615, 0x2648...0x2653, 0x26aa...0x26ab, 0x26bd...0x26be, 0x2705...0x2705,
    0x2728...0x2728, 0x274c...0x274c, 0x2753...0x2755, 0x2795...0x2797, 0x2e80...0x303e,
    0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3,
    0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
    0x16fe0...0x18aff, 0x1b000...0x1b2fb, 0x1f300...0x1f320, 0x1f32d...0x1f335,
    0x1f337...0x1f37c, 0x1f37e...0x1f393, 0x1f3a0...0x1f3ca, 0x1f3e0...0x1f3f0,
    0x1f400...0x1f43e, 0x1f440...0x1f440, 0x1f442...0x1f4fc, 0x1f4ff...0x1f53d,
    0x1f550...0x1f567, 0x1f5fb...0x1f64f, 0x1f680...0x1f6c5, 0x1f900...0x1f9ff,
    0x1fa70...0x1faff, 0x20000...0x3fffd,
  ]
}

extension StringProtocol {
  /// Columns that the text takes on a terminal, as `Region.text` draws it.
  package var columns: Int {
    unicodeScalars.reduce(0) { $0 + $1.columns }
  }
}

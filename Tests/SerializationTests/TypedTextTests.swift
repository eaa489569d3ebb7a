import Diagnostics
import Serialization
import Testing

@Suite struct TypedTextTests {
  static let cases: [(from: String, to: String)] = [
    ("a\r\nb\rc\n", "a\nb\nc\n"),
    ("\u{FEFF}step", "step"),
    ("set\u{A0}c1.kernelSize\u{2007}5\u{3000}", "set c1.kernelSize 5 "),
    ("name: “c1”", "name: \"c1\""),
    ("„a“ «b» ‘c’", "\"a\" \"b\" 'c'"),
    // What stands in a string with plain quotes is meant.
    ("text \"it’s “so”\u{A0}\"\r\n", "text \"it’s “so”\u{A0}\"\n"),
    ("\"a\\\"“\" “b”", "\"a\\\"“\" \"b\""),
    // A word in a comment opens no string.
    ("# don’t “\nname: “a”", "# don’t “\nname: \"a\""),
    ("file#1 “a”", "file#1 \"a\""),
  ]

  @Test(
    "other characters for blanks, quotes and line ends are read as the plain ones",
    arguments: cases.indices)
  func normalized(index: Int) {
    let (from, to) = Self.cases[index]
    #expect(TypedText.normalized(from).unicodeScalars.elementsEqual(to.unicodeScalars))
    #expect(TypedText.normalized(to) == to)
  }

  @Test("UTF-16 is read where its mark says so, and what is no text is not")
  func decoded() {
    let units = Array("é“".utf16)
    let little: [UInt8] = [0xFF, 0xFE] + units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let big: [UInt8] = [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    #expect(TypedText.decoded(little) == "é\"" && TypedText.decoded(big) == "é\"")
    #expect(TypedText.decoded([0x61, 0xFF]) == nil)
    #expect(TypedText.decoded([]) == "")
    #expect(PlainText.decoded(little) == "é“" && PlainText.validated(big) == "é“")
    #expect(PlainText.decoded([0xEF, 0xBB, 0xBF, 0x61, 0xFF]) == "a\u{FFFD}")
    #expect(PlainText.validated([0x61, 0xFF]) == nil)
  }

  @Test("text is shown without anything that a terminal obeys")
  func visible() {
    #expect("a\nb é → 東 👩🏽".visible == "a\nb é → 東 👩🏽")
    #expect("\u{1b}[31m\u{7}\t\r\u{7f}".visible == "\\u{1b}[31m\\u{7}\\t\\r\\u{7f}")
    #expect(
      "\u{85}\u{9b}\u{202e}\u{2066}\u{2028}".visible == "\\u{85}\\u{9b}\\u{202e}\\u{2066}\\u{2028}")
    for value in UInt32(0)..<0x3000 {
      guard let scalar = Unicode.Scalar(value), scalar != "\n" else { continue }
      #expect(String(Character(scalar)).visible.unicodeScalars.allSatisfy { !$0.isTerminalControl })
    }
  }
}

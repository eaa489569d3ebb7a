import TerminalUI
import Testing

@Suite("Keys that wait for the line editor")
struct TypedAheadTests {
  @Test(
    "are shown as the text that they will make",
    arguments: [
      ("step 2", "step 2"), ("step\r", "step\n"), ("stepp\u{7f} 2", "step 2"), ("\u{7f}a", "a"),
      ("wrong\u{15}right", "right"), ("a\u{1b}[Ab\u{1b}OHc", "abc"),
      ("\u{1b}[200~pasted\u{1b}[201~", "pasted"), ("\u{1b}xé", "é"), ("\u{1}a\u{5}", "a"), ("", ""),
    ])
  func text(_ typed: String, shown: String) {
    #expect(TypedAhead.text(typed.utf8) == shown)
  }

  @Test("a character that is not whole yet is no error")
  func cut() { #expect(TypedAhead.text(Array("é".utf8).prefix(1)) == "\u{fffd}") }
}

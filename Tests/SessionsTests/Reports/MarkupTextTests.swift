import Sessions
import Testing

@Suite struct MarkupTextTests {
  @Test(
    "signs of markup, line ends and control characters are what a reader of XML takes",
    arguments: [
      (
        "a < b & \"c\" > d", "a &lt; b &amp; &quot;c&quot; &gt; d",
        "a &lt; b &amp; &quot;c&quot; &gt; d"
      ),
      ("é 東 👩🏽", "é 東 👩🏽", "é 東 👩🏽"), ("one\ttwo\nthree", "one\ttwo\nthree", "one\ttwo&#10;three"),
      ("\u{1b}[31m\u{0}\u{FFFE}", "\u{FFFD}[31m\u{FFFD}\u{FFFD}", "\u{FFFD}[31m\u{FFFD}\u{FFFD}"),
    ])
  func escapes(text: String, element: String, attribute: String) {
    #expect(MarkupText.escaped(text) == element)
    #expect(MarkupText.escaped(text, isAttribute: true) == attribute)
  }
}

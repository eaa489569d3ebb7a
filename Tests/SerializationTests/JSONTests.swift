import Serialization
import Testing

@Suite struct JSONTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

  @Test("values of every kind read")
  func values() throws {
    let text = #" {"a": [1, -2, 3.5, 1e3, true, false, null], "b": {"c": "d"}, "e": []} "#
    let value = try parse(text)
    #expect(value["a"]?.array?.count == 7)
    #expect(value["a"]?.array?[1] == .integer(-2))
    #expect(value["a"]?.array?[3] == .number(1000))
    #expect(value["b"]?["c"]?.string == "d")
    #expect(value["e"] == .array([]))
    #expect(value["z"] == nil)
  }

  @Test("what editors put in is read past, and strings keep what is in them")
  func typedText() throws {
    let value = try parse("\u{FEFF}{\u{A0}“a”:\r\n \"it’s “so”\"}")
    #expect(value["a"]?.string == "it’s “so”")
    #expect(throws: JSONError.self) { try parse("{“a”: “b}") }
  }

  @Test("control characters and marks of direction are written as escapes")
  func escapesControls() {
    let text = JSONValue.string("\u{7f}\u{85}\u{202e}\u{1b}é").text()
    #expect(text == "\"\\u007f\\u0085\\u202e\\u001bé\"")
  }

  @Test("whole numbers keep all their digits")
  func wholeNumbers() throws {
    #expect(try parse("9007199254740993") == .integer(9_007_199_254_740_993))
    #expect(try parse("99999999999999999999") == .number(1e20))
  }

  @Test("text reads back as the same value, on one line or indented", arguments: [false, true])
  func roundTrip(indented: Bool) throws {
    let value: JSONValue = .object([
      .init("quote \" slash \\ line \n ü 😀 \u{1}", .string("\t\r\u{7f}")),
      .init("numbers", .array([.integer(.max), .integer(.min), .number(-1.5e-300), .number(0.1)])),
      .init("nothing", .array([.null, .bool(true), .object([]), .array([])])),
    ])
    #expect(try parse(value.text(indented: indented)) == value)
  }

  @Test("indented text is laid out for people")
  func indentedText() {
    let value: JSONValue = .object([
      .init("a", .array([.integer(1), .integer(2)])), .init("b", .object([])),
    ])
    #expect(value.text() == #"{"a":[1,2],"b":{}}"#)
    #expect(value.text(indented: true) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}")
    #expect(JSONValue.number(.infinity).text() == "\"inf\"")
  }

  @Test("escapes and surrogate pairs")
  func escapes() throws {
    #expect(try parse(#""\u00fc\ud83d\ude00\/\b""#) == .string("ü😀/\u{8}"))
  }

  @Test(
    "malformed text is refused with its position",
    arguments: [
      "", "{", "[1,", "[1 2]", "{\"a\" 1}", "{a: 1}", "\"abc", "\"\\x\"", "\"\\u12\"",
      "\"\\ud800\"",
      "\"\\u+123\"", "tru", "+1", "1.2.3", "--1", "nan", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "[] []",
      "\"\n\"",
    ])
  func malformed(text: String) {
    #expect(throws: JSONError.self) { try parse(text) }
  }

  @Test("bytes that are not UTF-8 are refused")
  func brokenText() {
    #expect(throws: JSONError.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
  }
}

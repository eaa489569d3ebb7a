import Testing
import Traces

@Suite struct NameMatchingTests {
  @Test("names of classes for streaming are matched, others are not guessed")
  func patterns() throws {
    let names = try NameMatching(
      offline: ["conv", "block.0.gru", "out", "a1", "extra"],
      stream: ["streaming_conv", "module.block/0/gru_stream", "out", "a2"])
    #expect(names.pairs.map(\.stream) == ["streaming_conv", "module.block/0/gru_stream", "out"])
    #expect(names.pairs.map(\.reason) == [.pattern, .pattern, .same])
    #expect(names.onlyOffline == ["a1", "extra"] && names.onlyStream == ["a2"])
    #expect(names.lines.contains { $0.contains("conv -> streaming_conv") })
  }

  @Test("two names that could be meant are left alone")
  func ambiguity() throws {
    let names = try NameMatching(offline: ["conv"], stream: ["streaming_conv", "online_conv"])
    #expect(names.pairs.isEmpty)
  }

  @Test("a map says which name is which, with patterns")
  func map() throws {
    let rules = try NameRules(
      parsing: "# the encoder\nenc/*/y -> stack/*/z\nout = logits  # last\n", path: "map.txt")
    let names = try NameMatching(
      offline: ["enc/0/y", "enc/1/y", "out"], stream: ["stack/0/z", "stack/1/z", "logits"],
      rules: rules)
    #expect(names.pairs.map(\.stream) == ["stack/0/z", "stack/1/z", "logits"])
    #expect(names.pairs.allSatisfy { $0.reason == .map })
  }

  @Test(
    "a map that cannot be right is refused with its line",
    arguments: [
      ("a b c", "line 1"), ("a -> ", "line 1"), ("x\n\n* -> */*", "line 1"),
      ("* -> */*", "as many"),
    ])
  func badMaps(_ text: String, _ part: String) {
    let error = #expect(throws: TraceError.self) { try NameRules(parsing: text, path: "map.txt") }
    #expect(error?.description.contains(part) == true)
  }

  @Test("a rule that fits nothing names the nearest")
  func unused() throws {
    let rules = try NameRules(parsing: "encodr/conv -> conv", path: "map.txt")
    let error = #expect(throws: TraceError.self) {
      try NameMatching(offline: ["encoder/conv"], stream: ["conv"], rules: rules)
    }
    #expect(error?.description.contains("did you mean encoder/conv?") == true)
  }
}

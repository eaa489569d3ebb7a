import Foundation
import Serialization
import Sessions
import Testing

/// Holds recorded lines against the fields that `Protos/session.proto` describes.
@Suite struct SchemaTests {
  /// Field names by message.
  private static func messages() throws -> [String: [(name: String, type: String)]] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent("Protos/session.proto"), encoding: .utf8)
    var messages: [String: [(name: String, type: String)]] = [:]
    var current = ""
    for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) })
    where !line.hasPrefix("//") {
      let words = line.split(separator: " ").map(String.init)
      if words.first == "message" { current = words[1] }
      guard line.hasSuffix(";"), let place = words.firstIndex(of: "="), place >= 2 else { continue }
      messages[current, default: []].append((words[place - 1], words[place - 2]))
    }
    return messages
  }

  /// Checks the members of an object against a message, and those inside.
  private func check(
    _ json: JSONValue, _ message: String, _ messages: [String: [(name: String, type: String)]],
    _ seen: inout Set<String>
  ) throws {
    let fields = try #require(messages[message])
    for member in try #require(json.members) {
      let field = try #require(
        fields.first { $0.name == member.name }, "\(message) has no field \(member.name)")
      seen.insert("\(message).\(field.name)")
      guard messages[field.type] != nil else { continue }
      for element in member.value.array ?? [member.value] {
        try check(element, field.type, messages, &seen)
      }
    }
  }

  @Test("every recorded field is in the schema, and every field of the schema is recorded")
  func fields() throws {
    let scratch = try Scratch()
    let workspace = try scratch.workspace([
      Small.stack, Small.input, "show .:in > in.npy", "input in.npy", "step", "check equal",
    ])
    // A long command goes on in a second event.
    var now = Duration.zero
    workspace.session.clock = {
      now += .milliseconds(600)
      return now
    }
    try workspace.performAll(["step 5", "save a.session"])
    let messages = try Self.messages()
    var seen: Set<String> = []
    let mark = SessionLines.text(.mark, SessionMark.begun("step").json)
    let text = String(decoding: try scratch.bytes("a.session"), as: UTF8.self) + mark
    for line in text.split(separator: "\n") {
      try check(try JSONValue.parse(Array(line.utf8)), "SessionLine", messages, &seen)
    }
    let all = messages.flatMap { message in message.value.map { "\(message.key).\($0.name)" } }
    #expect(Set(all) == seen)
  }
}

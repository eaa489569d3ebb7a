import Foundation
import Sessions
import Testing

/// What a report tells a colleague, in both forms.
@Suite struct ReportTests {
  private static let lines = [
    Small.stack, Small.input, "mark odd", "fault lstm stale-state at 3", "run",
  ]

  private func report(
    _ name: String, _ lines: [String] = lines
  ) throws -> (text: String, workspace: Workspace, scratch: Scratch) {
    let scratch = try Scratch()
    let workspace = try scratch.workspace(lines)
    try workspace.performAll(["report \(name)"])
    return (String(decoding: try scratch.bytes(name), as: UTF8.self), workspace, scratch)
  }

  /// The blocks of a Markdown text below a heading.
  private func section(_ heading: String, of text: String) throws -> String {
    let parts = text.components(separatedBy: "\n## ")
    return try #require(parts.first { $0.hasPrefix(heading + "\n") }, "\(heading) is missing")
  }

  @Test("stack and input stand in it as they are typed")
  func stack() throws {
    let (text, workspace, _) = try report("a.md")
    let stack = try section("Stack", of: text)
    for name in ["c1", "lstm", "out"] { #expect(stack.contains("name: \"\(name)\"")) }
    #expect(
      stack.contains(
        "Input: noise --channels 3 --lengths 12,7 --seed 3 ([2, 12, 3] float32, lengths 12, 7)."))
    // What is typed from it is the same stack.
    let fence = stack.components(separatedBy: "```")[1]
    let typed = fence.trimmingCharacters(in: .whitespacesAndNewlines)
    let again = try Scratch().workspace(["stack \(typed)"])
    #expect(again.session.stackText == workspace.session.stackText)
  }

  @Test("every layer has the verdict that diff gives, and the sentence is that of bisect")
  func verdicts() throws {
    let (text, workspace, _) = try report("a.md")
    let verdicts = try section("Step by step beside the whole", of: text)
    let lines = verdicts.components(separatedBy: "\n")
    for line in try workspace.performAll(["diff all"]) {
      let (path, verdict) = (line.prefix { $0 != " " }, line.drop { $0 != " " })
      let words = verdict.trimmingCharacters(in: .whitespaces)
      #expect(lines.contains { $0.hasPrefix(path + " ") && $0.hasSuffix(words) }, "\(line)")
    }
    let why = try section("Where they part, and why", of: text)
    let found = workspace.perform("bisect --quick").lines
    #expect(found.count > 3)
    for line in found where !line.hasPrefix("found in") { #expect(why.contains(line)) }
  }

  @Test("a right session is said to be right, without a cause", arguments: ["a.md", "a.html"])
  func right(name: String) throws {
    let (text, _, _) = try report(name, [Small.stack, Small.input, "run"])
    #expect(text.contains("Every layer gives the same both ways."))
    #expect(!text.contains("Where they part") && text.contains("<svg"))
  }

  /// The points of the curves of the last plot.
  private func curves(_ text: String) throws -> [[Substring]] {
    let plot = try #require(text.components(separatedBy: "<svg").last)
    return plot.components(separatedBy: "<polyline").dropFirst().map { line in
      let points = line.components(separatedBy: "points=\"")[1].prefix { $0 != "\"" }
      return points.split(separator: " ")
    }
  }

  @Test("the plot shows both values of the first wrong place: alike before it, not at it")
  func plots() throws {
    let (text, workspace, _) = try report("a.md")
    let place = try #require(
      workspace.perform("bisect --quick").lines.first { $0.contains("first wrong place: lstm") })
    #expect(place.contains("t 3"))
    let drawn = try curves(text)
    try #require(drawn.count == 2 && drawn[0].count == drawn[1].count)
    #expect(drawn[0].count >= 7)
    #expect(drawn[0].prefix(3) == drawn[1].prefix(3))
    #expect(drawn[0][3] != drawn[1][3])
    // The curves of differences begin where their layers do.
    let differences = text.components(separatedBy: "<svg")[1]
    #expect(differences.contains(">lstm</text>") && !differences.contains(">c1</text>"))
  }

  @Test("notes hold faults, marks, what is expected and branches")
  func notes() throws {
    let (text, _, _) = try report(
      "a.md",
      [Small.stack, Small.input, "step 4", "show out > out.npy"]
        + ["expect out.npy at out", "mark odd", "row 1 reset", "fault lstm stale-state at 3"])
    let notes = try section("Notes", of: text)
    #expect(notes.contains("- fault on purpose: lstm stale-state at 3"))
    #expect(notes.contains("- mark odd: input timestep 4"))
    #expect(notes.contains("- expected at out: out.npy"))
    #expect(notes.contains("- branches: edit-1, main; this is edit-1"))
  }

  @Test("its last lines do the session again, bit for bit")
  func again() throws {
    let (text, workspace, _) = try report("a.md")
    let section = try section("To do it again", of: text)
    let fence = section.components(separatedBy: "```")[1]
    let lines = fence.split(separator: "\n").map(String.init)
    let again = try Scratch().workspace(lines)
    let (first, second) = (workspace.recording.events, again.recording.events)
    #expect(first.map(\.canonical) == second.map(\.canonical))
    #expect(first.map(\.steps) == second.map(\.steps) && first.map(\.state) == second.map(\.state))
    #expect(first.contains { !$0.steps.isEmpty })
  }

  @Test("HTML has the same blocks, closed and escaped")
  func html() throws {
    let scratch = try Scratch()
    let workspace = try scratch.workspace(Self.lines + ["save a&b.session", "report a.html"])
    try workspace.performAll(["report a.md"])
    let text = String(decoding: try scratch.bytes("a.html"), as: UTF8.self)
    let markdown = String(decoding: try scratch.bytes("a.md"), as: UTF8.self)
    #expect(text.contains("<h1>") && text.contains("a&amp;b.session"))
    #expect(!text.contains("a&b.session"))
    for line in markdown.components(separatedBy: "\n") where line.hasPrefix("## ") {
      #expect(text.contains("<h2>\(line.dropFirst(3))</h2>"))
    }
    #expect(text.contains("name: &quot;lstm&quot;"))
    let count = { (text: String) in text.components(separatedBy: "<polyline").count }
    #expect(count(text) == count(markdown))
    var open: [Substring] = []
    for piece in text.components(separatedBy: "<").dropFirst() {
      let tag = piece.prefix { $0 != ">" }
      let name = tag.prefix { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "!" }
      if tag.hasSuffix("/") || ["!", "meta"].contains(where: name.hasPrefix) { continue }
      if name.hasPrefix("/") {
        #expect(open.popLast() == name.dropFirst(), "\(name)")
      } else {
        open.append(name)
      }
    }
    #expect(open.isEmpty)
  }

  @Test("files that exist are kept, and other endings refused")
  func files() throws {
    let (text, workspace, scratch) = try report("a.md")
    #expect(try workspace.refusal(of: "report a.md").contains("report a.md --replace"))
    try workspace.performAll(["report a.md --replace"])
    #expect(String(decoding: try scratch.bytes("a.md"), as: UTF8.self) == text)
    #expect(try workspace.refusal(of: "report a.pdf").contains(".md or .html"))
  }
}

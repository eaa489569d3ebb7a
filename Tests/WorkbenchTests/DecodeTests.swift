import Foundation
import Runtime
import Sessions
import TerminalUI
import Testing
import Workbench

@Suite("The text as a model reads it")
struct DecodeTests {
  static let sizes = [(24, 80), (36, 120), (60, 200)]

  private func bytes(_ size: (Int, Int)) -> Desk {
    var desk = Desk(
      rows: size.0, columns: size.1, open: Desk.project("Sessions/bytes.session"))
    desk.press("0")
    return desk
  }

  @Test("the panel of a byte transformer", arguments: sizes)
  func looks(rows: Int, columns: Int) throws {
    try Snapshot.expect(bytes((rows, columns)).text, matches: "decode-\(columns)x\(rows)")
  }

  @Test("n decodes a token, Enter forces a candidate on a branch of its own")
  func forces() throws {
    var desk = bytes((36, 120))
    let length = desk.model.view.position.inputLength
    desk.press("n")
    #expect(desk.model.view.position.inputLength == length + 1)
    var table = try #require(desk.model.view[DecodePanel.self])
    #expect(table.tokens.last?.source == .sampled)
    #expect(table.tokens.first?.source == nil)
    desk.press("hhj")
    table = try #require(desk.model.view[DecodePanel.self])
    let time = try #require(table.time)
    #expect(time == length - 2)
    let candidate = table.candidates[1]
    #expect(!candidate.isTaken && candidate.rank == 2)
    desk.press(.enter)
    table = try #require(desk.model.view[DecodePanel.self])
    #expect(desk.model.view.position.inputLength == time + 2)
    #expect(table.tokens.last?.id == candidate.id && table.tokens.last?.source == .forced)
    desk.type("branch")
    #expect(desk.model.log.suffix(3).contains { $0.text.contains("b1") })
    desk.type("branch main")
    #expect(desk.model.view.position.inputLength == length + 1)
  }

  @Test("probabilities add up, ranks follow logits, cuts are those of the last decode")
  func candidates() throws {
    var desk = bytes((60, 200))
    desk.type("decode 1 --temperature 1 --top-k 2 --seed 3")
    let table = try #require(desk.model.view[DecodePanel.self])
    #expect(table.candidates.map(\.rank) == Array(1...table.candidates.count))
    #expect(table.candidates.filter { $0.sampled > 0 }.count == 2)
    #expect(abs(table.candidates.reduce(0) { $0 + $1.sampled } - 1) < 1e-9)
    #expect(table.candidates.reduce(0) { $0 + $1.probability } <= 1 + 1e-9)
    #expect(table.candidates.allSatisfy { $0.layer == nil || $0.layer == $0.step })
    // The last layer before the head says what the stack says.
    let lens = try #require(table.lens)
    let last = try #require(lens.lines.last)
    #expect(last.rank == 1 && abs(last.divergence) < 1e-6)
    #expect(abs(last.probability - table.candidates[0].probability) < 1e-6)
    #expect(lens.lines[0].divergence > 0.01)
  }

  /// A byte model whose layers are nested in all ways.
  private static let nested =
    "stack Serial([Embedding(dimension: 6, numEmbeddings: 256, name: \"e\"), "
    + "Repeat(layer: Residual(layers: [RMSNormalization(name: \"norm\"), Dense(features: 6, name: \"mix\")], "
    + "name: \"block\"), numRepeats: 3, name: \"rep\"), "
    + "Serial([Dense(features: 9, name: \"wide\"), Dense(features: 6, name: \"back\"), "
    + "LSTM(units: 6, name: \"lstm\")], name: \"tail\"), "
    + "Serial([RMSNormalization(name: \"final\"), Dense(features: 256, name: \"logits\")], "
    + "name: \"head\")])"

  @Test("layers inside Residual, Repeat and Serial are read, each by the numbers of the head")
  func nestedLayers() throws {
    var desk = Desk(rows: 60, columns: 200)
    desk.type(Self.nested, "input text \"some text\"", "run")
    desk.press(.escape)
    desk.press("0")
    let table = try #require(desk.model.view[DecodePanel.self])
    let lens = try #require(table.lens)
    #expect(lens.head == "final + logits")
    desk.type("show tokens[0, 4]")
    let listed = desk.model.log.map(\.text)
    let paths = ["e", "rep", "tail", "tail/lstm", "tail/back"]
    for path in paths { #expect(listed.contains { $0.hasPrefix(path + " ") }, "\(path)") }
    for name in ["/mix ", "/norm "] { #expect(listed.count { $0.contains(name) } == 3) }
    // Of other channels, and the head itself, nothing can be read.
    for path in ["tail/wide", "head", "head/final"] {
      #expect(!listed.contains { $0.hasPrefix(path + " ") }, "\(path)")
    }
    // What comes before the head says what the stack says.
    let last = try #require(lens.lines.last)
    #expect(last.path == "tail/lstm")
    #expect(last.rank == 1 && abs(last.divergence) < 1e-6)
    #expect(abs(last.probability - table.candidates[0].probability) < 1e-6)
    #expect(lens.lines.contains { $0.divergence > 0.01 })
  }

  @Test("the deepest layers give way where there is little room, but not those beside the selected")
  func extent() throws {
    var desk = Desk(rows: 24, columns: 80)
    desk.type(Self.nested, "input text \"some text\"", "run")
    desk.press(.escape)
    desk.press("0")
    var lens = try #require(desk.model.view[DecodePanel.self]?.lens)
    #expect(lens.lines.count < lens.readableCount)
    #expect(lens.lines.allSatisfy { !$0.path.contains("mix") })
    #expect(
      desk.text.contains("\(lens.lines.count) of \(lens.readableCount) layers, read by final"))
    let path = try #require(
      desk.model.view.layers.map(\.path).first { $0.hasSuffix("mix") && $0.contains("[1]") })
    while desk.model.selectedPath != path { desk.press("1j") }
    desk.press("0")
    lens = try #require(desk.model.view[DecodePanel.self]?.lens)
    #expect(lens.lines.contains { $0.path == path })
  }

  @Test("names of several letters stand beside each other whole, and bars below them")
  func wideNames() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "names-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("vocab.json").path
    let names = (0..<256).map { "\"tok\($0)\": \($0)" }.joined(separator: ", ")
    try Data("{\(names)}".utf8).write(to: URL(fileURLWithPath: file))
    var desk = Desk(rows: 36, columns: 120)
    desk.type(Self.nested, "input text \"some text\"", "run", "names \(file)")
    desk.press(.escape)
    desk.press("0")
    let text = "some text".utf8.map { "tok\($0)" }.joined(separator: " ")
    #expect(desk.text.contains(text))
    desk.press("h")
    #expect(desk.text.contains("t 7: tok120 (120)"))
  }

  @Test(
    "tokens are shown as far as they fit, that under the cursor always", arguments: [1, 7, 30, 90])
  func fits(width: Int) {
    let names = (0..<40).map { String(repeating: "x", count: 1 + $0 * 7 % 15) }
    for cursor in [0, 5, 39] {
      let row = TokenRow(names, cursor: cursor, width: width)
      #expect(row.places.contains { $0.index == cursor })
      for (place, next) in zip(row.places, row.places.dropFirst()) {
        #expect(place.column + place.width < next.column && next.column + next.width <= width)
      }
    }
  }

  @Test("the command prints the same, and names come from a file")
  func prints() throws {
    var desk = bytes((60, 200))
    let table = try #require(desk.model.view[DecodePanel.self])
    desk.type("show tokens")
    let text = desk.model.log.map(\.text)
    let first = table.candidates[0]
    #expect(
      text.contains { $0.hasPrefix("   1  \(first.text)") || $0.hasPrefix("1  \(first.text)") })
    desk.type("show tokens[0, 100000]")
    #expect(desk.model.log.last?.tone == .bad)
  }

  @Test(
    "tokens are called what a file says",
    arguments: [
      "a\nĠb\nc\n", "[\"a\", \" b\", \"c\"]", "{\"c\": 2, \"Ġb\": 1, \"a\": 0}",
      "a\t0\n▁b\t-1.5\nc\t-2e3\n",
      "{\"model\": {\"vocab\": [[\"a\", 0], [\"▁b\", -1.5], [\"c\", -2]]}}",
      "{\"model\": {\"vocab\": {\"a\": 0, \"Ġb\": 1}}, "
        + "\"added_tokens\": [{\"id\": 2, \"content\": \"c\"}]}",
    ])
  func names(text: String) throws {
    let names = try TokenNames(reading: text, file: "names")
    #expect((0..<4).map(names.shown) == ["a", "␣b", "c", "‹3›"])
  }

  @Test("a stack without tokens says what it takes")
  func without() {
    var desk = Desk(rows: 24, columns: 80)
    desk.type("stack LSTM(units: 2)", "input noise --channels 3 --time 9", "run")
    desk.press(.escape)
    desk.press("0")
    #expect(desk.text.contains("This stack gives no logits of tokens"))
    desk.type("show tokens")
    #expect(desk.model.log.contains { $0.text.contains("gives no logits of tokens") })
  }

  @Test("the likeliest are those that sorting finds", arguments: [0, 1, 3, 20, 400])
  func selects(count: Int) {
    let scores = (0..<400).map { (place: Int) -> Double in
      place % 11 == 0 ? -.infinity : Double(place * 7919 % 97)
    }
    let sorted = scores.indices.sorted { (a: Int, b: Int) -> Bool in
      scores[a] == scores[b] ? a < b : scores[a] > scores[b]
    }
    #expect(TokenSampler.likeliest(scores, count) == Array(sorted.prefix(count)))
    #expect(TokenSampler.greedy.sample(scores, rowKey: 0, position: 0) == sorted[0])
  }
}

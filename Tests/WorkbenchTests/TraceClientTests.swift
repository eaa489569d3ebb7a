import Datasets
import Foundation
import Sessions
import Tensors
import TerminalUI
import Testing
import Traces
import Workbench

@Suite("Two recorded runs of another framework")
struct TraceClientTests {
  static let sizes = [(24, 80), (36, 120), (60, 200)]

  /// A model of three places in blocks of 4; the second forgets what came before each block.
  static func write(wrong: Bool) throws -> (offline: String, stream: String) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "traces-\(UUID().uuidString)")
    func array(_ name: String, _ side: String, _ value: (Int, Int) -> Double) throws {
      let place = folder.appendingPathComponent(side)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      let values = (0..<2 * 24 * 3).map { index in
        Float(value(index / 3 % 24, index))
      }
      let tensor = Tensor(values, shape: [2, 24, 3])
      try Data(Npy.encoded(tensor)).write(to: place.appendingPathComponent("\(name).npy"))
    }
    for side in ["offline", "stream"] {
      let isWrong = wrong && side == "stream"
      func front(_ index: Int) -> Double { Double(index * 37 % 101) / 50 - 1 }
      func sum(_ time: Int, _ index: Int) -> Double {
        time > 0 && !(isWrong && time % 4 == 0) ? front(index) + front(index - 3) : front(index)
      }
      try array("front", side) { _, index in front(index) }
      try array("mixed", side) { sum($0, $1) }
      try array("output", side) { 2 * sum($0, $1) }
    }
    return (folder.path + "/offline", folder.path + "/stream")
  }

  func desk(_ size: (Int, Int), wrong: Bool = true) throws -> Desk {
    let paths = try Self.write(wrong: wrong)
    var options = ForeignPair.Options()
    options.blocks = [4]
    return Desk(
      rows: size.0, columns: size.1,
      client: TraceClient { [options] watch in
        try TraceSession(
          offline: paths.offline, stream: paths.stream, options, watch: watch)
      })
  }

  @Test("d leads to layer, row, timestep and channel, 9 shows where they part", arguments: sizes)
  func leads(rows: Int, columns: Int) throws {
    var desk = try desk((rows, columns))
    #expect(desk.screen.line(1).contains("mixed first: row 0, t 4"))
    desk.press("d")
    #expect(desk.model.selectedPath == "mixed" && desk.model.cursorTime == 4)
    desk.press("4")
    let beside = try #require(desk.model.view[BesidePanel.self])
    #expect(beside.time == 4 && beside.channels.allSatisfy { $0.difference > 0 })
    desk.press("9")
    let parts = try #require(desk.model.view[DifferencesPanel.self])
    #expect(parts.firstPath == "mixed")
    for line in parts.lines {
      let isWrong = line.path != "front"
      for (cell, times) in zip(line.cells, parts.columns) {
        let isSeam = times.contains { $0 > 0 && $0 % 4 == 0 }
        #expect((cell != .equal) == (isWrong && isSeam))
      }
    }
    #expect(desk.text.contains("mixed") && parts.cause?.contains("mixed") == true)
    desk.press("2")
    #expect(desk.model.view[SequencePanel.self]?.lanes.count == 2)
  }

  @Test("panels that need a model say what is missing", arguments: sizes)
  func missing(rows: Int, columns: Int) throws {
    var desk = try desk((rows, columns))
    for key in ["3", "5", "7", "8", "0"] {
      desk.press(key)
      desk.press("z")
      #expect(desk.text.contains("Of two recorded runs there is nothing here: this takes"))
      desk.press("z")
    }
  }

  @Test("commands answer in sentences, others say that they need a model")
  func commands() throws {
    var desk = try desk((60, 200))
    desk.type("bisect")
    #expect(desk.model.log.last?.text.contains("mixed") == true)
    desk.type("goto first-difference")
    #expect(desk.model.view.position.step == 2)
    desk.type("back", "show mixed[1, 4]")
    #expect(desk.model.view.position.step == 1)
    #expect(desk.model.log.contains { $0.text == "mixed  row 1, t 4" })
    desk.type("show differences[1]", "diff all", "causes", "show names", "help")
    #expect(!desk.model.log.suffix(20).contains { $0.tone == .bad })
    for line in ["fault mixed stale-state", "diff mixd", "goto 99", "show mixed[9, 0]", "nonsense"]
    {
      desk.type(line)
      #expect(desk.model.log.last?.tone == .bad)
    }
    #expect(desk.model.log.contains { $0.text.contains("fault needs a model") })
    #expect(desk.model.log.contains { $0.text.contains("did you mean mixed?") })
    desk.type("quit")
    #expect(desk.hasQuit)
  }

  @Test(
    "opening tells how far it is and can be stopped between any two pieces of work",
    arguments: [true, false])
  func stops(wrong: Bool) throws {
    let paths = try Self.write(wrong: wrong)
    var request = ViewRequest()
    request.look.path = "."
    func open(_ stop: Int?) -> (TraceClient, Outcome, [Workbench.Progress]) {
      let client = TraceClient { watch in
        var options = ForeignPair.Options()
        options.blocks = [4]
        return try TraceSession(
          offline: paths.offline, stream: paths.stream, options, watch: watch)
      }
      var told: [Workbench.Progress] = []
      let outcome = client.open(showing: request) { progress in
        if told.count == stop { client.canceller() }
        told.append(progress)
      }
      return (client, outcome, told)
    }
    let (whole, opened, told) = open(nil)
    #expect(opened.status == .done && told.count > 6)
    #expect(told.allSatisfy { (0...$0.total).contains($0.done) && $0.total > 0 })
    #expect(Set(told.map(\.label)).isSuperset(of: ["reading array", "comparing place"]))
    let all = whole.view(request).layers.map(\.path)
    var counts: Set<Int> = []
    for stop in 0..<told.count - 1 {
      let (client, outcome, _) = open(stop)
      #expect(outcome.lines.first?.text.hasPrefix("stopped") == true)
      guard outcome.status == .done else {
        #expect(outcome.lines.map(\.text) == ["stopped before any place was compared"])
        continue
      }
      // What was compared is as in the whole, and nothing is said of the rest.
      let view = client.view(request)
      let text = outcome.lines.map(\.text).joined(separator: "\n")
      counts.insert(view.layers.count - 1)
      #expect(view.layers.map(\.path) == Array(all.prefix(view.layers.count)))
      #expect(!text.contains("all 3 places") && !outcome.lines.contains { $0.tone == .good })
      let verdict = try #require(view.verdict)
      let isFound = wrong && view.layers.count > 2
      #expect(verdict.isEqual == !isFound && (isFound || verdict.warning != nil))
      if isFound { #expect(text.contains("mixed") && text.contains("t 4")) }
      if view.layers.count <= 3 { #expect(text.contains("\(4 - view.layers.count) not compared")) }
      // The session goes on: what is asked for is computed.
      let shown = client.perform("show differences") { _ in }
      #expect(shown.status == .done && shown.lines.count > view.layers.count)
    }
    #expect(counts.isSuperset(of: [1, 2]))
  }

  @Test("equal runs are said to be equal; files that cannot be read say why")
  func ends() throws {
    let equal = try desk((24, 80), wrong: false)
    #expect(equal.screen.line(1).contains("="))
    let client = TraceClient { watch in
      try TraceSession(
        offline: "nowhere.npz", stream: "nowhere.npz", ForeignPair.Options(), watch: watch)
    }
    let opened = client.open { _ in }
    #expect(opened.status == .failed && opened.lines.last?.text.contains("nowhere.npz") == true)
  }
}

import Foundation
import PtyHarness
import Serialization
import Sessions
import Testing

/// The program on sessions that somebody made up to do harm, in a home of its own: whatever way they are used,
/// nothing is written but the program's own state, and nothing outside their folder is read.
@Suite struct StrangerProgramTests {
  /// A way to use a session file, and with what status it ends.
  struct Way: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let arguments: [String]
    var typed = ""
    let status: Int32
  }

  static let harmful = [
    "show .:layer > planted.npy", "convert text > ../planted.txt",
    "save precious.session --replace", "input ../secret.txt", "input HOME/secret.txt",
    "input link.txt", "input /dev/zero", "input fifo.txt", "weights ../secret.txt",
    "constants a ../secret.txt", "expect ../secret.txt at .", "stack @../other.textproto",
  ]

  static let ways = [
    Way(testDescription: "replay", arguments: ["replay", "stranger.session"], status: 3),
    Way(
      testDescription: "replay --json", arguments: ["replay", "--json", "stranger.session"],
      status: 3),
    Way(testDescription: "open", arguments: ["--plain", "stranger.session"], status: 0),
    Way(
      testDescription: "typed", arguments: ["--plain"], typed: "open stranger.session\nlog\n",
      status: 0),
    Way(
      testDescription: "journal", arguments: ["--plain", "--last"], typed: "log\n", status: 0),
  ]

  private struct Home {
    let path: String
    var project: String { "\(path)/project" }
    var state: String { "\(path)/state/workbench" }

    /// A home whose stranger carries out some commands, `command` last.
    init(
      _ command: String,
      after first: [String] = [
        "stack Serial([Dense(features: 2)])", "input sine --channels 2 --time 4",
      ]
    ) throws {
      let manager = FileManager.default
      path = manager.temporaryDirectory.appendingPathComponent("home-\(UUID().uuidString)").path
      for folder in ["project", "state/workbench"] {
        try manager.createDirectory(
          atPath: "\(path)/\(folder)", withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      }
      try Data("a secret".utf8).write(to: URL(fileURLWithPath: "\(path)/secret.txt"))
      try Data("relu {}".utf8).write(to: URL(fileURLWithPath: "\(path)/other.textproto"))
      try Data("precious".utf8).write(to: URL(fileURLWithPath: "\(project)/precious.session"))
      try manager.createSymbolicLink(
        atPath: "\(project)/link.txt", withDestinationPath: "../secret.txt")
      #expect(mkfifo("\(project)/fifo.txt", 0o600) == 0)
      let workspace = Workspace(keepsJournal: false)
      for line in first + ["seed 1"] { #expect(workspace.perform(line).status == 0) }
      var file = try #require(workspace.session.recorder?.file)
      file.events[first.count].canonical = command.replacing("HOME", with: path)
      try Data(file.bytes).write(to: URL(fileURLWithPath: "\(project)/stranger.session"))
      try Data(file.bytes).write(to: URL(fileURLWithPath: "\(state)/1-000-1.session"))
    }

    /// Every file with its size and time, but for what the program keeps for itself.
    func contents() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
        .filter { !$0.hasPrefix("state/workbench/") }.map { name in
          let facts = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
          let time = name == "state/workbench" ? "" : "\(facts[.modificationDate] ?? "")"
          return "\(name) \(facts[.size] ?? 0) \(time)"
        }
    }

    /// What the program says, and its status.
    func run(_ way: Way) throws -> (text: String, status: Int32) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try BuiltProduct.path("workbench"))
      process.arguments = way.arguments
      process.currentDirectoryURL = URL(fileURLWithPath: project)
      process.environment = ["HOME": path, "XDG_STATE_HOME": "\(path)/state", "TERM": "dumb"]
      let (input, output) = (Pipe(), Pipe())
      process.standardInput = input
      process.standardOutput = output
      process.standardError = output
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(way.typed.utf8))
      try input.fileHandleForWriting.close()
      let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
    }
  }

  @Test("nothing is written and nothing outside is read", arguments: harmful, ways)
  func harmless(command: String, way: Way) throws {
    let home = try Home(command)
    defer { try? FileManager.default.removeItem(atPath: home.path) }
    let before = try home.contents()
    let (text, status) = try home.run(way)
    #expect(status == way.status, "\(text)")
    #expect(try home.contents() == before)
    let said = ["is damaged", "is not read", "a session never names a file"]
    #expect(said.contains { text.contains($0) }, "\(text)")
    #expect(!text.contains("a secret"))
  }

  @Test("a script, and a user who agrees, may read it")
  func agreed() throws {
    let home = try Home(
      "input ../secret.txt", after: ["stack Embedding(dimension: 2, numEmbeddings: 256)"])
    defer { try? FileManager.default.removeItem(atPath: home.path) }
    let trust = ["--trust", "../secret.txt"]
    for (arguments, typed) in [
      (["replay"] + trust + ["stranger.session"], ""),
      (["--plain", "stranger.session"] + trust, ""),
      (["--plain"], "open stranger.session\ntrust ../secret.txt\n"),
      // Remembered from here on.
      (["--plain", "stranger.session"], ""), (["replay", "stranger.session"], ""),
    ] {
      let way = Way(
        testDescription: "agreed", arguments: arguments, typed: typed, status: 0)
      let (text, status) = try home.run(way)
      #expect(status == 0 && text.contains("2 events"), "\(arguments): \(text)")
    }
    let agreements = try String(contentsOfFile: "\(home.state)/agreements", encoding: .utf8)
    #expect(agreements.split(separator: "\n").count == 1)
    let facts = try FileManager.default.attributesOfItem(atPath: "\(home.state)/agreements")
    #expect(facts[.posixPermissions] as? Int == 0o600)
  }

  @Test("a journal whose showing ended the program opens with one command less")
  func showingEnded() throws {
    let home = try Home("seed 2")
    defer { try? FileManager.default.removeItem(atPath: home.path) }
    let journal = try Data(contentsOf: URL(fileURLWithPath: "\(home.state)/1-000-1.session"))
    let note = OpeningNote(digest: ByteDigest.of(Array(journal)), directory: home.state)
    let way = Way(testDescription: "last", arguments: ["--plain", "--last"], status: 0)
    note.begin(eventCount: 3)
    #expect(try home.run(way).text.contains("left out: seed 2"))
    note.begin(eventCount: 2)
    let (text, _) = try home.run(way)
    #expect(text.contains("left out: input sine") && text.contains("1 event of"), "\(text)")
    note.end()
    #expect(try home.run(way).text.contains("3 events of"))
  }
}

import Datasets
import Foundation
import Layers
import Runtime
import Serialization
import Sessions
import Tensors
import Testing

/// Sessions that somebody made up to do harm, in a home of their own: nothing is written, nothing outside
/// the folder of the session is read, and what is shown is what was done.
@Suite struct StrangerSessionTests {
  /// A made-up session: commands, each with what the file calls the typed line.
  struct Stranger: Sendable, CustomTestStringConvertible {
    let name: String
    let commands: [(command: String, typed: String)]
    var testDescription: String { name }

    init(_ name: String, _ commands: (command: String, typed: String)...) {
      self.name = name
      self.commands = commands
    }

    /// The session, each of whose events claims to have read `uses`.
    func file(_ uses: [FileUse] = []) throws -> SessionFile {
      let event = try #require(Scratch().workspace(["seed 1"]).recording.events.first)
      return SessionFile(
        events: commands.map { line in
          var made = event
          (made.canonical, made.typed, made.files) = (line.command, line.typed, uses)
          return made
        })
    }
  }

  private static let start = [
    (command: "stack Serial([Dense(features: 2)])", typed: "stack"),
    (command: "input sine --channels 2 --time 4", typed: "input"),
  ]

  /// Commands that no session records, in front of which there are two that all do.
  static let unrecorded: [Stranger] = [
    "show .:layer > planted.npy", "show .:layer >planted.npy", "show params > /tmp/planted.npy",
    "convert text > planted.txt", "convert text", "convert binary > stranger.session", "show .",
    "save precious.session --replace", "save stranger.session --all --replace",
    "open ../other.session",
    "trust ../secret.txt", "edit", "log", "help", "quit", "quit --unsaved", "verify", "diff all",
    "seed 5 > planted.txt", "step > planted.npy", "input sine --channels 2 --time 4 > planted.npy",
    "frobnicate", "!touch executed", "", "# nothing",
  ].map { Stranger($0, start[0], start[1], ($0, "step")) }

  /// What is outside, as a session may name it; `HOME` is the path of the home.
  static let outside = [
    "../secret.txt", "HOME/secret.txt", "./../secret.txt", "inner/../../secret.txt", "link.txt",
    "linked/secret.txt", ".hidden.txt", "/dev/zero", "/dev/urandom", "fifo.txt",
    "/proc/self/environ",
    "../project/../secret.txt",
  ]

  /// A home with a secret, and a project folder in which a stranger's session lies.
  private func home() throws -> Scratch {
    let home = try Scratch()
    for folder in ["project", "project/inner", "state"] {
      #expect(JournalFolder.make(home.file(folder)))
    }
    for name in ["secret.txt", "project/.hidden.txt"] { try home.write(Self.secret, name) }
    try home.write(Array("inside".utf8), "project/inside.txt")
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: home.file("project/link.txt"), withDestinationPath: "../secret.txt")
    try manager.createSymbolicLink(
      atPath: home.file("project/linked"), withDestinationPath: home.path)
    #expect(mkfifo(home.file("project/fifo.txt"), 0o600) == 0)
    return home
  }

  private static let secret = Array("a secret".utf8)

  /// The names and sizes of all files in a home.
  private func contents(_ home: Scratch) throws -> [String] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: home.path)
    return try paths.sorted().map { path in
      let facts = try FileManager.default.attributesOfItem(atPath: home.file(path))
      return "\(path) \(facts[.size] ?? 0) \(facts[.modificationDate] ?? 0)"
    }
  }

  @Test(
    "a command that no session records is damage, however the file is used", arguments: unrecorded)
  func writes(stranger: Stranger) throws {
    let home = try home()
    try home.write(stranger.file().bytes, "project/stranger.session")
    let before = try contents(home)
    let bytes = try home.bytes("project/stranger.session")
    let file = try SessionFile(bytes: bytes, name: "stranger.session")
    #expect(file.events.count == 2)
    #expect(file.damage?.contains("line 4 is damaged: '") == true)
    // Nor is it carried out where such an event is made otherwise.
    guard case .failed(event: 3, _) = try Replay.run(stranger.file(), folder: home.file("project"))
    else {
      Issue.record("carried out")
      return
    }
    let workspace = try home.workspace(in: "project")
    let said = try workspace.performAll(["open stranger.session"])
    #expect(said.contains { $0.contains("line 4 is damaged") }, "\(said)")
    #expect(said.contains("2 events of stranger.session carried out"))
    #expect(try workspace.refusal(of: "stack @stranger.session").contains("is damaged"))
    #expect(throws: CommandError.self) { try file.stack(.builtIn, name: "stranger.session") }
    withExtendedLifetime(home) {}
    #expect(try contents(home) == before)
  }

  @Test(
    "a recorded command reads nothing outside its folder, and says how to agree", arguments: outside
  )
  func reads(name: String) throws {
    let home = try home()
    let path = name.replacing("HOME", with: home.path)
    let stack = "stack Serial([Embedding(dimension: 2, numEmbeddings: 256)])"
    let stranger = Stranger(
      "reads", (stack, "stack"), ("input \(path)", "step"), ("seed 2", "seed 2"))
    try home.write(stranger.file().bytes, "project/stranger.session")
    let workspace = try home.workspace(in: "project")
    let said = try workspace.performAll(["open stranger.session"]).joined(separator: "\n")
    #expect(said.contains("event 2 cannot be carried out: \(path)"), "\(said)")
    #expect(said.contains("is not read") && said.contains("trust \(path)"))
    #expect(workspace.session.document.input == nil && workspace.session.files.contents.isEmpty)
    guard
      case .failed(event: 2, let error) = try Replay.run(
        stranger.file(), folder: home.file("project"))
    else {
      Issue.record("carried out")
      return
    }
    #expect(error.code == .untrusted)
    // What an event lists is no better, whatever digest it gives.
    let use = FileUse(path: path, digest: ByteDigest.of(Self.secret), byteCount: Self.secret.count)
    guard
      case .failed(event: 2, let listed) = try Replay.run(
        stranger.file([use]), folder: home.file("project"))
    else {
      Issue.record("carried out")
      return
    }
    #expect(listed.code == .untrusted)
    withExtendedLifetime(home) {}
  }

  @Test("a layer file named by a recorded command is not opened")
  func layerFile() throws {
    let home = try home()
    try home.workspace(["stack Relu()", "convert text > other.textproto"])
    for command in ["stack @../other.textproto", "stack @inside.session"] {
      let stranger = Stranger("layers", (command, command))
      guard
        case .failed(event: 1, let error) = try Replay.run(
          stranger.file(), folder: home.file("project"))
      else {
        Issue.record("carried out")
        return
      }
      #expect("\(error)".contains("a session never names a file"))
    }
    withExtendedLifetime(home) {}
  }

  @Test("what the user agrees to is read, then and later, and only by that version of that file")
  func agrees() throws {
    let home = try home()
    let stack = "stack Serial([Embedding(dimension: 2, numEmbeddings: 256)])"
    let stranger = Stranger(
      "reads", (stack, "stack"), ("input ../secret.txt", "step"), ("seed 2", "seed 2"))
    try home.write(stranger.file().bytes, "project/stranger.session")
    let workspace = try home.workspace(["open stranger.session"], in: "project")
    #expect(try workspace.performAll(["trust"]).first?.hasPrefix("../secret.txt  ") == true)
    #expect(try workspace.refusal(of: "trust ../other.txt").contains("expected ../secret.txt"))
    let said = try workspace.performAll(["trust ../secret.txt"])
    #expect(said.contains("3 events of stranger.session carried out"), "\(said)")
    #expect(workspace.session.document.input?.sequence.time == Self.secret.count)
    // Remembered.
    let again = try home.workspace(["open stranger.session"], in: "project")
    #expect(again.session.document.input?.sequence.time == Self.secret.count)
    #expect(
      try again.performAll(["trust"]) == ["this session wants to read no file outside its folder"])
    // Neither for another version of it nor for another file.
    var other = stranger
    other = Stranger("reads", other.commands[0], other.commands[1])
    for name in ["stranger.session", "other.session"] {
      try home.write(other.file().bytes, "project/\(name)")
      let asking = try home.workspace(["open \(name)"], in: "project")
      #expect(asking.session.document.input == nil)
    }
    withExtendedLifetime(home) {}
  }

  @Test("scripts agree by name")
  func trusted() throws {
    let home = try home()
    let stack = "stack Serial([Embedding(dimension: 2, numEmbeddings: 256)])"
    let stranger = Stranger("reads", (stack, "stack"), ("input ../secret.txt", "step"))
    for name in ["../secret.txt", home.file("secret.txt")] {
      guard
        case .same(let events, _, _) = try Replay.run(
          stranger.file(), folder: home.file("project"), trusted: [name])
      else {
        Issue.record("not carried out")
        return
      }
      #expect(events == 2)
    }
    guard
      case .failed = try Replay.run(
        stranger.file(), folder: home.file("project"), trusted: [home.file("project")])
    else {
      Issue.record("a folder was taken for all that is in it")
      return
    }
    withExtendedLifetime(home) {}
  }

  @Test("what lies in the folder is read without a question, by whatever path")
  func inside() throws {
    let home = try home()
    let stack = "stack Serial([Embedding(dimension: 2, numEmbeddings: 256)])"
    for path in ["inside.txt", "inner/../inside.txt", home.file("project/inside.txt")] {
      let stranger = Stranger("reads", (stack, "stack"), ("input \(path)", "input"))
      guard case .same = try Replay.run(stranger.file(), folder: home.file("project")) else {
        Issue.record("\(path) was not read")
        return
      }
    }
    withExtendedLifetime(home) {}
  }

  @Test("the log shows what was carried out, not what a file calls typed")
  func log() throws {
    let home = try home()
    let stranger = Stranger("says", Self.start[0], Self.start[1], ("seed 5", "step"))
    try home.write(stranger.file().bytes, "stranger.session")
    let workspace = try home.workspace(["open stranger.session", "seed 6"])
    #expect(try workspace.performAll(["log 2"]) == ["0  seed 5", "0  seed 6"])
    withExtendedLifetime(home) {}
  }

  @Test("the log shows where commands led, not what a file says of that")
  func places() throws {
    let home = try home()
    var file = try Stranger("says", Self.start[0], Self.start[1], ("goto 3", "goto 3")).file()
    file.events[2].to = 2
    file.events[2].first = 2
    file.events[2].from = 1
    try home.write(file.bytes, "stranger.session")
    let workspace = try home.workspace(["open stranger.session"])
    #expect(workspace.session.position == 2)
    #expect(try workspace.performAll(["log 1"]) == ["0 → 2  goto 3"])
    withExtendedLifetime(home) {}
  }

  @Test("a stack is read from the commands of a session, not from its first line")
  func stackOfCommands() throws {
    var file = try Stranger("says", Self.start[0], Self.start[1]).file()
    let whole = try file.stack(.builtIn, name: "a.session")
    #expect(whole.notes.isEmpty)
    file.header.stack = "LSTM(units: 4)"
    let read = try file.stack(.builtIn, name: "a.session")
    #expect(read.spec == whole.spec)
    #expect(read.notes.map { $0.contains("its first line names another stack") } == [true])
    // Where a command cannot be carried out, nobody knows which stack is right.
    file.events.append(file.events[0])
    file.events[2].canonical = "stack Dense(features: 0)"
    let error = #expect(throws: CommandError.self) { try file.stack(.builtIn, name: "a.session") }
    #expect(error?.found.contains("one cannot be carried out") == true)
  }

  @Test("a first line that names another stack than the commands make is said to be wrong")
  func header() throws {
    let home = try home()
    var file = try Stranger("says", Self.start[0], Self.start[1]).file()
    file.header.stack = "LSTM(units: 4)"
    try home.write(file.bytes, "stranger.session")
    let said = try home.workspace().performAll(["open stranger.session"])
    #expect(said.contains { $0.hasPrefix("its first line names another stack") }, "\(said)")
    guard case .same(_, _, let notes) = Replay.run(file) else {
      Issue.record("not carried out")
      return
    }
    #expect(notes.count == 1)
    file.header.stack = "Serial([Dense(features: 2)])"
    guard case .same(_, _, let none) = Replay.run(file), none.isEmpty else {
      Issue.record("a true first line was called wrong")
      return
    }
    withExtendedLifetime(home) {}
  }

  @Test("what is kept of a session lists the files that were read, not those that it claims")
  func claims() throws {
    let home = try home()
    let use = FileUse(path: "../secret.txt", digest: ByteDigest.of(Self.secret), byteCount: 8)
    let file = try Stranger("claims", Self.start[0], Self.start[1]).file([use])
    try home.write(file.bytes, "project/stranger.session")
    let workspace = try home.workspace(
      ["open stranger.session", "save mine.session --all"], in: "project")
    #expect(workspace.recording.events.allSatisfy { $0.files.isEmpty })
    #expect(try SessionFile(bytes: home.bytes("project/mine.session"), name: "").contents.isEmpty)
    withExtendedLifetime(home) {}
  }

  @Test(
    "the session that a user saved reads the large files that the user named; a copy elsewhere asks"
  )
  func own() throws {
    let home = try home()
    let count = SessionFiles.keptLimit / 4 + 1
    let large = Npy.encoded(Tensor((0..<count).map { Float($0 % 9) }, shape: [1, count]))
    try home.write(large, "large.npy")
    try home.workspace(["stack Relu()", "input ../large.npy", "save mine.session"], in: "project")
    let again = try home.workspace(["open mine.session"], in: "project")
    #expect(again.session.document.input?.sequence.time == count)
    try home.write(try home.bytes("project/mine.session"), "project/copy.session")
    let copy = try home.workspace(in: "project")
    let said = try copy.performAll(["open copy.session"]).joined(separator: "\n")
    #expect(copy.session.document.input == nil && said.contains("trust ../large.npy"), "\(said)")
    withExtendedLifetime(home) {}
  }
}

import Foundation
import PtyHarness
import Testing

@Suite("The program without a terminal")
struct CommandLineTests {
  private struct Ended {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs the program in a folder of its own; `output` takes the place of what is returned.
  private func run(
    _ arguments: [String], input: String = "", from file: String? = nil, output: FileHandle? = nil,
    environment: [String: String] = [:], files: [String: String] = [:],
    look: (URL) throws -> Void = { _ in }
  ) throws -> Ended {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
    let inputPath = folder.appendingPathComponent("standard-input")
    try Data(input.utf8).write(to: inputPath)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try BuiltProduct.path("workbench"))
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["XDG_STATE_HOME": folder.path].merging(environment) { $1 }
    process.standardInput = FileHandle(forReadingAtPath: file ?? inputPath.path)
    let outputPath = folder.appendingPathComponent("standard-output")
    let errorPath = folder.appendingPathComponent("standard-error")
    for path in [outputPath, errorPath] { try Data().write(to: path) }
    process.standardOutput = try output ?? FileHandle(forWritingTo: outputPath)
    process.standardError = try FileHandle(forWritingTo: errorPath)
    try process.run()
    process.waitUntilExit()
    try look(folder)
    return Ended(
      status: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: outputPath), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errorPath), as: UTF8.self))
  }

  private static let script = "stack Dense(features: 2)\ninput sine --channels 3 --time 4\nrun\n"

  /// Every way to print something.
  private static let printing: [[String]] = [
    ["--help"], ["--version"], ["layers"], ["layers", "Conv1D"], ["layers", "--json"],
    ["layers", "--markdown"], ["run", "a.script"], ["run", "a.script", "--json"], ["--plain"],
    ["convert", "a.textproto", "--to", "json"], ["convert", "a.textproto", "--to", "binary"],
    ["replay", "a.session"], ["replay", "a.session", "--json"],
  ]

  private static let files = [
    "a.script": script, "a.textproto": "dense { features: 2 }", "a.session": "no session",
  ]

  @Test("a full disk is said, with status 3", arguments: printing)
  func fullDisk(arguments: [String]) throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let ended = try run(arguments, input: Self.script, output: full, files: Self.files)
    #expect(ended.status == 3)
    let isRead = arguments.first != "replay" || arguments.contains("--json")
    if isRead {
      #expect(ended.errors.contains("standard output") && ended.errors.contains("space"))
    }
  }

  @Test("a closed pipe is said, with status 3", arguments: printing)
  func closedPipe(arguments: [String]) throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let ended = try run(
      arguments, input: Self.script, output: pipe.fileHandleForWriting, files: Self.files)
    #expect(ended.status == 3)
  }

  @Test("text that a terminal would obey is never written as it is")
  func escapes() throws {
    let name = "a\u{1b}]0;x\u{7}\u{85}\u{202e}b"
    let commands =
      "stack Dense(features: 2, name: \"\(name)\")\nshow stack\nconvert swift\nconvert text\n"
      + "sho\u{9b}w\nlog\nedit\ninput \(name).npy\n"
    func expectPlain(_ text: String) {
      let bad = text.unicodeScalars.filter {
        $0 != "\n" && ($0.properties.generalCategory == .control || $0.properties.isBidiControl)
      }
      #expect(bad.isEmpty, "\(bad.map(\.value)) in \(text.debugDescription)")
    }
    let plain = try run(["--plain"], input: commands)
    #expect(plain.output.contains("\\u{1b}") && plain.output.contains("\\u{202e}"))
    let json = try run(["run", "-", "--json"], input: commands)
    #expect(json.output.contains("\\u001b") && json.output.contains("\\u202e"))
    let missing = try run(["\(name).session"])
    #expect(missing.status == 3 && missing.errors.contains("\\u{1b}"))
    let replay = try run(["replay", "\(name).session"])
    #expect(replay.status == 3 && replay.errors.contains("\\u{1b}"))
    for ended in [plain, json, missing, replay] {
      expectPlain(ended.output)
      expectPlain(ended.errors)
    }
  }

  @Test(
    "what ends inside a bracket or quote is not lost without a word", arguments: ["[", "(", "\""])
  func openBracket(_ bracket: String) throws {
    let ended = try run(["--plain"], input: "help\nstack Serial(\(bracket)Relu()\nstep\n")
    #expect(ended.status == 3)
    #expect(ended.errors.contains("ends inside a bracket or a quote"))
    let script = try run(["run", "-"], input: "help\nstack Serial(\(bracket)Relu()\nstep\n")
    #expect(script.status == 3 && !script.errors.isEmpty)
  }

  @Test("a folder in the place of a file, and a file that is not there, are errors")
  func noFile() throws {
    for arguments in [["--plain"], ["run", "-"]] {
      let ended = try run(arguments, from: "/tmp")
      #expect(ended.status == 3 && ended.errors.contains("standard input"))
    }
    for arguments in [
      ["run", "/tmp"], ["replay", "/tmp"], ["/tmp"], ["x.session"], ["x.textproto"],
    ] {
      let ended = try run(arguments, input: "stack Relu()\n")
      #expect(ended.status == 3, "\(arguments)")
      #expect((ended.output + ended.errors).contains("file"))
      #expect(!ended.output.contains("1 layer"), "lines for what is not there were performed")
    }
  }

  @Test("a script in which there is no command fails", arguments: ["", "\n\n", "# only words\n"])
  func noCommand(_ text: String) throws {
    let ended = try run(["run", "a.script"], files: ["a.script": text])
    #expect(ended.status == 3 && ended.errors.contains("no command"))
  }

  @Test("scripts of other editors are read")
  func otherEditors() throws {
    let text =
      "\u{FEFF}# “quotes” and don’t\r\nstack\u{A0}Serial([Dense(features: 2, name: “out”)])\r\n"
      + "input sine --channels 3 --time 4\r\nrun\r\ncheck equal\r\ninput text \"it’s “so”\"\r\n"
    let ended = try run(["run", "a.script"], files: ["a.script": text])
    #expect(ended.output.contains("› stack Serial([Dense(features: 2, name: \"out\")])\n"))
    #expect(ended.output.contains("holds: equal within 0"))
    #expect(ended.output.contains("› input text \"it’s “so”\""))
  }

  @Test("a file that exists is kept unless --replace is said, in every way to write one")
  func keepsFiles() throws {
    let lines = Self.script + "show . > a.npy\nconvert text > a.textproto\n"
    let kept = try run(["run", "-"], input: lines, files: ["a.npy": "mine"]) { folder in
      let text = try String(contentsOf: folder.appendingPathComponent("a.npy"), encoding: .utf8)
      #expect(text == "mine")
    }
    #expect(kept.status == 3 && kept.errors.contains("a.npy exists"))
    #expect(kept.errors.contains("show . > a.npy --replace"))
    let replaced = try run(
      ["run", "-"], input: Self.script + "show . > a.npy --replace\n", files: ["a.npy": "mine"])
    #expect(replaced.status == 0)
  }

  private static let attention = """
    dot_product_attention { source_name: "src" num_heads: 1 units_per_head: 2 }
    """

  /// Options of `verify`, the status and what is said.
  private static let verifying: [(options: [String], status: Int32, said: String)] = [
    (["--constants", "src=noise:2,5,3", "--lengths", "6,3"], 0, "the contract holds"),
    (["--constants", "src=noise:1,5,3", "--training"], 0, "the contract holds"),
    (["--constants", "src=noise:1,5,3", "--tolerance", "0.001"], 0, "the contract holds"),
    ([], 3, "give the model the constant \"src\""),
    (["--constants", "src=noise:3,5,3", "--lengths", "6,3"], 3, "of 3 rows, expected 2, or 1"),
    (["--constants", "src=none.npy"], 3, "none.npy: there is no such file"),
    (["--constants", "src"], 3, "expected NAME=FILE or NAME=noise:SHAPE"),
    (["--constants", "src=noise:1,5,3", "--lengths", "6,x"], 3, "--lengths 6,x: expected"),
    (["--constants", "src=noise:1,5,3", "--tolerance=-1"], 3, "expected 0 or more"),
  ]

  @Test("verify takes constants, lengths, a tolerance and training", arguments: verifying)
  func verify(options: [String], status: Int32, said: String) throws {
    let ended = try run(
      ["verify", "a.textproto", "--channels", "2"] + options,
      files: ["a.textproto": Self.attention])
    #expect(ended.status == status)
    #expect((ended.output + ended.errors).contains(said), "\(ended.output)\(ended.errors)")
  }

  @Test("without HOME journals lie in a place of the user's own")
  func homeless() throws {
    let temporary = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: temporary) }
    let shared = FileManager.default.fileExists(atPath: "/tmp/.local")
    let ended = try run(
      ["--plain"], input: Self.script,
      environment: ["XDG_STATE_HOME": "", "TMPDIR": temporary.path])
    #expect(ended.status == 0)
    #expect(FileManager.default.fileExists(atPath: "/tmp/.local") == shared)
  }

  @Test("what the journal lacks at the end is said, with status 3")
  func journalLacks() throws {
    let file = ["state": "this is no folder"]
    let ended = try run(
      ["--plain"], input: Self.script, environment: ["XDG_STATE_HOME": "/dev/null/state"],
      files: file)
    #expect(ended.status == 3)
    #expect(ended.errors.contains("not all that was done is in the journal"))
    let left = try run(
      ["--plain"], input: Self.script + "quit --unsaved\n",
      environment: ["XDG_STATE_HOME": "/dev/null/state"])
    #expect(left.status == 0)
  }
}

import Foundation
import PtyHarness
import Testing

/// Ctrl-C and its like stop commands without a screen, which say what they have found so far.
@Suite("Signals to the program without a terminal", .serialized)
struct SignalTests {
  /// The program at work in a folder of its own, with its output in files.
  private final class Work {
    let folder: URL
    let process = Process()

    init(_ arguments: [String], files: [String: String] = [:]) throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (name, text) in files.merging(["out": "", "err": ""], uniquingKeysWith: { $1 }) {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
      }
      process.executableURL = URL(fileURLWithPath: try BuiltProduct.path("workbench"))
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.environment = ["XDG_STATE_HOME": folder.path]
      process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("out"))
      process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("err"))
      try process.run()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func text(_ name: String) throws -> String {
      try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// Waits until the output holds a text, or the program has ended.
    func wait(for text: String) throws {
      while process.isRunning, !(try self.text("out").contains(text)) {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }

    /// Sends a signal, and checks that the program dies of it and leaves no unfinished file.
    func end(by signal: Int32) throws {
      #expect(process.isRunning, "it ended by itself")
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)
      #expect(process.terminationStatus == signal)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(!names.contains { $0.hasSuffix(".part") })
    }
  }

  private static let script = """
    stack LSTM(units: 512)
    input noise --channels 4 --time 100000
    run
    show time
    """

  @Test(
    "a script stops in its command, and what was done can be saved", arguments: [SIGINT, SIGTERM])
  func script(_ signal: Int32) throws {
    let work = try Work(
      ["run", "a.script", "--save", "a.session"], files: ["a.script": Self.script])
    try work.wait(for: "› input")
    Thread.sleep(forTimeInterval: 0.5)
    try work.end(by: signal)
    #expect(try work.text("err").contains("stopped"))
    #expect(!(try work.text("out").contains("› show time")))
    #expect(try work.text("a.session").contains("\"command\":\"input noise"))
  }

  @Test("timing stops, and says what it has timed")
  func bench() throws {
    let work = try Work(
      ["bench", "a.textproto", "--channels", "3", "--seconds", "3600"],
      files: ["a.textproto": "dense { features: 2 }"])
    Thread.sleep(forTimeInterval: 4)
    try work.end(by: SIGINT)
    let text = try work.text("out")
    #expect(text.contains("step of 1 × 1 timesteps") && text.contains("median"))
    #expect(text.contains("stopped: of what stands here there are fewer runs than asked for"))
  }

  @Test("a replay stops behind the sessions that were replayed")
  func replay() throws {
    let sessions = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sessions/latency.session").path
    let work = try Work(["replay"] + Array(repeating: sessions, count: 2000))
    try work.wait(for: "every digest as recorded")
    try work.end(by: SIGINT)
    #expect(try work.text("out").split(separator: "\n").count < 2000)
  }

  @Test("verification that was stopped says nothing about the contract")
  func verify() throws {
    let layer = "layers { lstm { units: 64 } }"
    let text = "serial { \(String(repeating: layer, count: 24)) }"
    let work = try Work(
      ["verify", "a.textproto", "--channels", "64"], files: ["a.textproto": text])
    Thread.sleep(forTimeInterval: 1)
    try work.end(by: SIGINT)
    let (answer, error) = (try work.text("out"), try work.text("err"))
    #expect(!answer.contains("the contract"))
    #expect(answer.contains("\nstopped with ") || error.hasPrefix("stopped"))
  }
}

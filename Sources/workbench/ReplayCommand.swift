import ArgumentParser
import Sessions
import Tensors
import Weights

/// `workbench replay SESSION…`: carries sessions out again and verifies every digest.
struct ReplayCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Carry recorded sessions out again and verify every digest.")

  @Argument(help: "Session files.")
  var sessions: [String]

  @OptionGroup var trust: TrustOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    var status: Int32 = 0
    var entries: [JSONValue] = []
    for path in sessions {
      let (line, entry, code) = Self.replay(path, trust.files)
      status = max(status, code)
      entries.append(entry)
      if code == 3 { StandardError.write(line) } else if !json { print(line) }
    }
    if json { print(JSONValue.object([.init("sessions", .array(entries))]).text(indented: true)) }
    if status != 0 { throw ExitCode(status) }
  }

  private static func replay(
    _ path: String, _ trusted: [String]
  ) -> (String, JSONValue, Int32) {
    func entry(_ verdict: String, _ detail: String) -> JSONValue {
      .object([
        .init("session", .string(path)), .init("verdict", .string(verdict)),
        .init("detail", .string(detail)),
      ])
    }
    do {
      let bytes = try ByteFile(path: path).readAll()
      let file = try SessionFile(bytes: bytes, name: path)
      let agreed = Agreements().places(session: path, digest: FileDigest.of(bytes))
      let dropped = file.dropped.map { " · \($0)" } ?? ""
      if let damage = file.damage {
        let whole = NumberText.counted(file.events.count, "event")
        let text = "\(damage)\(dropped); whole before it: \(whole)"
        return ("\(path): \(text)", entry("error", text), 3)
      }
      var notice = ProgressNotice()
      let result = Replay.run(
        file, folder: RelativePath.folder(of: path), trusted: trusted + agreed
      ) { done, total in
        if let line = notice.line("\(path): event \(done)/\(total)") { StandardError.write(line) }
      }
      switch result {
      case .same(let events, let steps, let notes):
        let text =
          (["\(events) events, \(steps) steps: every digest as recorded\(dropped)"] + notes)
          .joined(separator: " · ")
        return ("\(path): \(text)", entry("same", text), 0)
      case .diverged(let divergence):
        let text = divergence.text + dropped
        return ("\(path): diverged at \(text)", entry("diverged", text), 2)
      case .failed(let event, let error):
        let text = "event \(event) cannot be carried out: \(error)"
        return ("\(path): \(text)", entry("error", text), 3)
      }
    } catch {
      let text = "\(error)"
      return (text.hasPrefix(path) ? text : "\(path): \(text)", entry("error", text), 3)
    }
  }
}

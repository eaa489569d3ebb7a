import Execution
import Foundation
import Sessions
import Synchronization
import Testing

/// Ctrl-C while a command waits for a file, or makes up an input: it ends, and nothing has changed.
@Suite struct InterruptionTests {
  /// A wish to stop that comes when it is asked for the third time.
  private final class Stop: Sendable {
    let asked = Atomic<Int>(0)
    func isWanted() -> Bool { asked.wrappingAdd(1, ordering: .relaxed).newValue >= 3 }
  }

  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    for name in ["f.txt", "f.npy", "f.safetensors", "f.textproto", "f.session"] {
      #expect(mkfifo(scratch.file(name), 0o600) == 0)
    }
    return scratch
  }

  @Test(
    "a pipe that nobody writes to",
    arguments: [
      "input f.txt", "input f.npy", "input noise.npy --mask f.npy", "weights f.safetensors",
      "constants a f.npy", "constants a f.npy --array", "expect f.npy at out", "stack @f.textproto",
      "stack @f.session", "open f.session",
    ])
  func waits(line: String) throws {
    let scratch = try scratch()
    let workspace = try scratch.workspace([Small.stack, Small.input, "step 2"])
    try workspace.performAll(["show .:in > noise.npy"])
    let (stack, events) = (workspace.session.stackText, workspace.recording.events.count)
    let stop = Stop()
    workspace.session.files.isStopped = stop.isWanted
    let outcome = workspace.perform(line) { $0.files.isStopped = stop.isWanted }
    #expect(outcome.error?.code == .cancelled, "\(String(describing: outcome.error))")
    #expect(workspace.session.stackText == stack && workspace.session.position == 2)
    #expect(workspace.recording.events.count == events)
    withExtendedLifetime(scratch) {}
  }

  @Test("an event that reads a pipe, agreed to or not, ends with the opening")
  func opening() throws {
    let scratch = try scratch()
    let workspace = try scratch.workspace([
      "stack Embedding(dimension: 2, numEmbeddings: 256)", "seed 1", "seed 2",
    ])
    var file = workspace.recording
    file.events[1].canonical = "input f.txt"
    try scratch.write(file.bytes, "a.session")
    let stop = Stop()
    let opened = OpenedSession(
      path: "a.session", keepsJournal: false, folder: scratch.path, trusted: ["f.txt"]
    ) { session in
      session.files.isStopped = { [cancel = session.cancel] in
        guard stop.isWanted() else { return false }
        cancel.raise()
        return true
      }
    }
    #expect(opened.error == nil && opened.session.document.input == nil)
    #expect(opened.notes.contains { $0.hasPrefix("stopped in event 2 of 3") }, "\(opened.notes)")
    withExtendedLifetime(scratch) {}
  }

  @Test("a long made-up input")
  func synthesis() throws {
    let workspace = try Scratch().workspace([Small.stack, Small.input, "step 2"])
    let session = workspace.session
    var now = Duration.zero
    session.clock = {
      now += .milliseconds(300)
      return now
    }
    var told: [(Int, Int)] = []
    session.progress = { done, total in
      told.append((done, total))
      session.cancel.raise()
    }
    let outcome = workspace.perform("input noise --channels 3 --time 400000")
    #expect(outcome.error?.code == .cancelled)
    #expect(told.count == 1 && told[0].1 == 1_200_000 && told[0].0 < 400_000)
    #expect(session.position == 2)
  }
}

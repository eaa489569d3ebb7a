import LayerTesting
import Layers
import Runtime
import Serialization
import Tensors

/// Writes down what a session did; nothing else writes the log.
package final class Recorder {
  package private(set) var file: SessionFile
  /// Where first all that is known is written, then every event with the files that it brings.
  private let journal: Journal?
  /// How many events were there before.
  private let continuedCount: Int
  /// Why what was recorded last is not kept anywhere but here.
  package private(set) var problem: String?

  /// Numbers of the last output that are kept: 4 kB of singles.
  package static let keptNumbers = 1024

  /// Starts a log, and keeps it in a journal if there is one.
  package init(continuing file: SessionFile = SessionFile(), journal: Journal? = nil) {
    self.file = file
    self.journal = journal
    continuedCount = file.events.count
    problem = journal?.append(file.text)
  }

  /// The file that the log is kept in, once there is one.
  package var journalPath: String? { journal?.path }

  /// Writes what the journal still lacks, and says why it cannot, if so.
  package func flush() -> String? {
    problem = journal?.flush()
    return problem
  }

  /// A line an event, for people: as it was typed here, or, where it was read from a file, as it was
  /// carried out, because what a file calls typed need not be the same.
  package var summaries: [String] {
    file.events.enumerated().map { index, event in
      let place = event.from == event.to ? "\(event.to)" : "\(event.from) → \(event.to)"
      let line = index < continuedCount ? event.canonical : event.typed
      return "\(place)  \(event.continues ? "… " : "")\(line)"
    }
  }

  /// Whether anything was done since the log was started.
  var hasNewEvents: Bool { file.events.count > continuedCount }

  /// Marks how far a command is, for a journal.
  package func mark(_ mark: SessionMark) {
    journal?.note(SessionLines.text(.mark, mark.json))
  }

  func add(_ event: SessionEvent, _ files: SessionFiles) {
    var text = ""
    for use in event.files where file.contents[use.digest] == nil {
      guard let bytes = files.contents[use.digest] else { continue }
      file.contents[use.digest] = bytes
      text += SessionFile.line(of: bytes, digest: use.digest)
    }
    file.events.append(event)
    problem = journal?.append(text + SessionLines.text(.event, event.json))
  }

  /// The file as it is saved: a header that says what the session has come to.
  ///
  /// - Throws: ``CommandError`` `.file` when everything is to be embedded and a file is gone.
  package func saved(
    _ session: Session, to path: String, embedsAll: Bool
  ) throws -> SessionFile {
    var saved = file
    let uses = file.events.flatMap(\.files)
    if embedsAll { try session.files.keepAll(uses) }
    for use in uses {
      if let bytes = session.files.contents[use.digest] { saved.contents[use.digest] = bytes }
    }
    let folder = RelativePath.folder(of: path)
    saved.header.stack = session.stackText
    saved.header.seed = session.document.seed
    saved.header.dtype = session.document.dtype?.name
    saved.header.files = uses.reduce(into: []) { files, use in
      guard !files.contains(where: { $0.use == use }) else { return }
      files.append(
        SessionHeader.File(
          use: use, relative: RelativePath.from(folder, to: session.files.resolved(use.path)),
          isEmbedded: saved.contents[use.digest] != nil))
    }
    return saved
  }
}

extension Session {
  /// What the commands since `mark` left behind.
  func event(typed: String, canonical: String, since mark: EventMark) -> SessionEvent {
    let to = position
    var event = SessionEvent(
      typed: typed, canonical: canonical, from: mark.position, to: to, first: to,
      steps: StepDigests(),
      state: [], lastOutput: [])
    guard let run else { return event }
    // An edit computes every step anew that it does not take over.
    event.first = min(to, run === mark.run ? mark.position : min(mark.position, run.sharedSteps))
    if let trace = run.trace {
      let words = trace.digests[event.first * trace.rows..<to * trace.rows]
      event.steps = StepDigests(Array(words), rows: trace.rows)
    }
    if let stream = run.stream {
      event.state = stream.leaves.enumerated().compactMap { index, leaf in
        // The state of faults is no part of the model.
        guard !StepFault.isMemory(leaf.path) else { return nil }
        var digest = Digest()
        digest.add(stream.value(of: index))
        return SessionEvent.Leaf(path: leaf.path, digest: digest.value)
      }
    }
    if to > 0, let last = run.result(ofStep: to - 1)?.maskedInvalid().values {
      event.lastOutput = Array(last.doubles().prefix(Recorder.keptNumbers))
    }
    return event
  }
}

/// Where an event begins.
struct EventMark {
  var position: Int
  var run: ModelRun?
}

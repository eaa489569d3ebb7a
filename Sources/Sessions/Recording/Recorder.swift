import Layers
import Runtime
import Tensors

/// Writes down what a session did; nothing else writes the log.
package final class Recorder {
  package private(set) var file = SessionFile()
  /// Told of every line that is added, header first; a journal appends it to its file.
  private let sink: (String) -> Void

  /// Outputs of the last step are kept up to this many numbers.
  private static let keptNumbers = 512

  /// Starts a log; `sink` gets every line.
  package init(
    continuing file: SessionFile = SessionFile(), sink: @escaping (String) -> Void = { _ in }
  ) {
    self.file = file
    self.sink = sink
    sink(SessionFile.text(file.header.json))
    for event in file.events { sink(SessionFile.text(event.json)) }
  }

  /// A line an event, for people.
  package var summaries: [String] {
    file.events.map { event in
      let place = event.from == event.to ? "\(event.to)" : "\(event.from) → \(event.to)"
      return "\(place)  \(event.typed)"
    }
  }

  func add(typed: String, canonical: String, from: Int, _ session: Session) {
    let event = Self.event(typed: typed, canonical: canonical, from: from, session)
    file.events.append(event)
    sink(SessionFile.text(event.json))
  }

  /// What a command left behind.
  static func event(
    typed: String, canonical: String, from: Int, _ session: Session
  ) -> SessionEvent {
    let run = session.run
    let to = session.position
    // An edit recomputes from the start; then every step up to the position counts.
    let start =
      to > from && canonical.hasPrefix("goto") ? from : canonical.hasPrefix("goto") ? to : 0
    let steps =
      run.map { run in
        (min(start, to)..<to).map { run.steps[$0].y.rowDigests }
      } ?? []
    let state =
      run?.stream.map { stream in
        stream.leaves.enumerated().map { index, leaf -> SessionEvent.Leaf in
          var digest = Digest()
          digest.add(stream.value(of: index))
          return SessionEvent.Leaf(path: leaf.path, digest: digest.value)
        }
      } ?? []
    var output: [Double]?
    if let run, to > 0 {
      let last = run.steps[to - 1].y.maskedInvalid().values
      if last.count <= Self.keptNumbers { output = last.doubles() }
    }
    return SessionEvent(
      typed: typed, canonical: canonical, from: from, to: to, steps: steps, state: state,
      lastOutput: output)
  }
}

import Runtime
import Sessions

/// What views have worked out of the outputs of a run, so that a view costs what has changed since
/// the one before, not the length of the sequence.
///
/// All of it is thrown away when the document changes.
final class RunCache {
  private var run: AnyObject?
  private var inputs: [Int: Track] = [:]
  private var layers: [Key: Track] = [:]
  private var steps: [Key: StepTrack] = [:]
  private var entries: [MaskListing.Entry]?
  private var entriesByPath: [String: [MaskListing.Entry]] = [:]
  private var expected: (position: Int, revision: Int, views: [ExpectationView])?
  private var references: (revision: Int, tracks: [Key: Track])?

  private struct Key: Hashable {
    var path: String
    var row: Int
  }

  /// Forgets what belongs to another document.
  func follow(_ session: Session) {
    guard run !== session.runIdentity else { return }
    run = session.runIdentity
    inputs = [:]
    layers = [:]
    steps = [:]
    entries = nil
    entriesByPath = [:]
    expected = nil
    references = nil
  }

  /// Expected arrays against what came out up to the position.
  func expectations(_ session: Session) -> [ExpectationView] {
    let revision = session.document.notesRevision
    if let expected, expected.position == session.position, expected.revision == revision {
      return expected.views
    }
    let views = session.document.expectations.compactMap { expectation in
      session.comparison(of: expectation).map { verdict in
        ExpectationView(
          place: expectation.place, file: expectation.fileName, verdict: VerdictView(verdict))
      }
    }
    expected = (session.position, revision, views)
    return views
  }

  /// The track of an expected array.
  func reference(_ session: Session, _ expectation: Expectation, row: Int) -> Track? {
    let revision = session.document.notesRevision
    var tracks = references.flatMap { $0.revision == revision ? $0.tracks : nil } ?? [:]
    let key = Key(path: expectation.place, row: row)
    if tracks[key] == nil, let sequence = try? SequenceTensor(values: expectation.values) {
      tracks[key] = Track(sequence, row: row)
    }
    references = (revision, tracks)
    return tracks[key]
  }

  func input(_ session: Session, row: Int) -> Track? {
    if let known = inputs[row] { return known }
    inputs[row] = session.document.input.map { Track($0.sequence, row: row) }
    return inputs[row]
  }

  func layer(_ session: Session, _ path: String, row: Int) -> Track? {
    let key = Key(path: path, row: row)
    if let known = layers[key] { return known }
    layers[key] = session.layerOutput(path).map { Track($0, row: row) }
    return layers[key]
  }

  /// The step-wise track up to the furthest step seen; the position may be before its end.
  func step(_ session: Session, _ path: String, row: Int) -> StepTrack {
    let key = Key(path: path, row: row)
    // Taken out, so that it is not copied when it grows.
    var track = steps.removeValue(forKey: key) ?? StepTrack()
    for step in track.ends.count - 1..<max(track.ends.count - 1, session.position) {
      track.append(session.output(of: path, inStep: step), row: row)
    }
    steps[key] = track
    return track
  }

  func masks(_ session: Session) -> [MaskListing.Entry] {
    if let entries { return entries }
    guard session.hasLayerWise else { return [] }
    let made = (try? MaskListing.entries(session)) ?? []
    entries = made
    return made
  }

  func masks(_ session: Session, of path: String) -> [MaskListing.Entry] {
    if let known = entriesByPath[path] { return known }
    guard session.hasLayerWise else { return [] }
    let made = (try? MaskListing.entries(session, of: path)) ?? []
    entriesByPath[path] = made
    return made
  }
}

import Runtime
import Sessions

/// What views have worked out of the outputs of a run, so that a view costs what has changed since
/// the one before, not the length of the sequence.
///
/// All of it is thrown away when the document changes.
final class RunCache {
  private var run: AnyObject?
  private var inputs: [Int: SampleSeries] = [:]
  private var layers: [Key: SampleSeries] = [:]
  private var steps: [Key: StepSeries] = [:]
  private var entries: [MaskListing.Entry]?
  private var entriesByPath: [String: [MaskListing.Entry]] = [:]
  private var expected: (position: Int, revision: Int, views: [ExpectationView])?
  private var references: (revision: Int, series: [Key: SampleSeries])?

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

  /// The series of an expected array.
  func reference(_ session: Session, _ expectation: Expectation, row: Int) -> SampleSeries? {
    let revision = session.document.notesRevision
    var series = references.flatMap { $0.revision == revision ? $0.series : nil } ?? [:]
    let key = Key(path: expectation.place, row: row)
    if series[key] == nil, let sequence = try? SequenceTensor(values: expectation.values) {
      series[key] = SampleSeries(sequence, row: row)
    }
    references = (revision, series)
    return series[key]
  }

  func input(_ session: Session, row: Int) -> SampleSeries? {
    if let known = inputs[row] { return known }
    inputs[row] = session.document.input.map { SampleSeries($0.sequence, row: row) }
    return inputs[row]
  }

  func layer(_ session: Session, _ path: String, row: Int) -> SampleSeries? {
    let key = Key(path: path, row: row)
    if let known = layers[key] { return known }
    layers[key] = session.layerOutput(path).map { SampleSeries($0, row: row) }
    return layers[key]
  }

  /// The step-wise series up to the furthest step seen; the position may be before its end.
  func step(_ session: Session, _ path: String, row: Int) -> StepSeries {
    let key = Key(path: path, row: row)
    // Taken out, so that it is not copied when it grows.
    var series = steps.removeValue(forKey: key) ?? StepSeries()
    for step in series.ends.count - 1..<max(series.ends.count - 1, session.position) {
      series.append(session.output(of: path, inStep: step), row: row)
    }
    steps[key] = series
    return series
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

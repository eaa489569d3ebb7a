import Comparison
import Layers
import Notation
import Runtime
import Tensors
import Traces

/// What a colleague needs to know of a session: stack, verdicts, plots, notes, and how to do it again.
struct SessionReport {
  let session: Session
  private var document: ReportDocument

  /// Points of one curve.
  private static let mostPoints = 400
  /// Curves of one plot.
  private static let mostCurves = 4

  init(_ session: Session) throws {
    self.session = session
    document = ReportDocument(title: session.origin ?? "Session")
    try addStack()
    try addVerdicts()
    addNotes()
    addReplay()
  }

  func text(_ form: ReportDocument.Form) -> String { document.text(form) }

  private mutating func addStack() throws {
    document.blocks.append(.heading("Stack"))
    guard let layer = session.document.layer else {
      document.blocks.append(.paragraph("There is no stack yet."))
      return
    }
    if let spec = try? SpecNode(layer: layer) {
      let text = session.notation.swift(spec, width: 90)
      document.blocks.append(
        .lines(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
    }
    document.blocks.append(.lines(session.stackSummary))
    if let input = session.document.input {
      let shape = input.sequence.values.shape.shapeText
      let dtype = input.sequence.values.dtype.name
      let lengths = input.sequence.ends.prefix(12).map(String.init).joined(separator: ", ")
      document.blocks.append(
        .paragraph("Input: \(input.command) (\(shape) \(dtype), lengths \(lengths))."))
    }
  }

  // MARK: - Verdicts

  private mutating func addVerdicts() throws {
    document.blocks.append(.heading("Step by step beside the whole"))
    guard let run = session.run, let plan = run.plan else {
      document.blocks.append(.paragraph("Nothing has run that makes steps."))
      return
    }
    let sizes = session.document.schedule.blocks.map(String.init).joined(separator: ",")
    document.blocks.append(
      .paragraph(
        "At \(plan.text(ofStep: session.position)), blocks of \(sizes), seed "
          + "\(session.document.seed)."))
    guard session.position > 0 else { return }
    var rows: [[String]] = []
    var wrong: [String] = []
    for place in run.places {
      let verdict = try session.verdict(of: place.path, tolerance: nil)
      rows.append([place.path.shown, place.typeName, verdict.text])
      if !verdict.isEqual, verdict.comparedSteps > 0 { wrong.append(place.path) }
    }
    document.blocks.append(.lines(TextTable.lines(rows)))
    guard !wrong.isEmpty else {
      document.blocks.append(.paragraph("Every layer gives the same both ways."))
      try addPlots(run, path: "")
      return
    }
    let answer = try Bisection(session, tolerance: nil).answer()
    if let found = answer.found {
      document.blocks.append(.heading("Where they part, and why"))
      document.blocks.append(.paragraph(found.diagnosis.sentence))
      document.blocks.append(
        .lines(found.diagnosis.findingLines + session.graphFindingLines(found.path)))
      addDifferences(run, wrong)
      try addPlots(run, path: found.path)
    }
  }

  /// The largest difference of every span of steps, of the first wrong layers.
  private mutating func addDifferences(_ run: ModelRun, _ wrong: [String]) {
    guard let comparison = run.comparison, let plan = run.plan else { return }
    let count = min(run.position, comparison.count)
    let stride = max(1, count / Self.mostPoints)
    let curves = wrong.prefix(Self.mostCurves).map { path in
      let points = Swift.stride(from: 0, to: count, by: stride).map { step in
        let span = step..<min(count, step + stride)
        let values = (0..<run.input.batch).compactMap {
          comparison.statistics(path, row: $0, span)?.difference
        }
        return (Double(plan.boundaries[step]), Double(values.max() ?? 0))
      }
      return LinePlot.Curve(name: path.shown, points: points)
    }
    document.blocks.append(
      .plot(LinePlot(title: "largest |step − layer| of every step", curves: curves)))
  }

  /// Row and channel of the first difference, or the first of both, around it.
  private mutating func addPlots(_ run: ModelRun, path: String) throws {
    let verdict = try session.verdict(of: path, tolerance: nil)
    let row = verdict.first?.row ?? 0
    let channel = verdict.first?.channel ?? []
    let time = verdict.comparedSteps
    let first = max(0, min((verdict.first?.time ?? 0) - 20, time - 80))
    let times = first..<min(time, first + 80)
    let latency = run.latency(path)
    guard !times.isEmpty, let layer = try session.layerWise(run).sequence(path, times),
      let step = try run.stepWise(path, times.lowerBound + latency..<times.upperBound + latency)
    else { return }
    let strides = layer.channelShape.rowMajorStrides
    let offset = zip(channel, strides).reduce(0) { $0 + $1.0 * $1.1 }
    func curve(_ name: String, _ x: SequenceTensor) -> LinePlot.Curve {
      let values = x.values.realPart.doubles()
      let width = x.channelShape.elementCount
      let points = times.indices.map { index in
        let place = row * x.time + index - times.lowerBound
        return (Double(index), values[place * width + offset])
      }
      return LinePlot.Curve(name: name, points: points)
    }
    let place = "row \(row)" + (channel.isEmpty ? "" : ", channel \(channel)")
    document.blocks.append(
      .plot(
        LinePlot(
          title: "\(path.shown), \(place)", curves: [curve("layer", layer), curve("step", step)])))
  }

  // MARK: - Notes

  private mutating func addNotes() {
    let now = session.document
    var notes = now.faults.map { "fault on purpose: \($0.text)" }
    notes += now.marks.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
      .map { "mark \($0.key): input timestep \($0.value)" }
    notes += now.expectations.map { "expected at \($0.place): \($0.fileName)" }
    if now.branchNames.count > 1 {
      notes.append("branches: \(now.branchNames.joined(separator: ", ")); this is \(now.branch)")
    }
    guard !notes.isEmpty else { return }
    document.blocks += [.heading("Notes"), .list(notes)]
  }

  private mutating func addReplay() {
    let events = session.recorder?.file.events ?? []
    guard !events.isEmpty else { return }
    document.blocks += [
      .heading("To do it again"),
      .paragraph(
        "These lines, in a file, are a script for workbench run FILE; workbench replay FILE.session verifies "
          + "every digest of the saved session. Program \(SessionHeader.currentProgram), numerics version "
          + "\(NumericsVersion.current)."),
      .lines(events.filter { !$0.continues }.map(\.canonical)),
    ]
  }
}

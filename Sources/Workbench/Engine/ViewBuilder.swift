import Layers
import Runtime
import Sessions
import Tensors

/// Makes the plain view of a session that the screen asked for.
struct ViewBuilder {
  let session: Session
  let request: ViewRequest
  let name: String

  /// The selected layer as the engine names it; the screen shows the root as a dot.
  private var path: String { request.path == "." ? "" : request.path }
  private var row: Int {
    min(request.row, max(0, (session.document.input?.sequence.batch ?? 1) - 1))
  }

  func view() -> SessionView {
    var view = SessionView()
    view.facts = facts()
    view.position = position()
    view.layers = layers()
    view.undoName = session.undoName
    view.redoName = session.redoName
    guard session.document.input != nil, session.document.layer != nil else { return view }
    if let verdict = session.comparison("") {
      view.verdict = verdict.isEqual ? .equal(verdict.text) : .different(verdict.text)
    }
    let lanes = LaneBuilder(session: session, request: request, path: path, row: row)
    view.lanes = lanes.lanes()
    view.state = StateBuilder(session: session, request: request, path: path, row: row).state()
    view.beside = beside()
    view.masks = request.wantsMasks ? masks() : []
    return view
  }

  private func facts() -> SessionFacts {
    var facts = SessionFacts()
    let document = session.document
    facts.name = name
    facts.isRecording = session.recorder != nil
    facts.faults = document.faults.map(\.text)
    facts.isTraining = document.training
    if let input = document.input {
      facts.rowCount = input.sequence.batch
      facts.rowLengths = input.sequence.lengths
      facts.sampleRateHz = input.sampleRateHz.map(Double.init)
    }
    guard let layer = document.layer else { return facts }
    facts.notSteppable = layer.stepObstacle
    facts.stack = StackFacts(
      kind: layer.typeName, layerCount: max(1, session.nodes.count - 1),
      blockSize: layer.blockSize, outputRatio: "\(layer.outputRatio)",
      inputLatency: layer.inputLatency, outputLatency: layer.outputLatency,
      parameterCount: session.parameterCount, stateBytes: session.stateBytes(""))
    return facts
  }

  private func position() -> PositionView {
    var position = PositionView()
    position.inputLength = session.document.input?.sequence.time ?? 0
    guard let plan = session.plan else { return position }
    position.step = session.position
    position.endStep = plan.endStep
    position.flushSteps = plan.flushSteps
    position.inputTime = min(plan.boundaries[session.position], plan.time)
    return position
  }

  private func layers() -> [LayerRow] {
    let faults = session.document.faults
    return session.nodes.map { node in
      let fault = faults.first { $0.path == node.path }
      let last = node.path.split(separator: "/").last.map(String.init)
      return LayerRow(
        path: node.path.isEmpty ? "." : node.path, name: last ?? ".", kind: node.typeName,
        depth: node.depth, hasChildren: !node.layer.children.isEmpty,
        outputRatio: "\(node.layer.outputRatio)", stateBytes: session.stateBytes(node.path),
        warning: fault.map { "FAULT \($0.kind.rawValue)" })
    }
  }

  private func beside() -> BesideView? {
    guard let step = session.stepOutput(path), let layer = session.layerOutput(path),
      step.output.time > step.warmUp, request.channelCount > 0
    else { return nil }
    let produced = min(step.output.time - step.warmUp, layer.time)
    guard produced > 0, step.output.channelShape == layer.channelShape else { return nil }
    let time = min(cursor(in: layer) ?? produced - 1, produced - 1)
    let channels = layer.channelCount
    let first = min(request.firstChannel, max(0, channels - 1))
    let last = min(first + request.channelCount, channels)
    let stepBase = (row * step.output.time + time + step.warmUp) * channels
    let layerBase = (row * layer.time + time) * channels
    let rows = (first..<last).map { channel -> BesideView.Channel in
      let ours = step.output.values.double(at: stepBase + channel)
      let theirs = layer.values.double(at: layerBase + channel)
      let same = ours == theirs || (ours.isNaN && theirs.isNaN)
      return BesideView.Channel(
        index: Self.index(channel, of: layer.channelShape), step: ours, layer: theirs,
        difference: same ? 0 : abs(ours - theirs),
        ulp: Sessions.Verdict.ulps(Float(ours), Float(theirs)))
    }
    let verdict = session.comparison(path)
    let parts = verdict?.text.split(separator: "·").map { String($0).trimmed } ?? []
    return BesideView(
      path: request.path, time: time, channels: rows, firstChannel: first, channelCount: channels,
      conclusions: [
        parts.prefix(2).joined(separator: " · "), parts.dropFirst(2).joined(separator: " · "),
      ], isEqual: verdict?.isEqual ?? false)
  }

  /// The layer's own timestep under the cursor.
  private func cursor(in layer: SequenceTensor) -> Int? {
    guard let time = request.cursorTime, let input = session.document.input?.sequence.time,
      input > 0
    else { return nil }
    return max(0, min(layer.time - 1, time * layer.time / input))
  }

  /// A channel's index along its axes, `3` or `1,0,4`.
  static func index(_ position: Int, of shape: Shape) -> String {
    var rest = position
    var parts: [String] = []
    for size in shape.reversed() {
      parts.append("\(rest % max(1, size))")
      rest /= max(1, size)
    }
    return parts.isEmpty ? "0" : parts.reversed().joined(separator: ",")
  }

  private func masks() -> [MaskRow] {
    let entries = (try? MaskListing.entries(session)) ?? []
    return entries.map { entry in
      MaskRow(
        path: entry.path.isEmpty ? "." : entry.path, row: entry.row, validCount: entry.valid,
        length: session.layerOutput(entry.path)?.time ?? 0, first: entry.first, last: entry.last,
        holes: entry.holes, lost: entry.lost)
    }
  }
}

extension String {
  /// The text without blanks at both ends.
  fileprivate var trimmed: String {
    let start = drop { $0 == " " }
    return String(start.reversed().drop { $0 == " " }.reversed())
  }
}

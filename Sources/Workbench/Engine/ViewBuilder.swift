import Layers
import Runtime
import Sessions
import Tensors

/// Makes the plain view of a session that the screen requested.
struct ViewBuilder {
  let session: Session
  let request: ViewRequest
  let cache: RunCache
  let name: String

  /// How much is compared for one view, in steps of a small layer: no longer than a glance.
  private static let glance = 20_000

  /// The selected layer as the engine names it; the screen shows the root as a dot.
  private var path: String {
    let wanted = request.look.path == "." ? "" : request.look.path
    return session.nodes.contains { $0.path == wanted } ? wanted : ""
  }

  /// Where the user looks, pulled back to where there is something.
  private var look: Look {
    let input = session.document.input?.sequence
    var look = request.look
    look.path = path.shown
    look.row = min(max(0, look.row), max(0, (input?.batch ?? 1) - 1))
    if let time = look.cursorTime, time >= input?.time ?? 0 { look.cursorTime = nil }
    return look
  }

  /// The view, and the request as it is answered.
  func view() -> SessionView {
    var view = SessionView()
    cache.follow(session)
    view.asked = request
    view.answered = request
    view.answered.look = look
    view.facts = facts()
    view.position = position()
    let ratios = session.stackRatios
    (view.layers, view.isAgreementKnown) = layers(ratios)
    view.undoName = session.undoName
    view.redoName = session.redoName
    let hasInput =
      session.document.layer != nil && session.document.input.map { $0.sequence.batch > 0 } == true
    if hasInput {
      view.verdict = session.comparison("").map { VerdictView($0) }
      view.verdict?.warning = session.nanOrigin?.text
      view.expectations = cache.expectations(session)
    }
    let source = PanelSource(
      session: session, cache: cache, path: path, row: look.row, cursorTime: look.cursorTime,
      isCompared: view.isAgreementKnown)
    for index in request.panels.indices where hasInput || !request.panels[index].panel.needsInput {
      let id = request.panels[index].panel.id
      view.panels[id] = view.answered.panels[index].answer(source)
    }
    return view
  }

  private func facts() -> SessionFacts {
    var facts = SessionFacts()
    let document = session.document
    facts.name = name
    facts.isRecording = session.recorder.map { $0.problem == nil } ?? false
    facts.faults = document.faults.map(\.text)
    facts.isTraining = document.training
    facts.hasLayerWise = session.hasLayerWise
    facts.decodes = session.canDecode
    let taken = Set(document.parked.keys).union([document.branch])
    facts.newBranch = (1...).lazy.map { "b\($0)" }.first { !taken.contains($0) } ?? "b1"
    if let input = document.input {
      facts.hasInput = true
      facts.rows = (session.inputFacts?.rows ?? []).map { RowFacts(end: $0.end, holes: $0.holes) }
      facts.sampleRateHz = input.sampleRateHz.map(Double.init)
    }
    guard let layer = document.layer else { return facts }
    facts.notSteppable = layer.stepObstacle
    facts.attentionPaths = session.attentionPaths.map { $0.isEmpty ? "." : $0 }
    facts.attentionBytes = session.attentionBytes
    facts.stack = StackFacts(
      kind: layer.typeName, layerCount: session.layerCount,
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

  private func layers(_ ratios: StackRatios) -> (rows: [LayerRow], isAgreementKnown: Bool) {
    let nodes = session.nodes
    let faults = session.document.faults
    let nanPath = session.nanPath
    var budget = Self.glance
    var isKnown = request.wantsAgreement
    let rows = nodes.map { node -> LayerRow in
      let fault = faults.first { $0.path == node.path }.map { fault in
        LayerWarning("FAULT \(fault.kindName)", brief: fault.kindName)
      }
      let nan = node.path == nanPath ? session.firstNaN(node.path) : nil
      var row = LayerRow(
        path: node.path.shown, name: node.name, kind: node.typeName, depth: node.depth,
        hasChildren: !node.layer.children.isEmpty, outputRatio: ratios.text(node.index),
        stateBytes: session.stateBytes(node.path),
        warning: fault ?? nan.map { LayerWarning("NaN from \($0.text)", brief: "NaN") })
      isKnown = isKnown && session.compare(node.path, spending: &budget)
      guard isKnown, let verdict = session.comparison(node.path) else { return row }
      row.agrees = verdict.isEqual
      row.difference = verdict.first.map { place($0, of: node.path) }
      return row
    }
    return (rows, isKnown)
  }

  /// The first input timestep under which lanes and numbers show a place of a layer.
  private func place(_ difference: Verdict.Difference, of path: String) -> DifferencePlace {
    let input = session.document.input?.sequence.time ?? 0
    let own = max(1, session.layerOutput(path)?.time ?? input)
    let time = (difference.time * input + own - 1) / own
    let shape = session.layerOutput(path)?.channelShape ?? []
    let channel = zip(difference.channel, shape).reduce(0) { $0 * $1.1 + $1.0 }
    return DifferencePlace(
      row: difference.row, inputTime: min(max(0, input - 1), time), channel: channel)
  }
}

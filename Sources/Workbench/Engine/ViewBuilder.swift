import Layers
import Runtime
import Sessions
import Tensors

/// Makes the plain view of a session that the screen asked for.
struct ViewBuilder {
  let session: Session
  let request: ViewRequest
  let cache: RunCache
  let name: String

  /// Layers are compared one by one while that takes no longer than a glance.
  private static let comparedOutputs = 20_000

  /// The selected layer as the engine names it; the screen shows the root as a dot.
  private var path: String {
    let wanted = request.path == "." ? "" : request.path
    return session.nodes.contains { $0.path == wanted } ? wanted : ""
  }

  private var row: Int {
    let count = session.document.input?.sequence.batch ?? 1
    return min(max(0, request.row), max(0, count - 1))
  }

  func view() -> SessionView {
    var view = SessionView()
    cache.follow(session)
    view.facts = facts()
    view.position = position()
    view.layers = layers()
    view.undoName = session.undoName
    view.redoName = session.redoName
    view.latencies = request.wantsLatencies ? latencies() : []
    guard let input = session.document.input, session.document.layer != nil,
      input.sequence.batch > 0
    else { return view }
    view.verdict = session.comparison("").map { VerdictView($0) }
    let (path, row) = (path, row)
    view.lanes = LaneBuilder(
      session: session, request: request, cache: cache, path: path, row: row
    ).lanes()
    view.state = StateBuilder(session: session, request: request, path: path, row: row).state()
    view.beside = BesideBuilder(
      session: session, request: request, cache: cache, path: path, row: row
    ).beside()
    view.attention = AttentionBuilder(
      session: session, request: request, path: path, row: row
    ).attention()
    view.masks = request.wantsMasks ? masks() : []
    return view
  }

  private func facts() -> SessionFacts {
    var facts = SessionFacts()
    let document = session.document
    facts.name = name
    facts.isRecording = session.recorder.map { $0.problem == nil } ?? false
    facts.faults = document.faults.map(\.text)
    facts.isTraining = document.training
    if let input = document.input {
      facts.hasInput = true
      facts.rowCount = input.sequence.batch
      facts.rowLengths = input.sequence.lengths
      facts.sampleRateHz = input.sampleRateHz.map(Double.init)
    }
    guard let layer = document.layer else { return facts }
    facts.notSteppable = layer.stepObstacle
    facts.attentionPaths = session.attentionPaths.map { $0.isEmpty ? "." : $0 }
    facts.attentionBytes = session.attentionBytes
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
    let nodes = session.nodes
    let faults = session.document.faults
    let ratios = StackRatios(nodes)
    let isCompared =
      request.wantsAgreement && session.position * nodes.count <= Self.comparedOutputs
    return nodes.map { node in
      let fault = faults.first { $0.path == node.path }
      let last = node.path.split(separator: "/").last.map(String.init)
      return LayerRow(
        path: node.path.isEmpty ? "." : node.path, name: last ?? ".", kind: node.typeName,
        depth: node.depth, hasChildren: !node.layer.children.isEmpty,
        outputRatio: "\(ratios[node.index])", stateBytes: session.stateBytes(node.path),
        agrees: isCompared ? session.comparison(node.path)?.isEqual : nil,
        warning: fault.map { "FAULT \($0.kind.rawValue)" })
    }
  }

  private func masks() -> [MaskRow] {
    cache.masks(session).map { entry in
      MaskRow(
        path: entry.path.isEmpty ? "." : entry.path, row: entry.row, validCount: entry.valid,
        length: session.layerOutput(entry.path)?.time ?? 0, first: entry.first, last: entry.last,
        holes: entry.holes, lost: entry.lost)
    }
  }

  private func latencies() -> [LatencyRow] {
    let nodes = session.nodes
    let ratios = StackRatios(nodes)
    return nodes.map { node in
      let warmUp = session.warmUp(node.path)
      let ratio = ratios[node.index]
      let delay = ratio > 0 ? (Rational(warmUp) / ratio).ceiling : 0
      return LatencyRow(
        path: node.path.isEmpty ? "." : node.path,
        blockSize: node.layer.blockSize, inputLatency: node.layer.inputLatency,
        outputLatency: node.layer.outputLatency, warmUp: warmUp, delay: delay,
        obstacle: node.layer.stepObstacle)
    }
  }
}

/// Output timesteps of every layer for each input timestep of the whole stack.
struct StackRatios {
  private var ratios: [[Int]: Rational] = [:]

  init(_ nodes: [LayerNode]) {
    guard let root = nodes.first else { return }
    visit(root.layer, [], input: 1)
  }

  subscript(index: [Int]) -> Rational { ratios[index] ?? 1 }

  private mutating func visit(_ layer: any SequenceLayer, _ index: [Int], input: Rational) {
    ratios[index] = input * layer.outputRatio
    // What stands in a list of Serial or Residual follows the one before; all else sees the input
    // of its parent.
    let isChain = layer is Serial || layer is Residual
    var before: [String: Rational] = [:]
    for (position, child) in layer.children.enumerated() {
      let start = isChain ? before[child.field] ?? input : input
      visit(child.layer, index + [position], input: start)
      before[child.field] = start * child.layer.outputRatio
    }
  }
}

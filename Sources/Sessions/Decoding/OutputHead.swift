import Layers
import Runtime
import Tensors

/// The layers behind the last block of a stack, as a model of their own.
final class OutputHead {
  let paths: [String]
  /// The layers, however deep, whose outputs it can read.
  let readable: [(path: String, depth: Int, parent: String?)]
  let model: Model

  /// The layers at the end of the data flow that hold no others and keep no state, those at the end of a Serial
  /// among them; nil where there are none, or none of the layers before them gives what they read.
  init?(_ run: ModelRun, _ nodes: [LayerNode], kept: (String) -> Int) throws {
    let chain = Self.chain(nodes[0], nodes)
    let head = Array(
      chain.reversed().prefix { $0.layer.children.isEmpty && kept($0.path) == 0 }.reversed())
    guard let first = head.first, head.count < chain.count, let trace = run.trace,
      let spec = trace.spec(chain[chain.count - head.count - 1].path)
    else { return nil }
    let layer = Serial(head.map(\.layer))
    var parameters: [String: Tensor] = [:]
    for (node, child) in zip(head, layer.children) {
      for own in run.model.parameterSpecs where own.path.hasPrefix(node.path + "/") {
        // Here it may be called otherwise than there: one without a name is called by its place.
        parameters[child.scope.path + own.path.dropFirst(node.path.count)] =
          run.model[parameter: own.path]
      }
    }
    model = try Model(
      layer, input: spec, parameters: parameters, time: 1, memory: run.model.memory)
    // One that is shared with another layer is not among them.
    guard model.parameterSpecs.allSatisfy({ parameters[$0.path]?.shape == $0.shape }) else {
      return nil
    }
    paths = head.map { $0.path.split(separator: "/").last.map(String.init) ?? $0.path.shown }
    let inHead = Set(head.map(\.path))
    readable = nodes.prefix { $0.index != first.index }.filter { node in
      // What holds the head gives logits; what is late or at another rate is not about the same token.
      !inHead.contains(where: { $0.isInside(node.path) }) && trace.spec(node.path) == spec
        && run.latency(node.path) == 0
        && trace.time(node.path, after: 1) == trace.time("", after: 1)
    }.map { ($0.path, $0.depth, $0.parentPath) }
    guard !readable.isEmpty else { return nil }
  }

  /// The layers one after the other of which a layer consists, as deep as Serial goes.
  private static func chain(_ node: LayerNode, _ nodes: [LayerNode]) -> [LayerNode] {
    guard node.layer is Serial else { return [node] }
    let own = nodes.filter {
      $0.depth == node.depth + 1 && $0.index.starts(with: node.index)
    }
    return own.isEmpty ? [node] : own.flatMap { chain($0, nodes) }
  }
}

extension Session {
  private static let shownTokens = 3

  /// What layers say of the token behind a timestep; nil where no output head can read them.
  func lens(
    row: Int, time: Int, final logits: [Double], _ extent: LensTable.Extent
  ) throws -> LensTable? {
    let (run, _) = try requireSteps()
    if run.outputHead == nil {
      run.outputHead = .some(try? OutputHead(run, nodes) { leafCount($0) })
    }
    guard let head = run.outputHead ?? nil else { return nil }
    let end = TokenInformation(logits)
    guard let last = TokenSampler.likeliest(logits.map { $0.isNaN ? -.infinity : $0 }, 1).first
    else {
      return nil
    }
    let lines = try extent.chosen(head.readable).compactMap { path -> LensTable.Line? in
      guard let output = try run.stepWise(path, time..<time + 1, cancel: cancel) else { return nil }
      let own = try head.model.layer(output.rows([row])).y.values.doubles()
      let information = TokenInformation(own)
      let order = TokenSampler.likeliest(own.map { $0.isNaN ? -.infinity : $0 }, Self.shownTokens)
      return LensTable.Line(
        path: path,
        likeliest: order.map {
          LensTable.Token(text: tokenText($0), probability: information.probability(of: $0))
        },
        probability: information.probability(of: last), rank: information.rank(of: last),
        divergence: end.divergence(from: information))
    }
    guard !lines.isEmpty else { return nil }
    return LensTable(
      head: head.paths.joined(separator: " + "), token: tokenText(last), lines: lines,
      readableCount: head.readable.count)
  }
}

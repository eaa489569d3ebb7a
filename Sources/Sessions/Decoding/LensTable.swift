import Layers
import Runtime
import Tensors

/// What the outputs of layers say of the next token when the output head reads them.
package struct LensTable: Hashable, Sendable {
  /// One layer.
  package struct Line: Hashable, Sendable {
    package let path: String
    /// The likeliest tokens, with their probabilities.
    package let likeliest: [Token]
    /// The probability and place of what is likeliest in the end, and how far all is from the end, in bits.
    package let probability: Double
    package let rank: Int
    package let divergence: Double
  }

  /// A token with its probability.
  package struct Token: Hashable, Sendable {
    package let text: String
    package let probability: Double
  }

  /// The layers that read them, such as `norm + logits`.
  package let head: String
  /// The token that is likeliest in the end.
  package let token: String
  package let lines: [Line]
}

/// The layers behind the last block of a stack, as a model of their own.
final class OutputHead {
  let paths: [String]
  /// The layers whose outputs it can read.
  let readable: [String]
  let model: Model

  /// The layers at the end of the root that hold no others and keep no state; nil where there are none, or
  /// none of the layers before them gives what they read.
  init?(_ run: ModelRun, _ nodes: [LayerNode], kept: (String) -> Int) throws {
    let children = nodes.filter { $0.depth == 1 }
    let head = children.reversed().prefix { $0.layer.children.isEmpty && kept($0.path) == 0 }
      .reversed()
    guard !head.isEmpty, head.count < children.count,
      let before = children.dropLast(head.count).last,
      let spec = run.trace?.spec(before.path)
    else { return nil }
    let layer = Serial(head.map(\.layer))
    var parameters: [String: Tensor] = [:]
    for (index, node) in head.enumerated() {
      for own in run.model.parameterSpecs where own.path.hasPrefix(node.path + "/") {
        // A layer without a name of its own is called by its place.
        let rest = own.path.dropFirst(node.path.count)
        for name in [node.name, "layers_\(index)"] {
          parameters[name + rest] = run.model[parameter: own.path]
        }
      }
    }
    model = try Model(
      layer, input: spec, parameters: parameters, time: 1, memory: run.model.memory)
    // One that is shared with another layer is not among them.
    guard model.parameterSpecs.allSatisfy({ parameters[$0.path]?.shape == $0.shape }) else {
      return nil
    }
    paths = head.map(\.name)
    readable = children.dropLast(head.count).map(\.path).filter { run.trace?.spec($0) == spec }
  }
}

extension Session {
  private static let shownTokens = 3

  /// What the layers of the root say of the token behind a timestep; nil where no output head can read them.
  func lens(row: Int, time: Int, final logits: [Double]) throws -> LensTable? {
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
    let lines = try head.readable.compactMap { path -> LensTable.Line? in
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
      head: head.paths.joined(separator: " + "), token: tokenText(last), lines: lines)
  }
}

package import Layers
import Runtime
package import Tensors

/// Output timesteps of every layer for each input timestep of the whole stack.
package struct StackRatios {
  private var ratios: [[Int]: Rational] = [:]

  /// Follows the inputs that were recorded while the stack was traced, by path; before there is an input
  /// nothing is traced, and every layer is taken to see what its place in the stack suggests.
  package init(_ nodes: [LayerNode], origins: [String: LayerTrace.InputOrigin] = [:]) {
    guard let root = nodes.first else { return }
    guard !origins.isEmpty else {
      visit(root.layer, [], input: 1)
      return
    }
    var outputs: [String: Rational] = [:]
    var inputs: [[Int]: Rational] = [:]
    for node in nodes {
      let above = inputs[Array(node.index.dropLast())] ?? 1
      let input: Rational =
        switch origins[node.path] {
        case .root: 1
        case .output(let other): outputs[other] ?? above
        // What a combinator makes of its own input, such as a reversed one, keeps its rate.
        case .made, nil: above
        }
      inputs[node.index] = input
      ratios[node.index] = input * node.layer.outputRatio
      outputs[node.path] = ratios[node.index]
    }
  }

  package subscript(index: [Int]) -> Rational { ratios[index] ?? 1 }

  private mutating func visit(_ layer: any SequenceLayer, _ index: [Int], input: Rational) {
    ratios[index] = input * layer.outputRatio
    let isChain = layer is Serial || layer is Residual || layer is Repeat
    var before: [String: Rational] = [:]
    for (position, child) in layer.children.enumerated() {
      let start = isChain ? before[child.field] ?? input : input
      visit(child.layer, index + [position], input: start)
      before[child.field] = start * child.layer.outputRatio
    }
  }
}

extension Session {
  /// Output timesteps of every layer for each input timestep of the whole stack.
  package var stackRatios: StackRatios {
    let places = run.map { $0.places.isEmpty ? $0.layerWise?.layers ?? [] : $0.places } ?? []
    return StackRatios(
      nodes,
      origins: Dictionary(
        places.map { ($0.path, $0.input) }, uniquingKeysWith: { first, _ in first }))
  }
}

package import Layers
import Runtime
package import Tensors

/// Output timesteps of every layer for each input timestep of the whole stack, as far as it was traced:
/// before there is an input it is not known what each layer sees.
package struct StackRatios {
  private var ratios: [[Int]: Rational] = [:]

  /// Follows the inputs that were recorded while the stack was traced, by path.
  package init(_ nodes: [LayerNode], origins: [String: LayerTrace.InputOrigin]) {
    guard !origins.isEmpty else { return }
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

  package subscript(index: [Int]) -> Rational? { ratios[index] }

  /// The ratio in words.
  package func text(_ index: [Int]) -> String { ratios[index].map { "\($0)" } ?? "?" }
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

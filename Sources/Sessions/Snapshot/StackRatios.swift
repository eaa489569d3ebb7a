import Layers
package import Tensors

/// Output timesteps of every layer for each input timestep of the whole stack.
package struct StackRatios {
  private var ratios: [[Int]: Rational] = [:]

  package init(_ nodes: [LayerNode]) {
    guard let root = nodes.first else { return }
    visit(root.layer, [], input: 1)
  }

  package subscript(index: [Int]) -> Rational { ratios[index] ?? 1 }

  private mutating func visit(_ layer: any SequenceLayer, _ index: [Int], input: Rational) {
    ratios[index] = input * layer.outputRatio
    // What stands in a list of Serial or Residual, and a copy of Repeat, follows the one before; all
    // else sees the input of its parent.
    let isChain = layer is Serial || layer is Residual || layer is Repeat
    var before: [String: Rational] = [:]
    for (position, child) in layer.children.enumerated() {
      let start = isChain ? before[child.field] ?? input : input
      visit(child.layer, index + [position], input: start)
      before[child.field] = start * child.layer.outputRatio
    }
  }
}

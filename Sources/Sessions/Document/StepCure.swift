import Layers

/// Commands that make a stack step whose layers are late by unequal numbers of timesteps.
///
/// They put in delays of stepwise outputs, which change no result.
enum StepCure {
  /// The commands for the first obstacle of that kind; none where there is no such obstacle.
  static func lines(_ layer: any SequenceLayer) -> [String] {
    let tree = LayerTree(layer)
    // What is inside comes first: it decides the latencies of what is around it.
    for node in tree.nodes.reversed() {
      guard let branched = node.layer as? any BranchedLayer, let delays = branched.branchDelays
      else { continue }
      return branched is Residual
        ? residual(node, delays, tree) : branches(node, delays, tree)
    }
    return chain(layer, tree)
  }

  private static func delay(_ length: Int) -> String {
    "Delay(length: \(length), delayLayerOutput: false)"
  }

  /// A delay in front of the layer that cannot take what is late before it.
  private static func chain(_ layer: any SequenceLayer, _ tree: LayerTree) -> [String] {
    do throws(LayerError) {
      _ = try layer.accumulatedOutputLatency(0)
      return []
    } catch {
      guard case .latencyMismatch(let length?) = error.code,
        tree.nodes.contains(where: { $0.path == error.path })
      else {
        return []
      }
      return ["insert \(delay(length)) before \(error.path)"]
    }
  }

  /// A delay at the beginning of the body or of the shortcut.
  private static func residual(
    _ node: LayerNode, _ delays: [Int], _ tree: LayerTree
  ) -> [String] {
    zip(["layers", "shortcut_layers"], delays).filter { $1 > 0 }.map { field, length in
      let first = node.layer.children.firstIndex { $0.field == field }
      guard let target = first.flatMap({ tree[node.index + [$0]] }) else {
        return "set \(node.path.shown).shortcutLayers [\(delay(length))]"
      }
      return "insert \(delay(length)) before \(target.path)"
    }
  }

  /// Each branch that comes too early in a `Serial` behind a delay.
  private static func branches(
    _ node: LayerNode, _ delays: [Int], _ tree: LayerTree
  ) -> [String] {
    let late = delays.indices.filter { delays[$0] > 0 }
    return late.flatMap { child -> [String] in
      let index = node.index + [child]
      guard let branch = tree[index] else { return [] }
      // Wrapped, it stands first in the new layer; that has no name, and so that of its place.
      let wrapped = LayerPath.join(node.path, "layers_\(child)")
      let name = branch.name == "layers_\(child)" ? "layers_0" : branch.name
      return [
        "wrap \(branch.path) Serial",
        "insert \(delay(delays[child])) before \(LayerPath.join(wrapped, name))",
      ]
    }
  }
}

extension Session {
  /// Lines that, typed in this order, take one obstacle to steps away without changing a result.
  package var stepCures: [String] { document.layer.map(StepCure.lines) ?? [] }
}

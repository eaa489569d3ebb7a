import Layers
package import Runtime
package import Tensors

// What front ends may look at. All of it is a function of document and position; nothing here
// computes more than was asked for, or changes anything.
extension Session {
  /// The layers of the stack, parents before children.
  package var nodes: [LayerNode] { document.layer.map { LayerTree($0).nodes } ?? [] }

  package var parameterCount: Int { run?.model.parameterCount ?? 0 }

  /// A layer's step-wise output so far, warm-up included, and how much of it is warm-up.
  package func stepOutput(_ path: String) -> (output: SequenceTensor, warmUp: Int)? {
    guard let run, let output = run.stepWise(path) else { return nil }
    return (output, min(run.latency(path), output.time))
  }

  /// A layer's output latency, whether or not it has made any output.
  package func warmUp(_ path: String) -> Int { run?.latency(path) ?? 0 }

  /// A layer's layer-wise output; nil where there is none yet, or it cannot be had.
  package func layerOutput(_ path: String) -> SequenceTensor? {
    try? run?.layerWiseResult(cancel: cancel).taps[path]
  }

  /// One leaf of the state.
  package struct LeafView: Sendable {
    /// The name below the layer that was asked for.
    package var name: String
    package var value: Tensor
    /// Whether the last step changed it.
    package var isChanged: Bool
  }

  /// How many leaves a layer and all inside it keep.
  package func leafCount(_ path: String) -> Int { leaves(path).count }

  /// One of those leaves.
  package func leaf(_ index: Int, of path: String) -> LeafView? {
    let own = leaves(path)
    guard let run, let stream = run.stream, own.indices.contains(index) else { return nil }
    let leaf = stream.leaves[own[index]]
    return LeafView(
      name: LayerPath.relative(leaf.path, to: path), value: stream.value(of: own[index]),
      isChanged: run.changedLeaves.contains(leaf.path))
  }

  private func leaves(_ path: String) -> [Int] {
    guard let stream = run?.stream else { return [] }
    return stream.leaves.indices.filter { stream.leaves[$0].path.isInside(path) }
  }

  /// Step-wise against layer-wise at a layer so far; nil before anything can be compared.
  package func comparison(_ path: String) -> Verdict? {
    guard position > 0, let verdict = try? verdict(of: path, tolerance: 1e-6) else { return nil }
    return verdict.comparedSteps > 0 ? verdict : nil
  }
}

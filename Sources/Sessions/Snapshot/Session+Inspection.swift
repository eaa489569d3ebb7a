package import Comparison
import Datasets
import Diagnostics
import Layers
import Programs
package import Runtime
package import Tensors

// What front ends may look at. All of it is a function of document and position; nothing here
// computes more than was requested, or changes anything.
extension Session {
  /// The layers of the stack, parents before children.
  package var nodes: [LayerNode] { document.layer.map { LayerTree($0).nodes } ?? [] }

  /// The signals that `input` can make.
  package static var signalNames: [String] { SyntheticSignal.allNames }

  package var parameterCount: Int { run?.model.parameterCount ?? 0 }

  /// A layer's step-wise output so far, warm-up included, and how much of it is warm-up.
  package func stepOutput(_ path: String) -> (output: SequenceTensor, warmUp: Int)? {
    guard let run, let output = try? run.stepWise(path) else { return nil }
    return (output, min(run.latency(path), output.time))
  }

  /// What all outputs and states belong to: they are those of another object when the document has
  /// changed, and never change while it is the same.
  package var runIdentity: AnyObject? { run }

  /// What a layer put out in one step that was made; nil for a layer without output of its own.
  package func output(of path: String, inStep step: Int) -> SequenceTensor? {
    run?.output(of: path, inStep: step)
  }

  /// A layer's output latency, whether or not it has made any output.
  package func warmUp(_ path: String) -> Int { run?.latency(path) ?? 0 }

  /// Whether the layer-wise result is there; looking never computes it.
  package var hasLayerWise: Bool { run?.hasLayerWise ?? false }

  /// A layer's layer-wise output; nil where there is none yet, or it cannot be had.
  package func layerOutput(_ path: String) -> SequenceTensor? {
    guard let run, run.hasLayerWise else { return nil }
    return run.layerWise?.whole?.taps[path]
  }

  /// One leaf of the state.
  package struct LeafView: Sendable {
    /// The name below the layer that was requested.
    package var name: String
    package var value: Tensor
    /// The value before the last step; nil at the start, and where it is not known.
    package var before: Tensor?
    /// The axis of time, counted without the batch, where the leaf is a window of the newest
    /// timesteps.
    package var windowAxis: Int?
    /// How full the cache is, such as `12/64`, where the leaf is one that grows.
    package var cache: String?
    /// Whether the last step changed it; nil where that is not known.
    package var isChanged: Bool? {
      knowsChange ? before.map { !$0.bitsEqual(value) } ?? false : nil
    }
    fileprivate var knowsChange: Bool
  }

  /// How many leaves a layer and all inside it keep.
  package func leafCount(_ path: String) -> Int { leaves(path).count }

  /// One of those leaves.
  package func leaf(_ index: Int, of path: String) -> LeafView? {
    let own = leaves(path)
    guard let run, let stream = run.stream, own.indices.contains(index) else { return nil }
    let leaf = stream.leaves[own[index]]
    let axis: Int? = if case .window(let axis, _) = leaf.kind { axis - 1 } else { nil }
    return LeafView(
      name: LayerPath.relative(leaf.path, to: path), value: stream.value(of: own[index]),
      before: run.valueBefore(own[index]), windowAxis: axis, cache: cache(leaf, stream),
      knowsChange: run.knowsChanges)
  }

  private func cache(_ leaf: StateLeafSpec, _ stream: Runtime.Stream) -> String? {
    guard case .window(_, let length) = leaf.kind, let capacity = stream.cacheCapacity,
      length >= capacity,
      let layer = stream.cachedTime.keys.filter({ leaf.path.isInside($0) }).max(by: {
        $0.count < $1.count
      }),
      let time = stream.cachedTime[layer]
    else { return nil }
    return "\(NumberText.grouped(time))/\(NumberText.grouped(capacity))"
  }

  private func leaves(_ path: String) -> [Int] {
    guard let stream = run?.stream else { return [] }
    return stream.leaves.indices.filter { stream.leaves[$0].path.isInside(path) }
  }

  /// What rounding explains at a layer.
  package func errorBudget(_ path: String) -> ErrorBudget {
    let dtype = run?.layerWise?.spec(path)?.dtype ?? .float32
    return run?.errorBudget(path, dtype) ?? ErrorBudget(dtype)
  }

  /// How many layers there are; a combinator at the root is the stack, not one of its layers.
  package var layerCount: Int { max(1, nodes.count - 1) }

  /// Step-wise against layer-wise at a layer so far; nil before anything can be compared.
  package func comparison(_ path: String) -> Verdict? {
    guard position > 0, hasLayerWise, let verdict = try? verdict(of: path, tolerance: nil) else {
      return nil
    }
    return verdict.comparedSteps > 0 ? verdict : nil
  }
}

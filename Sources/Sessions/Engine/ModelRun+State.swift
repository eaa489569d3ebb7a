import Execution
import Layers
import Programs
import Runtime
import Tensors

// The state, and what the last step changed of it.
extension ModelRun {
  /// Whether it is known what the last step changed; before the first that is nothing.
  var knowsChanges: Bool { stream == nil || before != nil }

  /// Finds out what the last step changed, by making it again from the checkpoint before it.
  ///
  /// Position, state and outputs are the same afterwards, also when it is stopped.
  /// - Throws: `RuntimeError` `.cancelled`.
  func recallChanges(cancel: CancelFlag? = nil, progress: (Int, Int) -> Void) throws {
    guard let runner, !knowsChanges else { return }
    let target = position
    let here = runner.checkpoint
    do {
      try restore(upTo: target - 1)
      let start = position
      try advance(
        to: target, cancel: cancel, progress: { done, _ in progress(done - start, target - start) })
    } catch {
      try runner.restore(here, at: target)
      before = nil
      throw error
    }
  }

  /// The value of a state leaf before the last step; nil where that is not known.
  func valueBefore(_ leaf: Int) -> Tensor? {
    guard let value = before?[leaf] else { return nil }
    return stream?.fitted(value, leaf) ?? value
  }

  /// The leaves that the last step changed.
  var changedLeaves: Set<String> {
    guard let stream, let before else { return [] }
    let changed = before.filter { !stream.value(of: $0.key).bitsEqual($0.value) }
    return Set(changed.keys.map { stream.leaves[$0].path })
  }

  static func bytes(_ leaves: [StateLeafSpec]) -> [String: Int] {
    var result: [String: Int] = [:]
    for leaf in leaves {
      let size = leaf.type.shape.elementCount * leaf.type.dtype.byteCount
      result["", default: 0] += size
      for end in leaf.path.indices where "/[".contains(leaf.path[end]) {
        result[String(leaf.path[..<end]), default: 0] += size
      }
    }
    return result
  }
}

extension Runtime.Stream {
  /// Copies of some leaves.
  func values(of indices: [Int]) -> [Int: Tensor] {
    Dictionary(uniqueKeysWithValues: indices.map { ($0, value(of: $0)) })
  }
}

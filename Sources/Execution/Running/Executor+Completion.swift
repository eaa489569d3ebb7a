public import Tensors

extension Executor {
  /// How a run ended.
  public enum Completion: Hashable, Sendable {
    /// All instructions ran and the state moved on.
    case finished
    /// The cancel flag was raised; the state is what it was before the run.
    case cancelled
    /// There was no memory for a result; the state is what it was before the run.
    case outOfMemory(MemoryError)
  }
}

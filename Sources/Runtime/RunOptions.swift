public import Execution
public import Tensors

/// What a run shows besides its output.
public struct RunOptions: Sendable {
  /// Values that layers emit.
  public var emits: Bool
  /// The output and mask of every layer.
  public var taps: Bool
  /// Stops the run between two instructions.
  public var cancel: CancelFlag?
  /// Every layer gives NaN at invalid timesteps, to see whether the next one minds.
  package var poisonsInvalid = false

  /// Makes options; nothing is shown by default.
  public init(emits: Bool = false, taps: Bool = false, cancel: CancelFlag? = nil) {
    self.emits = emits
    self.taps = taps
    self.cancel = cancel
  }
}

/// What a run gave.
public struct RunOutput: Sendable {
  /// The output sequence.
  public var y: SequenceTensor
  /// What layers emitted, by emit name, if asked for.
  public var emits: [String: SequenceTensor]
  /// What every layer gave, by path, if asked for; the root is the empty path.
  public var taps: [String: SequenceTensor]
  /// New values of variables, by path; in training only.
  ///
  /// Assign them to the model to keep them.
  public var variables: [String: Tensor]
}

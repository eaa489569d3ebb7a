public import Execution
public import Layers
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

extension RunOptions {
  /// The same with or without NaN at invalid timesteps.
  package func poisoningInvalid(_ poisons: Bool) -> RunOptions {
    var options = self
    options.poisonsInvalid = poisons
    return options
  }
}

/// What a run gave.
public struct RunOutput: Sendable {
  /// The output sequence.
  public var y: SequenceTensor
  /// What layers emitted, by emit name, if requested.
  public var emits: [String: SequenceTensor]
  /// What every layer gave, by path, if requested; the root is the empty path.
  public var taps: [String: SequenceTensor]
  /// With the taps, the inputs of layers that are neither the input of the root nor the output of another
  /// layer, by path; see ``LayerTrace/InputOrigin``.
  public var madeInputs: [String: SequenceTensor] = [:]
  /// With the taps, the layers in the order of computation, and where the input of each comes from.
  public var layers: [LayerTrace.LayerPlace] = []
  /// New values of variables, by path; in training only.
  ///
  /// Assign them to the model to keep them.
  public var variables: [String: Tensor]
}

extension RunOutput {
  /// What went into a layer, for a run with taps whose root got `root`; nil for a layer that did not run.
  ///
  /// It is recorded by the trace, so it holds for every combinator, custom ones included.
  public func input(of path: String, root: SequenceTensor) -> SequenceTensor? {
    layers.first { $0.path == path }.flatMap { input(of: $0, root) }
  }

  /// What went into every layer that ran, by path.
  public func inputs(root: SequenceTensor) -> [String: SequenceTensor] {
    var result: [String: SequenceTensor] = [:]
    for place in layers { result[place.path] = input(of: place, root) }
    return result
  }

  private func input(
    of place: LayerTrace.LayerPlace, _ root: SequenceTensor
  ) -> SequenceTensor? {
    switch place.input {
    case .root: root
    case .output(let other): taps[other]
    case .made: madeInputs[place.path]
    }
  }
}

package import Layers
package import Runtime
package import Tensors

/// All that a session is about, apart from the position: every number on screen is a function of
/// document and position.
package struct Document: Sendable {
  /// The stack; nil before the first layer.
  package var layer: (any SequenceLayer)?
  /// The input; nil before `input`.
  package var input: InputSource?
  /// Constants by name.
  package var constants: Constants = [:]
  /// How each constant was requested.
  package var constantCommands: [String: String] = [:]
  /// The seed of first parameter values and random draws.
  package var seed: UInt64 = 0
  /// Parameters and variables by path in the present stack.
  package var parameters: [String: Tensor] = [:]
  /// For each parameter, where its values come from.
  package var origins: [String: ParameterOrigin] = [:]
  /// Whether layers behave as in training.
  package var training = false
  /// How much attention with an unlimited past may remember in steps.
  package var caches = CacheCapacity()
  /// How the input is cut into steps.
  package var schedule = BlockSchedule()
  /// Mistakes seeded into the step-wise run.
  package var faults: [Fault] = []
  /// Reference arrays by facet.
  package var expectations: [Expectation] = []
  /// What tokens are called; nil where they are bytes of a text, or numbers.
  package var tokenNames: TokenNames?
  /// Changes of the state at single steps.
  package var edits: [StateEdit] = []
  /// The branch that this is.
  package var branch = Document.mainBranch
  /// Where that comes from.
  package var branchOrigin = BranchOrigin()
  /// The other branches by name.
  package var parked: [String: ParkedBranch] = [:]
  /// The conditions at which runs stop.
  package var breaks: [BreakPoint] = []
  /// Positions by name, as the input timesteps that were fed.
  package var marks: [String: Int] = [:]
  /// What floating input is converted to; nil leaves it as it came.
  package var dtype: DType?
  /// Equal for documents that run the same model in the same way.
  var modelRevision = 0
  /// Equal for documents that cut the input into the same steps, with the same faults in them.
  var stepRevision = 0
  /// Equal for documents with the same expected arrays.
  package internal(set) var notesRevision = 0
  /// Equal for documents with the same input.
  var inputRevision = 0

  package init() {}

  /// The input as the model gets it.
  var modelInput: SequenceTensor? {
    guard let sequence = input?.sequence else { return nil }
    guard let dtype, sequence.values.dtype.isFloating, sequence.values.dtype != dtype,
      let converted = try? SequenceTensor(
        values: sequence.values.converted(to: dtype), mask: sequence.mask)
    else { return sequence }
    return converted
  }
}

/// Where the values of a parameter come from.
package enum ParameterOrigin: Hashable, Sendable {
  /// Drawn from a seed under the path that the parameter had when it was made.
  case drawn(seed: UInt64, path: String)
  /// Read from a file.
  case file(String)
}

/// A reference array that belongs at a layer's output.
package struct Expectation: Sendable {
  /// The layer's path.
  package var path: String
  /// Whether it belongs at the layer-wise output, not at the step-wise one.
  package var isLayerWise: Bool
  /// The file it was read from.
  package var file: String
  /// The values.
  package var values: Tensor
  /// How many timesteps later than ours it stands.
  package var shift: Int
  /// Whether the user has agreed to a shift that was searched for.
  package var isConfirmed: Bool

  /// The file without its folder.
  package var fileName: String { file.split(separator: "/").last.map(String.init) ?? file }
  /// Where it belongs, as people write it.
  package var place: String { path.shown + (isLayerWise ? ":layer" : "") }
}

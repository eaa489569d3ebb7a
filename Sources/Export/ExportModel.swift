public import Programs
public import Tensors

/// What is exported: the functions of a model, its parameters and what is to be said about it.
public struct ExportModel: Sendable {
  /// The functions, in the order of the manifest.
  public var functions: [ExportFunction]
  /// Trained arrays and statistics by path.
  public var parameters: [String: Tensor]
  /// Facts for the manifest.
  public var facts: Facts

  /// What a manifest says besides its functions.
  public struct Facts: Sendable {
    /// The stack in text format.
    public var spec: String
    /// Rows.
    public var batch: Int
    /// Timesteps of a block.
    public var blockSize: Int
    /// How many timesteps of input an output waits for.
    public var inputLatency: Int
    /// How many of the first outputs of steps come before the first of the whole sequence.
    public var outputLatency: Int
    /// Output timesteps for one of the input, such as `1/2`.
    public var outputRatio: String
    /// The version of the program.
    public var version: String
    /// The version of its arithmetic.
    public var numerics: Int
    /// Why there is no step; nil if there is one.
    public var stepObstacle: String?
    /// How many timesteps attention with an unlimited past keeps in steps; nil without such attention.
    ///
    /// Those before are forgotten.
    public var cacheCapacity: Int?

    /// Makes facts.
    public init(
      spec: String, batch: Int, blockSize: Int, inputLatency: Int, outputLatency: Int,
      outputRatio: String, version: String, numerics: Int, stepObstacle: String? = nil,
      cacheCapacity: Int? = nil
    ) {
      self.spec = spec
      self.batch = batch
      self.blockSize = blockSize
      self.inputLatency = inputLatency
      self.outputLatency = outputLatency
      self.outputRatio = outputRatio
      self.version = version
      self.numerics = numerics
      self.stepObstacle = stepObstacle
      self.cacheCapacity = cacheCapacity
    }
  }

  /// Makes a model.
  public init(functions: [ExportFunction], parameters: [String: Tensor], facts: Facts) {
    self.functions = functions
    self.parameters = parameters
    self.facts = facts
  }
}

/// One function of an exported model, a signature in its file.
public struct ExportFunction: Sendable {
  /// `get_initial_state`, `step`, `step_N` for N blocks, `layer` or `grad`.
  public var name: String
  /// The trace; its taps are outputs of layers, named by their paths.
  public var program: Program
  /// How many blocks a step takes.
  public var blocks: Int?
  /// Timesteps of input.
  public var timesteps: Int?
  /// Runs that say what the function gives.
  public var runs: [Run]

  /// Inputs of a function, and what our executor gives for them.
  public struct Run: Sendable {
    /// One tensor an input of the program; nil for parameters.
    public var inputs: [Tensor?]
    /// One tensor an output of the program, those kept for inspection aside.
    public var outputs: [Tensor]

    /// Makes a run.
    public init(inputs: [Tensor?], outputs: [Tensor]) {
      self.inputs = inputs
      self.outputs = outputs
    }
  }

  /// Makes a function.
  public init(
    name: String, program: Program, blocks: Int? = nil, timesteps: Int? = nil, runs: [Run] = []
  ) {
    self.name = name
    self.program = program
    self.blocks = blocks
    self.timesteps = timesteps
    self.runs = runs
  }
}

/// What is computed of an export.
public struct ExportOptions: Sendable {
  /// The file format.
  public var target: ExportTarget
  /// How weights are stored; in StableHLO as they are.
  public var weights = WeightPrecision.float32
  /// Whether a model repository for Triton is written too; of ONNX only.
  public var writesTriton = false
  /// Whether the legalised programs are written too, as text.
  public var writesPrograms = false

  /// Makes options.
  public init(target: ExportTarget) { self.target = target }
}

public import Programs
public import Tensors

/// How a layer is traced.
public struct TraceOptions: Hashable, Sendable {
  /// Behave as in training.
  public var training: Bool
  /// The program will be differentiated: layers see 0 at invalid timesteps.
  public var differentiable: Bool
  /// Show the output and mask of every layer as outputs of role `tap`, named `PATH:out` and
  /// `PATH:mask`.
  public var taps: Bool
  /// Show what layers emit beside their outputs, such as attention probabilities.
  public var emits: Bool
  /// Every layer gives NaN at invalid timesteps, to see whether the next one minds.
  public var poisonsInvalid: Bool
  /// Every layer adds inputs named by `ProgramSignature.gradientProbe` to what it gets and gives, so that
  /// the gradients with respect to its input and output can be requested.
  package var probesGradients = false

  /// Makes options; everything is off by default.
  public init(
    training: Bool = false, differentiable: Bool = false, taps: Bool = false, emits: Bool = false,
    poisonsInvalid: Bool = false
  ) {
    self.training = training
    self.differentiable = differentiable
    self.taps = taps
    self.emits = emits
    self.poisonsInvalid = poisonsInvalid
  }
}

/// A leaf of the streaming state of a whole model.
public struct StateLeafSpec: Hashable, Sendable {
  /// `<layer path>/<leaf>`.
  public var path: String
  /// How it changes.
  public var kind: StateKind
  /// Its dtype and shape, batch axis first.
  public var type: ValueType

  /// Makes a spec.
  public init(path: String, kind: StateKind, type: ValueType) {
    self.path = path
    self.kind = kind
    self.type = type
  }
}

/// One of the three programs of a model, with what it declares.
///
/// Parameters, variables and state leaves are named by their paths, all other inputs and outputs by
/// `ProgramSignature`.
public struct LayerTrace: Sendable {
  /// The recorded program.
  public var program: Program
  /// The arrays that the layers own, in declaration order.
  public var parameters: [ParameterSpec]
  /// The leaves of the streaming state, in declaration order.
  public var state: [StateLeafSpec]
  /// Channel shape and dtype of the output.
  public var outputSpec: ChannelSpec
  /// Emit names.
  public var emits: [String]
  /// For every emit name the path of the layer that emits it.
  public var emitters: [String: String] = [:]
  /// The paths and kinds of layer instances, children before parents.
  public var layers: [LayerPlace]
  /// For every layer with windows without bound, how many entries an input timestep adds to them; by path.
  public var cacheGrowth: [String: Rational] = [:]
  /// Whether these windows must hold what has come and nothing else, so that every step has another program.
  public var hasExactCaches = false
  /// What the leaves of ``state`` begin with that no layer declares, by path: those that rewriting added.
  package var addedState: [String: AddedState] = [:]

  /// What a state leaf begins with that rewriting added.
  package enum AddedState: Hashable, Sendable {
    case zeros
    /// What the leaf at this path begins with.
    case copy(of: String)
  }

  /// A layer instance.
  public struct LayerPlace: Hashable, Sendable {
    /// The instance's path.
    public var path: String
    /// The kind of layer.
    public var typeName: String
    /// How many of its first step-wise outputs come before the first layer-wise one.
    public var outputLatency: Int
    /// How many of its first step-wise inputs come before the first layer-wise one.
    public var precedingLatency: Int
    /// How many of its outputs are aligned with an input; others lie behind the last input.
    public var alignedTime: Int
    /// Where its input comes from.
    public var input: InputOrigin
  }

  /// Where the input of a layer instance comes from.
  public enum InputOrigin: Hashable, Sendable {
    /// It is the input of the root.
    case root
    /// It is the output of the layer at this path.
    case output(of: String)
    /// A combinator made it of this many timesteps, for example reversed; with `taps` it is an output of
    /// the program, named by `ProgramSignature.tapInput(_:)`.
    case made(time: Int)
  }
}

/// What a model is traced for.
public struct TraceRequest: Hashable, Sendable {
  /// Rows.
  public var batch: Int
  /// Timesteps of the input.
  public var time: Int
  /// The input's channels.
  public var input: ChannelSpec
  /// The constants.
  public var constants: ConstantSpecs
  /// How to trace.
  public var options: TraceOptions
  /// How many timesteps windows without bound hold, each counted at its own rate.
  public var cacheCapacity: Int

  /// The capacity where nothing else is said.
  public static let firstCacheCapacity = 64

  /// Makes a request.
  public init(
    batch: Int, time: Int, input: ChannelSpec, constants: ConstantSpecs = [:],
    options: TraceOptions = TraceOptions(), cacheCapacity: Int = firstCacheCapacity
  ) {
    self.batch = batch
    self.time = time
    self.input = input
    self.constants = constants
    self.options = options
    self.cacheCapacity = cacheCapacity
  }
}

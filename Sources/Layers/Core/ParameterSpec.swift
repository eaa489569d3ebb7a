public import Tensors

/// An array that a layer owns: the single declaration that initialisation, loading, documentation and
/// tests use.
public struct ParameterSpec: Equatable, Sendable {
  /// Whether gradients or the layer itself update the array.
  public enum Collection: String, Hashable, Sendable {
    /// Trained by gradients.
    case parameters = "params"
    /// Updated by the layer in training, such as running statistics.
    case statistics = "batch_stats"
  }

  /// The path below the root, such as `encoder/layers_3/kernel`; copies of a repeated layer are told
  /// apart by `[i]`.
  public var path: String
  /// Trained or not.
  public var collection: Collection
  /// The shape.
  public var shape: Shape
  /// The element type.
  public var dtype: DType
  /// How the first values are drawn.
  public var initializer: Initializer
  /// The axes that count as inputs and outputs where the initialiser scales by them.
  public var fans: Fans

  /// How the first values come from the drawn ones.
  public var shaping = Shaping.none

  /// The scopes that the path consists of before ``name``, outermost first, the last one's layer owning the array.
  public var scopes: [Scope] = []
  /// The name that the owner gives it, such as `kernel`.
  public var name = ""

  /// The path without the names that only children were given: what random first values are drawn for.
  public var unnamedPath: String

  /// One part of a path, which may be empty, and the layer that it is.
  public struct Scope: Hashable, Sendable {
    /// The part, such as `layers_0`.
    public var element: String
    /// The layer's type, such as `Dense`.
    public var layer: String
  }

  /// How the first values of an array come from the numbers that its initialiser draws.
  public enum Shaping: Hashable, Sendable {
    /// They are those numbers.
    case none
    /// They are the column norms of the parameter of that path instead.
    case columnNorms(of: String)
    /// For numbers `u` from 0 to 1 those `p` for which `exp(-softplus(p))` is distributed as the
    /// distance from 0 of points that are spread evenly over a ring with these radii.
    case decay(least: Double, greatest: Double)
    /// They are these instead, as a model file has them.
    case given(GivenValues)
  }

  /// Which axes of a kernel are summed over and which are results.
  public struct Fans: Hashable, Sendable {
    /// Input axes; negative ones count from the end.
    public var inAxes: [Int]
    /// Output axes.
    public var outAxes: [Int]
    /// Axes that are neither, such as copies.
    public var batchAxes: [Int]

    /// Makes fans; the default is a matrix `[in, out]` with receptive axes before it.
    public init(inAxes: [Int] = [-2], outAxes: [Int] = [-1], batchAxes: [Int] = []) {
      self.inAxes = inAxes
      self.outAxes = outAxes
      self.batchAxes = batchAxes
    }
  }

  package init(
    path: String, collection: Collection, shape: Shape, dtype: DType, initializer: Initializer,
    fans: Fans, shaping: Shaping = .none
  ) {
    self.path = path
    unnamedPath = path
    self.collection = collection
    self.shape = shape
    self.dtype = dtype
    self.initializer = initializer
    self.fans = fans
    self.shaping = shaping
  }

  /// What drawing the first values takes besides them: a list of them in single precision, or lists in
  /// double precision.
  package var drawingByteCount: Int {
    let isSingle = dtype == .float32 && shaping == .none
    if isSingle, initializer.distribution(shape, fans) != nil { return shape.byteCount(of: dtype) }
    return Rational.product(shape.byteCount(of: .float64), 3)
  }

  /// The array's name in parameter files: the path without `[i]`, below the collection's name.
  public var fileName: String {
    collection.rawValue + "/" + LayerPath.withoutCopies(path)
  }
}

extension [ParameterSpec] {
  /// The bytes of all arrays; `Int.max` for more than can be counted.
  package var byteCount: Int { reduce(0) { Rational.sum($0, $1.shape.byteCount(of: $1.dtype)) } }
}

extension ParameterSpec.Shaping {
  /// The same with paths below a parent's.
  func below(_ parent: String) -> Self {
    switch self {
    case .none, .decay, .given: self
    case .columnNorms(let source): .columnNorms(of: LayerPath.join(parent, source))
    }
  }
}

extension LayerPath {
  /// The path without the `[i]` that tell apart copies of one layer.
  package static func withoutCopies(_ path: String) -> String {
    var result = ""
    var depth = 0
    for character in path {
      if character == "[" { depth += 1 }
      if depth == 0 { result.append(character) }
      if character == "]" { depth -= 1 }
    }
    return result.hasPrefix("/") ? String(result.dropFirst()) : result
  }

  /// The numbers in `[i]`, outermost first: where a copy stands in the stacked array of a file.
  package static func copyIndices(_ path: String) -> [Int] {
    path.split(separator: "[", omittingEmptySubsequences: false).dropFirst().compactMap { part in
      Int(part.prefix { $0 != "]" })
    }
  }
}

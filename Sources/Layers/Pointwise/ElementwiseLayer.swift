public import Programs
public import Tensors

/// The element types that a layer takes.
public enum ElementDomain: Hashable, Sendable {
  /// Floating-point numbers.
  case floating
  /// Integers: indices and counts.
  case integer
  /// Floating-point numbers and integers.
  case real
  /// Any number, complex ones included.
  case anyNumber
  /// Everything that a sequence can hold.
  case anything

  /// Whether an element type belongs to the domain.
  public func contains(_ dtype: DType) -> Bool {
    switch self {
    case .floating: dtype.isFloating
    case .integer: dtype.isInteger
    case .real: dtype.isFloating || dtype.isInteger
    case .anyNumber: dtype != .bool
    case .anything: true
    }
  }

  fileprivate var words: String {
    switch self {
    case .floating: "floating-point elements"
    case .integer: "integer elements"
    case .real: "real numbers"
    case .anyNumber: "numbers"
    case .anything: "any elements"
    }
  }
}

/// A pointwise layer that is one function of the values.
///
/// The original lets some functions turn integers silently into floats, against the dtype that it
/// announces; here a layer of domain `.floating` refuses them and names the `Cast` to insert.
public protocol ElementwiseLayer: PointwiseLayer {
  /// Whether the function maps 0 to 0, so that a masked sequence stays masked.
  var preservesZero: Bool { get }
  /// The element types that the function takes; floating-point numbers unless said otherwise.
  var domain: ElementDomain { get }
  /// The function; of a complex sequence it gets real and imaginary parts one by one.
  func apply(_ x: Value) -> Value
}

extension ElementwiseLayer {
  /// Floating-point numbers.
  public var domain: ElementDomain { .floating }

  /// The input's, if the function takes its elements.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(domain, input)
    return input
  }

  /// The function applied to the values.
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.mapValues(preservingZero: preservesZero, apply)
  }
}

extension SequenceLayer {
  /// Checks the element type of the input.
  func requireElements(_ domain: ElementDomain, _ input: ChannelSpec) throws(LayerError) {
    guard !domain.contains(input.dtype) else { return }
    let fix =
      switch input.dtype {
      case .complex64: "put Abs() before it for magnitudes, or Cast(dtype: .float32) for real parts"
      case _ where domain == .integer: "put Cast(dtype: .int32) before it"
      default: "put Cast(dtype: .float32) before it"
      }
    throw .input(self, found: "\(input.dtype.name) input", expected: domain.words, suggestion: fix)
  }
}

import Programs
import Tensors

/// A value of a graph that is being traced: known before any input is seen, or computed by the program.
///
/// Shapes are static in a trace, so what is made of shapes and constants is known; what is made of the
/// input is traced. A weight is known and traced: programs read it as a parameter.
final class GraphValue {
  /// The elements, if they are known.
  let known: Tensor?
  /// Whether programs get the value as a parameter.
  let isWeight: Bool
  private var traced: Value?
  private let make: ((ProgramBuilder) -> Value)?

  /// A value of the program.
  init(_ value: Value) {
    (known, isWeight, traced, make) = (nil, false, value, nil)
  }

  /// A constant.
  init(_ tensor: Tensor) {
    (known, isWeight, traced, make) = (tensor, false, nil, nil)
  }

  /// A weight, and how a program gets it.
  init(weight: Tensor, make: @escaping (ProgramBuilder) -> Value) {
    (known, isWeight, traced) = (weight, true, nil)
    self.make = make
  }

  /// The value in the program.
  ///
  /// Known 64-bit integers become 32-bit ones there, those that do not fit the nearest that does.
  func value(in builder: ProgramBuilder, keepsWideIntegers: Bool) -> Value {
    if let traced, traced.builder === builder { return traced }
    guard let known else { preconditionFailure("A value of one program was used in another.") }
    let value =
      if let make, !keepsWideIntegers { make(builder) } else {
        builder.constant(keepsWideIntegers ? known : known.narrowed)
      }
    traced = value
    return value
  }

  var shape: Shape { known?.shape ?? traced?.shape ?? [] }
  var dtype: DType { known?.dtype ?? traced?.dtype ?? .float32 }
}

extension Tensor {
  /// With 64-bit integers as 32-bit ones, saturated.
  var narrowed: Tensor {
    guard dtype == .int64 else { return self }
    return Tensor(elements(as: Int64.self).map { Int32(clamping: $0) }, shape: shape)
  }

  /// Integers, row-major.
  var integers: [Int] { elements(as: Int64.self).map(Int.init) }
}

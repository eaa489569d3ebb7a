import CKernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How far an elementary function of the kernels is from the exact value, over float32 of every sign
/// and exponent.
package struct FunctionAccuracy: Sendable {
  /// What the function is called.
  package let name: String
  /// The error that it promises, in units in the last place of the nearest float32.
  package let promise: Double
  private let op: Int
  private let exact: @Sendable (Double) -> Double

  /// The functions that are not exact or correctly rounded.
  package static let functions = [
    FunctionAccuracy("exp", 2, SW_EXP) { exp($0) },
    FunctionAccuracy("tanh", 2, SW_TANH) { tanh($0) },
    FunctionAccuracy("sigmoid", 2, SW_SIGMOID) { 1 / (1 + exp(-$0)) },
    FunctionAccuracy("expm1", 4, SW_EXPM1) { expm1($0) },
    FunctionAccuracy("log", 4, SW_LOG) { log($0) },
    FunctionAccuracy("log1p", 4, SW_LOG1P) { log1p($0) },
    FunctionAccuracy("erf", 4, SW_ERF) { erf($0) },
    FunctionAccuracy("sin", 4, SW_SIN) { sin($0) },
    FunctionAccuracy("cos", 4, SW_COS) { cos($0) },
  ]

  private init(
    _ name: String, _ promise: Double, _ op: Int, exact: @escaping @Sendable (Double) -> Double
  ) {
    self.name = name
    self.promise = promise
    self.op = op
    self.exact = exact
  }

  /// The worst error found, and where.
  package struct Finding {
    /// In units in the last place; infinite where one of two values is NaN or infinite.
    package var error = 0.0
    /// The operand of the worst error.
    package var operand: Float = 0
    /// How many operands were tried.
    package var count = 0
  }

  /// Tries every `stride`th float32 in the order of their bits, against double precision.
  package func measure(stride: Int) -> Finding {
    var finding = Finding()
    var next = 0
    var x = [Float](repeating: 0, count: 4096)
    var y = x
    while next < 1 << 32 {
      var count = 0
      while count < x.count, next < 1 << 32 {
        x[count] = Float(bitPattern: UInt32(next))
        count += 1
        next += stride
      }
      sw_apply(Int32(op), &y, x, nil, nil, Int64(count))
      for index in 0..<count {
        let error = Self.error(y[index], exact(Double(x[index])))
        if error > finding.error { (finding.error, finding.operand) = (error, x[index]) }
      }
      finding.count += count
    }
    return finding
  }

  private static func error(_ y: Float, _ exact: Double) -> Double {
    if exact.isNaN || y.isNaN { return exact.isNaN == y.isNaN ? 0 : .infinity }
    let nearest = Float(exact)
    if nearest.isInfinite || y.isInfinite { return nearest == y ? 0 : .infinity }
    return abs(Double(y) - exact) / Double(nearest.ulp)
  }
}

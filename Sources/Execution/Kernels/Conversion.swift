import Tensors

/// Numbers that convert by the rules of `Tensor.converted(to:)`.
protocol Convertible {
  /// The value as a double, for floats and as targets of floats.
  var asDouble: Double { get }
  /// The value as an integer; meaningful for integers only.
  var asInteger: Int64 { get }
  static var isInteger: Bool { get }
  /// Rounds, or truncates and saturates.
  init(converting value: Double)
  /// Wraps, or rounds.
  init(converting value: Int64)
}

extension Convertible where Self: FixedWidthInteger {
  var asDouble: Double { Double(self) }
  var asInteger: Int64 { Int64(truncatingIfNeeded: self) }
  static var isInteger: Bool { true }

  init(converting value: Double) {
    if value.isNaN {
      self = 0
    } else if value <= Double(Self.min) {
      self = .min
    } else if value >= Double(Self.max) {
      self = .max
    } else {
      self = Self(value)
    }
  }

  init(converting value: Int64) { self = Self(truncatingIfNeeded: value) }
}

extension Int8: Convertible {}
extension Int16: Convertible {}
extension Int32: Convertible {}
extension Int64: Convertible {}
extension UInt8: Convertible {}
extension UInt32: Convertible {}

extension Float: Convertible {
  var asDouble: Double { Double(self) }
  var asInteger: Int64 { 0 }
  static var isInteger: Bool { false }
  init(converting value: Double) { self = Float(value) }
  init(converting value: Int64) { self = Float(Double(value)) }
}

extension Double: Convertible {
  var asDouble: Double { self }
  var asInteger: Int64 { 0 }
  static var isInteger: Bool { false }
  init(converting value: Double) { self = value }
  init(converting value: Int64) { self = Double(value) }
}

/// Converts elements of one dtype to another.
struct ConvertPass: ElementVisitor {
  let row: ElementwiseRows
  let source: DType
  let target: DType

  func visit<E: Element>(_ element: E.Type) {
    if target == .bool {
      row.map(E.self, Plain<UInt8>.self) { $0 == .zero ? 0 : 1 }
    } else {
      target.visit(Second<E>(row: row))
    }
  }

  private struct Second<From: Element>: ElementVisitor {
    let row: ElementwiseRows

    func visit<To: Element>(_ element: To.Type) {
      row.map(From.self, To.self) { value in
        From.Number.isInteger && To.Number.isInteger
          ? To.Number(converting: value.asInteger) : To.Number(converting: value.asDouble)
      }
    }
  }
}

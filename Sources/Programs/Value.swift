public import Tensors

/// A handle to a value of a program being built; operations on it are recorded.
///
/// Binary operations broadcast as NumPy does (axes aligned at the right, extent 1 stretches) and need
/// equal dtypes: convert explicitly.
public struct Value {
  package let builder: ProgramBuilder
  /// Which value it is.
  public let id: ValueID

  package init(builder: ProgramBuilder, id: ValueID) {
    self.builder = builder
    self.id = id
  }

  /// The element type and shape.
  public var type: ValueType { builder.program[id] }
  /// The element type.
  public var dtype: DType { type.dtype }
  /// The extents.
  public var shape: Shape { type.shape }
  /// The number of axes.
  public var rank: Int { type.shape.count }

  /// The sum.
  public static func + (a: Value, b: Value) -> Value { a.binary(.add, b) }
  /// The difference.
  public static func - (a: Value, b: Value) -> Value { a.binary(.sub, b) }
  /// The product.
  public static func * (a: Value, b: Value) -> Value { a.binary(.mul, b) }
  /// The quotient.
  public static func / (a: Value, b: Value) -> Value { a.binary(.div, b) }
  /// Elementwise `a < b`.
  public static func .< (a: Value, b: Value) -> Value { a.compare(.lt, b) }
  /// Elementwise `a <= b`.
  public static func .<= (a: Value, b: Value) -> Value { a.compare(.le, b) }
  /// Elementwise `a == b`.
  public static func .== (a: Value, b: Value) -> Value { a.compare(.eq, b) }

  /// An elementwise function.
  public func unary(_ op: UnaryOp) -> Value { one(.unary(op), [self]) }

  /// An elementwise function with another value.
  public func binary(_ op: BinaryOp, _ other: Value) -> Value {
    let (a, b) = broadcastTogether(self, other, op: op.rawValue)
    return one(.binary(op), [a, b])
  }

  /// An elementwise function with a number, rounded to this dtype.
  public func binary(_ op: BinaryOp, _ number: Double) -> Value {
    binary(op, builder.scalar(number, dtype))
  }

  /// An elementwise comparison.
  public func compare(_ op: CompareOp, _ other: Value) -> Value {
    let (a, b) = broadcastTogether(self, other, op: op.rawValue)
    return one(.compare(op), [a, b])
  }

  /// An elementwise comparison with a number.
  public func compare(_ op: CompareOp, _ number: Double) -> Value {
    compare(op, builder.scalar(number, dtype))
  }

  /// `self + number`.
  public func adding(_ number: Double) -> Value { binary(.add, number) }
  /// `self * number`.
  public func scaled(by number: Double) -> Value { binary(.mul, number) }
  /// Boolean and.
  public func and(_ other: Value) -> Value { binary(.and, other) }
  /// Boolean or.
  public func or(_ other: Value) -> Value { binary(.or, other) }
  /// Boolean negation.
  public var not: Value { unary(.not) }

  /// With this as condition: `self ? a : b`, all three broadcast together.
  public func select(_ a: Value, _ b: Value) -> Value {
    let (x, y) = broadcastTogether(a, b, op: "select")
    let (condition, first) = broadcastTogether(self, x, op: "select")
    let second = y.shape == first.shape ? y : y.broadcast(to: first.shape)
    return one(.select, [condition, first, second])
  }

  /// The same numbers in another dtype.
  public func converted(to dtype: DType) -> Value {
    dtype == self.dtype ? self : one(.convert(dtype), [self])
  }

  /// The same bits as another dtype of equal size.
  public func bitcast(to dtype: DType) -> Value { one(.bitcast(dtype), [self]) }

  /// The identity, through which no gradient passes.
  public var stoppingGradient: Value { one(.stopGradient, [self]) }

  func one(_ op: Op, _ operands: [Value], callSite: String? = nil) -> Value {
    builder.append(op, operands, callSite: callSite)[0]
  }

  /// Broadcasts to a longer or equal shape, axes aligned at the right.
  public func broadcast(to target: Shape) -> Value {
    guard shape != target else { return self }
    let offset = target.count - rank
    let axes: [Int] = (0..<rank).map { $0 + offset }
    return one(.movement(.broadcast(target, axes: axes)), [self])
  }

  private func broadcastTogether(_ a: Value, _ b: Value, op: String) -> (Value, Value) {
    guard a.shape != b.shape else { return (a, b) }
    guard let common = Shape.broadcast(a.shape, b.shape) else {
      builder.report(
        op: op, found: "\(a.type) and \(b.type)",
        expected: "shapes that are equal or 1 on every axis, aligned at the right")
      let poison = builder.poison(a.type)
      return (poison, builder.poison(ValueType(b.dtype, a.shape)))
    }
    return (a.broadcast(to: common), b.broadcast(to: common))
  }
}

infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence

extension Shape {
  /// The common shape of two shapes aligned at the right, where extent 1 stretches.
  package static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
    let rank = Swift.max(a.count, b.count)
    let left = Array(repeating: 1, count: rank - a.count) + a
    let right = Array(repeating: 1, count: rank - b.count) + b
    var result: Shape = []
    for (x, y) in zip(left, right) {
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return result
  }
}

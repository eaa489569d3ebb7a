import Programs
import Tensors

extension RandomProgramGenerator {
  func isReal(_ type: ValueType) -> Bool { type.dtype.isFloating || type.dtype.isInteger }

  /// Whether sums of this dtype may be drawn.
  func isSummable(_ type: ValueType) -> Bool {
    options.isExact ? type.dtype.isInteger : isReal(type)
  }

  func addUnary() {
    let exact: [UnaryOp] = [
      .neg, .abs, .sign, .sqrt, .rsqrt, .floor, .ceil, .round, .not, .isFinite,
    ]
    let op = source.element(options.isExact ? exact : UnaryOp.allCases)
    append(.unary(op), [pick { fits(.unary(op), [$0]) }])
  }

  func addBinary() {
    let exact: [BinaryOp] = BinaryOp.allCases.filter { $0 != .pow }
    let op = source.element(options.isExact ? exact : BinaryOp.allCases)
    let a = pick { fits(.binary(op), [$0, $0]) }
    let b = partner(of: a)
    guard let shape = Shape.broadcast(a.shape, b.shape), shape.elementCount <= Self.elementLimit
    else { return }
    pool.append(source.chance(50) ? a.binary(op, b) : b.binary(op, a))
  }

  /// A value of the same dtype whose shape broadcasts with this one's.
  func partner(of a: Value) -> Value {
    let aligned = pool.filter { Shape.broadcast($0.shape, a.shape) != nil }
    let same = aligned.filter { $0.dtype == a.dtype }
    if !same.isEmpty, source.chance(70) { return source.element(same) }
    let fitting = aligned.filter { isReal($0.type) }
    if !fitting.isEmpty, isReal(a.type), source.chance(60) {
      return source.element(fitting).converted(to: a.dtype)
    }
    let axes = source.int(0...a.rank)
    return fresh(ValueType(a.dtype, Array(a.shape[axes...])))
  }

  func addCompareOrSelect() {
    let a = pick()
    let b = partner(of: a)
    guard let shape = Shape.broadcast(a.shape, b.shape), shape.elementCount <= Self.elementLimit
    else { return }
    if source.chance(50) {
      pool.append(a.compare(source.element(CompareOp.allCases), b))
    } else {
      let condition = pick(ValueType(.bool, source.chance(50) ? shape : []))
      pool.append(condition.select(a, b))
    }
  }

  func addConversion() {
    switch source.int(0...4) {
    case 0:
      let type = ValueType(source.dtype(), source.shape(rank: 1...3))
      append(.iota(type, axis: source.int(0...type.rank - 1)), [])
    case 1:
      let x = pick { $0.dtype == .uint32 || $0.dtype == .int32 }
      let targets: [DType] = [.uint32, .int32, .float32]
      append(.bitcast(source.element(targets)), [x])
    case 2:
      // The bits of a NaN are not defined.
      let x = pick { $0.dtype == .float32 }
      pool.append(x.unary(.isFinite).select(x, builder.full(1, x.type)).bitcast(to: .int32))
    case 3: append(.stopGradient, [pick()])
    default: append(.convert(source.dtype()), [pick()])
    }
  }
}

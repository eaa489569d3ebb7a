import Programs
import Tensors

/// One elementwise operation over views of one shape, for every dtype.
final class GenericElementwiseKernel: Kernel {
  /// The elementwise operations of a program.
  enum Operation {
    case unary(UnaryOp)
    case binary(BinaryOp)
    case compare(CompareOp)
    case select
    case convert
  }

  private let op: Operation
  private let operands: [BufferAddress]
  private let result: BufferAddress
  private let walk: StridedWalk
  private let source: DType
  private let target: DType

  init(_ op: Operation, _ operands: [BufferView], to result: BufferView) {
    self.op = op
    self.operands = operands.map { BufferAddress($0) }
    self.result = BufferAddress(result)
    walk = StridedWalk([result] + operands)
    source = operands[0].dtype
    target = result.dtype
  }

  override func run(_ context: ExecutionContext) {
    switch op {
    case .unary(let op):
      let row = ElementwiseRows(walk, result, operands, context)
      switch op {
      case .isFinite: source.visit(FinitePass(row: row))
      case .not: source.visit(NotPass(row: row, isBool: source == .bool))
      case .neg, .abs, .sign: source.visit(SignPass(row: row, op: op))
      case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf, .sqrt, .rsqrt, .floor,
        .ceil, .round:
        source.visit(RealPass(row: row, op: op))
      }
    case .binary(let op):
      let row = ElementwiseRows(walk, result, operands, context)
      switch op {
      case .add, .sub, .mul, .div, .rem, .max, .min: source.visit(ArithmeticPass(row: row, op: op))
      case .pow: source.visit(PowerPass(row: row))
      case .and, .or, .xor, .shl, .shr: source.visit(BitsPass(row: row, op: op))
      }
    case .compare(let op):
      source.visit(ComparePass(row: ElementwiseRows(walk, result, operands, context), op: op))
    case .select:
      target.visit(SelectPass(row: ElementwiseRows(walk, result, operands, context)))
    case .convert:
      let row = ElementwiseRows(walk, result, operands, context)
      source.visit(ConvertPass(row: row, source: source, target: target))
    }
  }
}

/// The addresses of one pass and how to walk them.
struct ElementwiseRows {
  let walk: StridedWalk
  let y: UnsafeMutableRawPointer
  let a: UnsafeRawPointer
  let b: UnsafeRawPointer
  let c: UnsafeRawPointer

  init(
    _ walk: StridedWalk, _ result: BufferAddress, _ operands: [BufferAddress],
    _ context: ExecutionContext
  ) {
    self.walk = walk
    y = result.address(context)
    a = UnsafeRawPointer(operands[0].address(context))
    b = operands.count > 1 ? UnsafeRawPointer(operands[1].address(context)) : a
    c = operands.count > 2 ? UnsafeRawPointer(operands[2].address(context)) : a
  }

  @inline(__always)
  func map<X: Element, Y: Element>(
    _ x: X.Type, _ y: Y.Type, _ body: (X.Number) -> Y.Number
  ) {
    for row in 0..<walk.rowCount {
      let (to, from) = (walk.offset(0, row: row), walk.offset(1, row: row))
      for index in 0..<walk.rowLength {
        let value = X.load(a, from + index * walk.rowStrides[1])
        Y.store(body(value), self.y, to + index * walk.rowStrides[0])
      }
    }
  }

  @inline(__always)
  func zip<X: Element, Y: Element>(
    _ x: X.Type, _ y: Y.Type, _ body: (X.Number, X.Number) -> Y.Number
  ) {
    for row in 0..<walk.rowCount {
      let to = walk.offset(0, row: row)
      let (first, second) = (walk.offset(1, row: row), walk.offset(2, row: row))
      for index in 0..<walk.rowLength {
        let left = X.load(a, first + index * walk.rowStrides[1])
        let right = X.load(b, second + index * walk.rowStrides[2])
        Y.store(body(left, right), self.y, to + index * walk.rowStrides[0])
      }
    }
  }
}

private struct FinitePass: RealVisitor {
  let row: ElementwiseRows

  func visit<E: Element>(_ element: E.Type) where E.Number: Real {
    row.map(E.self, Plain<UInt8>.self) { $0.isFinite ? 1 : 0 }
  }
}

private struct NotPass: ElementVisitor {
  let row: ElementwiseRows
  let isBool: Bool

  func visit<E: Element>(_ element: E.Type) {
    // ~x is -1 - x in two's complement; a truth value flips to 1 - x.
    let all = isBool ? E.Number.one : E.Number.zero.minus(.one)
    row.map(E.self, E.self) { all.minus($0) }
  }
}

private struct SignPass: ElementVisitor {
  let row: ElementwiseRows
  let op: UnaryOp

  func visit<E: Element>(_ element: E.Type) {
    if op == .neg {
      row.map(E.self, E.self) { $0.negated }
    } else if op == .abs {
      row.map(E.self, E.self) { $0.absolute }
    } else {
      row.map(E.self, E.self) { $0.signum }
    }
  }
}

private struct RealPass: RealVisitor {
  let row: ElementwiseRows
  let op: UnaryOp

  func visit<E: Element>(_ element: E.Type) where E.Number: Real {
    row.map(E.self, E.self) { $0.applying(op) }
  }
}

private struct PowerPass: RealVisitor {
  let row: ElementwiseRows

  func visit<E: Element>(_ element: E.Type) where E.Number: Real {
    row.zip(E.self, E.self) { $0.power($1) }
  }
}

private struct ArithmeticPass: ElementVisitor {
  let row: ElementwiseRows
  let op: BinaryOp

  func visit<E: Element>(_ element: E.Type) {
    switch op {
    case .add: row.zip(E.self, E.self) { $0.plus($1) }
    case .sub: row.zip(E.self, E.self) { $0.minus($1) }
    case .mul: row.zip(E.self, E.self) { $0.times($1) }
    case .div: row.zip(E.self, E.self) { $0.divided(by: $1) }
    case .rem: row.zip(E.self, E.self) { $0.remainder(by: $1) }
    case .max: row.zip(E.self, E.self) { $0.greater($1) }
    case .min: row.zip(E.self, E.self) { $0.smaller($1) }
    case .pow, .and, .or, .xor, .shl, .shr:
      preconditionFailure("\(op.rawValue) has a pass of its own.")
    }
  }
}

private struct BitsPass: ElementVisitor {
  let row: ElementwiseRows
  let op: BinaryOp

  func visit<E: Element>(_ element: E.Type) {
    switch E.Number.self {
    case is Int8.Type: bits(Plain<Int8>.self)
    case is Int16.Type: bits(Plain<Int16>.self)
    case is Int32.Type: bits(Plain<Int32>.self)
    case is Int64.Type: bits(Plain<Int64>.self)
    case is UInt8.Type: bits(Plain<UInt8>.self)
    case is UInt32.Type: bits(Plain<UInt32>.self)
    default: preconditionFailure("Bits of floats are read by bitcast.")
    }
  }

  private func bits<E: Element>(_ element: E.Type) where E.Number: FixedWidthInteger {
    switch op {
    case .and: row.zip(E.self, E.self) { $0 & $1 }
    case .or: row.zip(E.self, E.self) { $0 | $1 }
    case .xor: row.zip(E.self, E.self) { $0 ^ $1 }
    case .shl: row.zip(E.self, E.self) { $0 << $1 }
    case .shr: row.zip(E.self, E.self) { $0 >> $1 }
    case .add, .sub, .mul, .div, .rem, .max, .min, .pow:
      preconditionFailure("\(op.rawValue) has a pass of its own.")
    }
  }
}

private struct ComparePass: ElementVisitor {
  let row: ElementwiseRows
  let op: CompareOp

  func visit<E: Element>(_ element: E.Type) {
    switch op {
    case .eq: row.zip(E.self, Plain<UInt8>.self) { $0 == $1 ? 1 : 0 }
    case .lt: row.zip(E.self, Plain<UInt8>.self) { $0 < $1 ? 1 : 0 }
    case .le: row.zip(E.self, Plain<UInt8>.self) { $0 <= $1 ? 1 : 0 }
    }
  }
}

private struct SelectPass: ElementVisitor {
  let row: ElementwiseRows

  func visit<E: Element>(_ element: E.Type) {
    let walk = row.walk
    for line in 0..<walk.rowCount {
      let (to, condition) = (walk.offset(0, row: line), walk.offset(1, row: line))
      let (first, second) = (walk.offset(2, row: line), walk.offset(3, row: line))
      for index in 0..<walk.rowLength {
        let isTrue = Plain<UInt8>.load(row.a, condition + index * walk.rowStrides[1]) != 0
        let value =
          isTrue
          ? E.load(row.b, first + index * walk.rowStrides[2])
          : E.load(row.c, second + index * walk.rowStrides[3])
        E.store(value, row.y, to + index * walk.rowStrides[0])
      }
    }
  }
}

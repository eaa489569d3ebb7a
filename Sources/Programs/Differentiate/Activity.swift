import Tensors

/// Which values of a program lie on a differentiable path from wanted inputs to seeded values.
///
/// Structural, and so on the safe side: every floating result of a differentiable op is taken to
/// depend on every floating operand.
struct Activity {
  private var isActive: [Bool]

  init(_ program: Program, wanted: [ValueID], seeded: [ValueID]) {
    let forward = Self.reachable(program, from: wanted)
    let backward = Self.reaching(program, seeded)
    isActive = zip(forward, backward).map { $0 && $1 }
  }

  subscript(value: ValueID) -> Bool { isActive[value.index] }

  /// The values that depend on the given ones.
  static func reachable(_ program: Program, from values: [ValueID]) -> [Bool] {
    var marks = marked(program, values)
    for instruction in program.instructions where instruction.op.passesGradient {
      guard instruction.operands.contains(where: { marks[$0.index] }) else { continue }
      for result in instruction.results where program[result].dtype.isFloating {
        marks[result.index] = true
      }
    }
    return marks
  }

  /// The values that the given ones depend on.
  static func reaching(_ program: Program, _ values: [ValueID]) -> [Bool] {
    var marks = marked(program, values)
    for instruction in program.instructions.reversed() where instruction.op.passesGradient {
      guard instruction.results.contains(where: { marks[$0.index] }) else { continue }
      for operand in instruction.operands where program[operand].dtype.isFloating {
        marks[operand.index] = true
      }
    }
    return marks
  }

  private static func marked(_ program: Program, _ values: [ValueID]) -> [Bool] {
    var marks: [Bool] = Array(repeating: false, count: program.types.count)
    for value in values where program[value].dtype.isFloating { marks[value.index] = true }
    return marks
  }
}

extension Op {
  /// Whether a cotangent of a floating result can reach a floating operand.
  var passesGradient: Bool {
    switch self {
    case .constant, .iota, .bitcast, .random, .compare, .stopGradient: false
    case .unary(let op): op.passesGradient
    case .convert, .binary, .select, .movement, .reduction, .contraction, .indexing, .fft, .loop,
      .composite:
      true
    }
  }
}

extension UnaryOp {
  /// Whether the derivative is anything but zero.
  var passesGradient: Bool {
    switch self {
    case .sign, .floor, .ceil, .round, .not, .isFinite: false
    case .neg, .abs, .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf, .sqrt, .rsqrt:
      true
    }
  }
}

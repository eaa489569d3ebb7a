import Programs
import Tensors

/// Draws the instructions of one program or body.
final class RandomProgramGenerator {
  let source: RandomSource
  let builder: ProgramBuilder
  let options: RandomProgram.Options
  let depth: Int
  var pool: [Value]
  private(set) var inputs: [Tensor] = []
  private var inputCount = 0
  private var seed: Value?

  /// No value gets more elements than this.
  static let elementLimit = 600

  init(
    source: RandomSource, builder: ProgramBuilder, options: RandomProgram.Options, depth: Int,
    pool: [Value] = []
  ) {
    self.source = source
    self.builder = builder
    self.options = options
    self.depth = depth
    self.pool = pool
  }

  // MARK: Values

  func addInputs() {
    for _ in 0..<source.int(1...3) {
      pool.append(input(ValueType(source.dtype(), source.shape(rank: 0...4))))
    }
    if source.chance(50) { pool.append(input(ValueType(.float32, [2, 3, 4]))) }
  }

  private func input(
    _ type: ValueType, _ role: InputRole? = nil, _ prefix: String = "x"
  ) -> Value {
    let roles: [InputRole] = [.input, .constant(streamed: false), .parameter, .variable]
    inputs.append(source.tensor(type))
    inputCount += 1
    return builder.input("\(prefix)\(inputCount)", role ?? source.element(roles), type)
  }

  /// A value that nothing else knows: an input (at the top level) or a constant.
  func fresh(_ type: ValueType) -> Value {
    let value =
      depth == 0 && source.chance(50) ? input(type) : builder.constant(source.tensor(type))
    pool.append(value)
    return value
  }

  /// A value that is in the pool, newer ones more often, or a fresh one where none fits.
  func pick(rank: ClosedRange<Int> = 0...8, where fits: (ValueType) -> Bool = { _ in true })
    -> Value
  {
    let candidates = pool.filter { rank.contains($0.rank) && fits($0.type) }
    if !candidates.isEmpty {
      let start = source.chance(60) ? candidates.count * 2 / 3 : 0
      return candidates[source.int(start...candidates.count - 1)]
    }
    while true {
      let low = rank.lowerBound
      let type = ValueType(
        source.dtype(), source.shape(rank: low...max(low, min(3, rank.upperBound))))
      if fits(type) { return fresh(type) }
    }
  }

  /// A value of exactly this type.
  func pick(_ type: ValueType) -> Value {
    let candidates = pool.filter { $0.type == type }
    return candidates.isEmpty || source.chance(20) ? fresh(type) : source.element(candidates)
  }

  /// Appends an op if its operands fit and its results are small.
  func append(_ op: Op, _ operands: [Value]) {
    guard let types = resultTypes(op, operands.map(\.type)),
      types.allSatisfy({ $0.shape.elementCount <= Self.elementLimit })
    else { return }
    pool += builder.append(op, operands)
  }

  /// Whether operands of these types fit an op.
  func fits(_ op: Op, _ operands: [ValueType]) -> Bool { resultTypes(op, operands) != nil }

  private func resultTypes(_ op: Op, _ operands: [ValueType]) -> [ValueType]? {
    do { return try op.resultTypes(operands) } catch { return nil }
  }

  // MARK: Programs

  func addOps(_ count: Int) {
    for index in 0..<count {
      if source.chance(50) {
        addOp()
      } else {
        builder.scoped("layer\(index % 3)") { addOp() }
      }
    }
  }

  private func addOp() {
    switch source.int(0...19) {
    case 0...1: addUnary()
    case 2...4: addBinary()
    case 5: addCompareOrSelect()
    case 6: addConversion()
    case 7...10: addMovement()
    case 11...12: addReduction()
    case 13: addDot()
    case 14: addConvolution()
    case 15...16: addIndexing()
    case 17: addTransform()
    case 18: depth < 2 ? addLoop() : addBinary()
    default: depth < 2 ? addComposite() : addUnary()
    }
    if depth == 0, source.chance(8) { addState() }
  }

  func addOutputs() {
    let roles: [OutputRole] = [.output, .emit, .tap]
    let chosen = pool.suffix(3) + (0..<source.int(1...5)).map { _ in source.element(pool) }
    for (index, value) in chosen.enumerated() {
      builder.output("y\(index)", source.element(roles), value)
    }
  }

  // MARK: State

  private func addState() {
    switch source.int(0...2) {
    case 0:
      let x = pick(rank: 2...4)
      let length = source.int(1...4)
      var shape = x.shape
      shape[1] = length
      guard (shape[1] + x.shape[1]) * shape.elementCount <= Self.elementLimit else { return }
      let type = ValueType(x.dtype, shape)
      let state = input(type, .state(.window(axis: 1, length: length)), "window")
      let joined = Value.concatenate([state, x], axis: 1)
      let start = joined.shape[1] - length
      pool.append(joined)
      finish(state, joined.sliced(axis: 1, from: start, to: start + length))
    case 1:
      let state = input(ValueType(.int32, [2]), .state(.counter), "counter")
      pool.append(state)
      finish(state, state.adding(Double(source.int(1...3))))
    default:
      let new = pick(rank: 1...4)
      let state = input(new.type, .state(.replaced), "carry")
      pool.append(state)
      finish(state, new)
    }
  }

  private func finish(_ state: Value, _ new: Value) {
    builder.output("\(builder.program.inputs[builder.program.inputs.count - 1].name)", .state, new)
    pool.append(new)
  }

  /// The program's seed of random draws.
  func seedValue() -> Value {
    if depth > 0 { return pick(ValueType(.uint32, [2])) }
    if let seed { return seed }
    let made = input(ValueType(.uint32, [2]), .seed, "seed")
    seed = made
    return made
  }
}

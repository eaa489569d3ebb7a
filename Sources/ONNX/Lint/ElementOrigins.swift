import Programs
import Tensors

/// Where the elements of values come from: operations that only move elements, such as slices, joins and
/// transposes, are followed back to the inputs and to what computed the elements.
///
/// The operations themselves are carried out, by the reference evaluator, on numbers that stand for origins.
struct ElementOrigins {
  /// An element of an input or of a computed value; negative for constants.
  struct Origin: Hashable {
    let code: Int64

    static let zero = Origin(code: -1)
    static let constant = Origin(code: -2)

    var isConstant: Bool { code < 0 }
    /// The value, and the element's place in it, row-major.
    var value: ValueID { ValueID(Int(code >> 32)) }
    var place: Int { Int(code & 0xFFFF_FFFF) }
  }

  /// More elements than this are not followed.
  private static let most = 1 << 22

  let program: Program
  /// Weights, which are constants here, by the inputs that bring them.
  private let weights: [Int: Tensor]
  /// The instruction that makes each value.
  private let producers: [Int: Int]
  private var moved: [Int: Tensor] = [:]
  private var constants: [Int: Tensor?] = [:]
  private var count = 0

  init(_ program: Program, weights: [String: Tensor] = [:]) {
    self.program = program
    self.weights = Dictionary(
      program.inputs.compactMap { input in
        input.role == .parameter ? weights[input.name].map { (input.value.index, $0) } : nil
      }, uniquingKeysWith: { first, _ in first })
    producers = Dictionary(
      program.instructions.enumerated().flatMap { index, instruction in
        instruction.results.map { ($0.index, index) }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The origins of all elements, row-major; nil if there are too many.
  mutating func of(_ value: ValueID) -> [Origin]? {
    tensor(value).map { $0.elements(as: Int64.self).map(Origin.init) }
  }

  /// Whether an instruction only moves elements of its operands.
  mutating func moves(_ instruction: Instruction) -> Bool {
    switch instruction.op {
    case .movement, .convert, .stopGradient: true
    case .select: constant(instruction.operands[0]) != nil
    case .indexing(.gather), .indexing(.dynamicSlice): constant(instruction.operands[1]) != nil
    case .binary: unchangedOperand(instruction) != nil
    case .constant, .iota, .bitcast, .random, .unary, .compare, .reduction, .contraction,
      .indexing, .fft, .loop, .composite:
      false
    }
  }

  /// The operand that sums with 0, or products with 1, give as it is.
  private mutating func unchangedOperand(_ instruction: Instruction) -> Int? {
    guard case .binary(let op) = instruction.op else { return nil }
    let neutrals: [BinaryOp: Double] = [.add: 0, .sub: 0, .mul: 1, .div: 1]
    guard let neutral = neutrals[op] else { return nil }
    func isNeutral(_ value: ValueID) -> Bool {
      constant(value)?.doubles().allSatisfy { $0 == neutral } == true
    }
    if isNeutral(instruction.operands[1]) { return 0 }
    return (op == .add || op == .mul) && isNeutral(instruction.operands[0]) ? 1 : nil
  }

  private mutating func tensor(_ value: ValueID) -> Tensor? {
    if let known = moved[value.index] { return known }
    count = Rational.sum(count, program[value].shape.elementCount)
    guard count <= Self.most else { return nil }
    guard let made = made(value) else { return nil }
    moved[value.index] = made
    return made
  }

  private mutating func made(_ value: ValueID) -> Tensor? {
    let shape = program[value].shape
    func fresh() -> [Int64] {
      (0..<shape.elementCount).map { Int64(value.index) << 32 + Int64($0) }
    }
    func fixed(_ tensor: Tensor) -> Tensor {
      let codes = tensor.doubles().map { $0 == 0 ? Origin.zero.code : Origin.constant.code }
      return Tensor(codes, shape: shape)
    }
    guard let index = producers[value.index] else {
      return weights[value.index].map(fixed) ?? Tensor(fresh(), shape: shape)
    }
    let instruction = program.instructions[index]
    if case .constant(let tensor) = instruction.op { return fixed(tensor) }
    if case .loop(let loop) = instruction.op {
      return Tensor(stacked(value, instruction, loop, fresh()), shape: shape)
    }
    guard moves(instruction) else { return Tensor(fresh(), shape: shape) }
    if let unchanged = unchangedOperand(instruction) {
      return tensor(instruction.operands[unchanged])
    }
    // Conditions and indices are what they are.
    var plain: Int?
    if case .select = instruction.op { plain = 0 }
    if case .indexing = instruction.op { plain = 1 }
    var operands: [Tensor] = []
    for (position, operand) in instruction.operands.enumerated() {
      guard let given = position == plain ? constant(operand) : tensor(operand) else { return nil }
      operands.append(given)
    }
    if case .convert = instruction.op { return operands[0] }
    return ReferenceEvaluator.apply(instruction.op, operands)[0]
  }

  /// What a loop stacks ends with what it carries last, where both are one value of its body.
  private func stacked(
    _ value: ValueID, _ instruction: Instruction, _ loop: LoopOp, _ codes: [Int64]
  ) -> [Int64] {
    guard loop.axis == 0, loop.tripCount > 0, let place = instruction.results.firstIndex(of: value),
      place >= loop.carriedCount,
      let carried = loop.body.outputs[..<loop.carriedCount].firstIndex(where: {
        $0.value == loop.body.outputs[place].value
      })
    else { return codes }
    var codes = codes
    let size = codes.count / loop.tripCount
    let start = loop.reverse ? 0 : codes.count - size
    for index in 0..<size {
      codes[start + index] = Int64(instruction.results[carried].index) << 32 + Int64(index)
    }
    return codes
  }

  /// The elements of a value that no input reaches.
  private mutating func constant(_ value: ValueID) -> Tensor? {
    if let known = constants[value.index] { return known }
    var found: Tensor?
    if let index = producers[value.index], program[value].shape.elementCount <= 1 << 16 {
      let instruction = program.instructions[index]
      var operands: [Tensor] = []
      for operand in instruction.operands {
        guard let given = constant(operand) else { break }
        operands.append(given)
      }
      if operands.count == instruction.operands.count,
        let place = instruction.results.firstIndex(of: value)
      {
        found = ReferenceEvaluator.apply(instruction.op, operands)[place]
      }
    }
    constants[value.index] = .some(found)
    return found
  }
}

import Diagnostics
import Programs
import Runtime
import Tensors

/// Walks back from a NaN or an infinity to the operation that made it, operation by operation and through
/// the state from step to step.
///
/// Which elements of an operand an element depends on is found by trying, the same for every operation: all
/// numbers of the operands that are not finite are replaced, then one half of them is poisoned with NaN; if
/// the element becomes NaN, what it depends on is in that half.
struct OriginWalk {
  /// A number in a run of a program.
  struct Element {
    var evaluation: ProgramEvaluation
    var value: ValueID
    var position: Int

    var number: Double { evaluation[value].double(at: position) }
    var index: [Int] { evaluation[value].index(position) }
  }

  /// One operation on the way back.
  struct Link {
    var scope: String
    var operation: String
    var index: [Int]
    var number: Double
    /// The operands where the operation made it, such as `inf - inf`.
    var operands: String?
  }

  /// Where a walk through one step ends.
  enum End {
    /// An operation made it of numbers that are not like it.
    case made(Link)
    /// It came in by an input of the program.
    case input(Program.Input, index: [Int])
  }

  /// The operations on the way, the last first.
  private(set) var links: [Link] = []

  /// Walks from an element to where it comes from in its program.
  mutating func walk(from start: Element) throws -> End {
    var element = start
    while true {
      guard let maker = element.evaluation.maker(of: element.value) else {
        if let turn = element.evaluation.turn {
          element = try Self.outside(element, turn)
          continue
        }
        let input = element.evaluation.program.inputs.first { $0.value == element.value }
        guard let input else { preconditionFailure("A value is made or comes in.") }
        return .input(input, index: element.index)
      }
      let program = element.evaluation.program
      let instruction = program.instructions[maker.index]
      if case .loop(let loop) = instruction.op {
        element = try Self.inside(element, loop, maker.index, maker.result)
        continue
      }
      let scope = scope(of: instruction, element.evaluation)
      var link = Link(
        scope: scope, operation: instruction.op.name, index: element.index, number: element.number)
      if let next = try Self.source(of: element, instruction, maker.result) {
        links.append(link)
        // An infinity may make a NaN; what made the infinity is the origin.
        if element.number.isNaN, !next.number.isNaN {
          links[links.count - 1].operands = Self.operandText(element, instruction)
        }
        element = next
        continue
      }
      link.operands = Self.operandText(element, instruction)
      links.append(link)
      return .made(link)
    }
  }

  /// The layer of an instruction; in the turn of a loop that of the loop where it has none itself.
  private func scope(of instruction: Instruction, _ evaluation: ProgramEvaluation) -> String {
    let own = evaluation.program.scopes[instruction.scope]
    guard own.isEmpty, let turn = evaluation.turn else { return own }
    return scope(of: turn.instruction, turn.outside)
  }

  // MARK: - Loops

  /// The element of a turn that a result of a loop is.
  private static func inside(
    _ element: Element, _ loop: LoopOp, _ index: Int, _ result: Int
  ) throws -> Element {
    let turns = try element.evaluation.turns(ofLoopAt: index)
    guard result >= loop.carriedCount else {
      let last = loop.reverse ? turns[0] : turns[turns.count - 1]
      return Element(
        evaluation: last, value: loop.body.outputs[result].value, position: element.position)
    }
    var place = element.index
    let turn = turns[place.remove(at: loop.axis)]
    let value = loop.body.outputs[result].value
    return Element(evaluation: turn, value: value, position: turn[value].position(place))
  }

  /// The element outside a turn, or of the turn before, that an input of a loop's body is.
  private static func outside(
    _ element: Element, _ turn: ProgramEvaluation.Turn
  ) throws -> Element {
    let loop = turn.loop
    guard let input = loop.body.inputs.firstIndex(where: { $0.value == element.value }) else {
      preconditionFailure("A value of a body is made or comes in.")
    }
    let operand = turn.instruction.operands[input]
    if input < loop.capturedCount {
      return Element(evaluation: turn.outside, value: operand, position: element.position)
    }
    let carried = input - loop.capturedCount
    guard carried >= loop.carriedCount else {
      let before = loop.reverse ? turn.number + 1 : turn.number - 1
      guard (0..<loop.tripCount).contains(before),
        let maker = turn.outside.maker(of: turn.instruction.results[0])
      else { return Element(evaluation: turn.outside, value: operand, position: element.position) }
      let other = try turn.outside.turns(ofLoopAt: maker.index)[before]
      return Element(
        evaluation: other, value: loop.body.outputs[carried].value, position: element.position)
    }
    var place = element.index
    place.insert(turn.number, at: loop.axis)
    return Element(
      evaluation: turn.outside, value: operand, position: turn.outside[operand].position(place))
  }

  // MARK: - Operations

  /// An element of an operand that is not finite and that the element depends on: a NaN if there is one.
  private static func source(
    of element: Element, _ instruction: Instruction, _ result: Int
  ) throws -> Element? {
    let operands = instruction.operands.map { element.evaluation[$0] }
    let wanted: [(Double) -> Bool] =
      element.number.isNaN ? [\.isNaN, \.isInfinite] : [\.isInfinite]
    for isWanted in wanted {
      for (place, operand) in operands.enumerated() where operand.dtype.isFloating {
        let suspects = (0..<operand.count).filter { isWanted(operand.double(at: $0)) }
        let found = suspect(suspects) { part in
          isPoisoned(element, instruction, result, operands, place, part)
        }
        if let found {
          return Element(
            evaluation: element.evaluation, value: instruction.operands[place], position: found)
        }
      }
    }
    return nil
  }

  /// The first of the suspects that poisons, by halves.
  private static func suspect(_ suspects: [Int], poisons: ([Int]) -> Bool) -> Int? {
    guard !suspects.isEmpty, poisons(suspects) else { return nil }
    var rest = suspects[...]
    while rest.count > 1 {
      let half = rest.prefix(rest.count / 2)
      rest = poisons(Array(half)) ? half : rest.dropFirst(half.count)
    }
    return rest.first
  }

  /// Whether the element becomes NaN when these elements of an operand are, and all others are finite.
  private static func isPoisoned(
    _ element: Element, _ instruction: Instruction, _ result: Int, _ operands: [Tensor],
    _ place: Int, _ positions: [Int]
  ) -> Bool {
    var tried = operands.map { operand -> Tensor in
      guard operand.dtype.isFloating else { return operand }
      let numbers = operand.doubles().map { $0.isFinite ? $0 : 1 }
      return Tensor(numbers, shape: operand.shape).converted(to: operand.dtype)
    }
    var numbers = tried[place].doubles()
    for position in positions { numbers[position] = .nan }
    tried[place] = Tensor(numbers, shape: tried[place].shape).converted(to: tried[place].dtype)
    return ReferenceEvaluator.apply(instruction.op, tried)[result].double(at: element.position)
      .isNaN
  }

  /// The operands of an elementwise operation in the notation of arithmetic; of others how many of their
  /// elements are not finite.
  private static func operandText(_ element: Element, _ instruction: Instruction) -> String {
    let operands = instruction.operands.map { element.evaluation[$0] }
    func number(_ operand: Int) -> String { text(operands[operand].double(at: element.position)) }
    switch instruction.op {
    case .unary(let op): return "\(op.rawValue)(\(number(0)))"
    case .binary(let op):
      let signs = ["add": "+", "sub": "-", "mul": "·", "div": "/"]
      guard let sign = signs[op.rawValue] else {
        return "\(op.rawValue)(\(number(0)), \(number(1)))"
      }
      return "\(number(0)) \(sign) \(number(1))"
    case .select:
      return "select(\(operands[0].double(at: element.position) == 0 ? "false" : "true"), …)"
    case .constant: return "a constant"
    case .convert(let dtype):
      return operands[0].count > element.position ? "\(number(0)) as \(dtype.name)" : dtype.name
    case .contraction(let op):
      if let product = Self.productText(element, op, operands) { return product }
      return Self.countText(instruction, operands)
    case .iota, .bitcast, .random, .compare, .movement, .reduction, .indexing, .fft,
      .loop, .composite, .stopGradient:
      return countText(instruction, operands)
    }
  }

  private static func countText(_ instruction: Instruction, _ operands: [Tensor]) -> String {
    let counts = operands.filter { $0.dtype.isFloating }.map { operand -> String in
      let numbers = operand.doubles()
      let (nan, infinite) = (numbers.count(where: \.isNaN), numbers.count(where: \.isInfinite))
      return "\(operand.shape.shapeText) with \(nan) NaN and \(infinite) infinite"
    }
    return "\(instruction.op.name) of \(counts.joined(separator: " and "))"
  }

  /// Which term of a sum of products made a NaN of infinities: without zeros there is no 0 · inf.
  private static func productText(
    _ element: Element, _ op: ContractionOp, _ operands: [Tensor]
  ) -> String? {
    guard element.number.isNaN, !operands.contains(where: { $0.doubles().contains(where: \.isNaN) })
    else { return nil }
    let ones = operands.map { operand in
      Tensor(operand.doubles().map { $0 == 0 ? 1 : $0 }, shape: operand.shape)
        .converted(to: operand.dtype)
    }
    let result = ReferenceEvaluator.apply(.contraction(op), ones)[0].double(at: element.position)
    return result.isNaN ? "a sum with inf - inf" : "a sum with 0 · inf"
  }

  static func text(_ value: Double) -> String {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-inf" : "inf") : NumberText.short(value)
  }
}

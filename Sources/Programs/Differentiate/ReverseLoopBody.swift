import Tensors

/// A product with a captured value whose gradient can wait until all iterations of a loop are done.
struct DeferredContraction {
  /// Which operand of which op the captured value is.
  enum Kind {
    /// The left operand of a dot.
    case left(DotGradient)
    /// The right operand of a dot.
    case right(DotGradient)
    /// The data of a gather along its first axis.
    case gather(GatherGradient)
  }

  /// The captured value, in the program that is walked.
  var captured: ValueID
  var kind: Kind
  /// The other operand in this iteration.
  var other: Value
  /// The cotangent of the result in this iteration.
  var cotangent: Value
}

/// Traces one iteration of the backward pass through a loop: see ``LoopGradient``.
final class ReverseLoopBody {
  let flow: LoopFlow
  /// The traced iteration, with its inputs in a loop's order.
  private(set) var body = Program()
  private(set) var captured: [Int] = []
  private(set) var accumulated: [Int] = []
  private(set) var sequences: [LoopGradient.Sequence] = []
  private(set) var sliced: [Int] = []
  private(set) var deferred: [LoopGradient.Deferred] = []

  private let loop: LoopOp
  private let builder = ProgramBuilder(memory: .unlimited)
  private var names: Set<String> = []
  private var capturedInputs: [Int: Value] = [:]
  private var sequenceInputs: [(sequence: LoopGradient.Sequence, input: ValueID)] = []
  private var sequenceOfValue: [ValueID: LoopGradient.Sequence] = [:]

  init(_ loop: LoopOp, _ flow: LoopFlow, path: String) {
    self.loop = loop
    self.flow = flow
    builder.scoped(absolute: path) { trace() }
  }

  private func trace() {
    let inputs = loop.body.inputs.map(\.value)
    let outputs = loop.body.outputs.map(\.value)
    let seeded = flow.carried + flow.stacked
    let pass = ReversePass(
      loop.body, builder: builder, wanted: flow.wantedInputs,
      seeded: seeded.map { outputs[$0] }
    ) { [unowned self] index in input(index) }
    pass.captured = Set(inputs[..<loop.capturedCount])

    let carried = flow.carried.map { index in
      newInput("cotangent\(index)", loop.body[outputs[index]])
    }
    for (index, seed) in zip(flow.carried, carried) { pass.seed(outputs[index], seed) }
    for index in flow.stacked {
      let type = loop.body[outputs[index]]
      pass.seed(outputs[index], sequenceInput(.cotangent(index), type, name: "stacked\(index)"))
    }
    pass.walk()

    for index in flow.carried {
      let id = inputs[loop.capturedCount + index]
      let cotangent = pass.cotangent(of: id) ?? builder.full(0, loop.body[id])
      builder.output("cotangent\(index)", .result, cotangent)
    }
    let sums = accumulate(pass)
    stackSlices(pass)
    stackDeferred(pass)
    finish(carried: carried + sums)
  }

  /// An input of the loop's body in this iteration.
  private func input(_ index: Int) -> Value {
    let type = loop.body[loop.body.inputs[index].value]
    let name = loop.body.inputs[index].name
    if index < loop.capturedCount {
      let value = newInput(name, type)
      capturedInputs[index] = value
      return value
    }
    let carried = index - loop.capturedCount
    return carried < loop.carriedCount
      ? sequenceInput(.carried(carried), type, name: name)
      : sequenceInput(.operand(index), type, name: name)
  }

  private func sequenceInput(
    _ sequence: LoopGradient.Sequence, _ type: ValueType, name: String
  ) -> Value {
    var stackable = type
    stackable.shape.insert(
      contentsOf: Shape(repeating: 1, count: max(loop.axis - type.rank, 0)), at: 0)
    let input = newInput(name, stackable)
    let value = input.reshaped(type.shape)
    sequenceInputs.append((sequence, input.id))
    sequenceOfValue[value.id] = sequence
    return value
  }

  private func newInput(_ name: String, _ type: ValueType) -> Value {
    builder.input(Program.freeName("iteration/", name, &names), .operand, type)
  }

  /// Adds this iteration's contributions to the sums for captured values.
  private func accumulate(_ pass: ReversePass) -> [Value] {
    var sums: [Value] = []
    for index in 0..<loop.capturedCount {
      let id = loop.body.inputs[index].value
      guard flow.wantedInputs.contains(id), let cotangent = pass.cotangent(of: id) else { continue }
      let sum = newInput("sum\(index)", cotangent.type)
      builder.output("sum\(index)", .result, sum + cotangent)
      sums.append(sum)
      accumulated.append(index)
    }
    return sums
  }

  private func stackSlices(_ pass: ReversePass) {
    for index in (loop.capturedCount + loop.carriedCount)..<loop.body.inputs.count {
      let id = loop.body.inputs[index].value
      guard flow.wantedInputs.contains(id), let cotangent = pass.cotangent(of: id) else { continue }
      builder.output("slice\(index)", .result, cotangent)
      sliced.append(index)
    }
  }

  /// Stacks both factors of the contractions that were put off, unless a stack of them exists.
  private func stackDeferred(_ pass: ReversePass) {
    var stacked: [ValueID: LoopGradient.Sequence] = sequenceOfValue
    var next = flow.carried.count + accumulated.count + sliced.count
    func sequence(_ value: Value) -> LoopGradient.Sequence {
      if let known = stacked[value.id] { return known }
      let made = LoopGradient.Sequence.result(next)
      builder.output("factor\(next)", .result, value.stackable(along: loop.axis))
      stacked[value.id] = made
      next += 1
      return made
    }
    let captured = loop.body.inputs[..<loop.capturedCount].map(\.value)
    for contraction in pass.deferred {
      guard let index = captured.firstIndex(of: contraction.captured) else { continue }
      deferred.append(
        LoopGradient.Deferred(
          captured: index, kind: contraction.kind, other: sequence(contraction.other),
          otherShape: contraction.other.shape, cotangent: sequence(contraction.cotangent),
          cotangentShape: contraction.cotangent.shape))
    }
  }

  /// Puts the inputs in a loop's order and drops those that only a deferred contraction reads.
  private func finish(carried: [Value]) {
    body = builder.finishedByPass()
    var used = Set(body.outputs.map(\.value))
    for instruction in body.instructions { used.formUnion(instruction.operands) }
    captured = capturedInputs.keys.sorted().filter { index in
      capturedInputs[index].map { used.contains($0.id) } ?? false
    }
    let cut = sequenceInputs.filter { used.contains($0.input) }
    sequences = cut.map(\.sequence)
    let order =
      captured.compactMap { capturedInputs[$0]?.id } + carried.map(\.id) + cut.map(\.input)
    var byValue: [ValueID: Program.Input] = [:]
    for input in body.inputs { byValue[input.value] = input }
    body.inputs = order.compactMap { byValue[$0] }
  }
}

import Tensors

/// One walk back through a program, recording into a builder the derivative instructions and those
/// values of the program that they read.
///
/// The program's own instructions are recorded when their values are requested, or all of them by
/// ``replay()``: the bodies of loops and composites are recomputed, and only what the rules read.
final class ReversePass {
  let source: Program
  let builder: ProgramBuilder
  private let activity: Activity
  private let makeInput: (Int) -> Value
  private var values: [Value?]
  private var cotangents: [Cotangent]
  private var producers: [Producer]
  private var loops: [Int: LoopGradient] = [:]
  private var stacks: [Int: [Value]] = [:]

  /// Inputs that are the same in all iterations of the loop whose iteration this is.
  var captured: Set<ValueID> = []
  /// The contractions that were put off.
  var deferred: [DeferredContraction] = []

  private enum Producer {
    case input(Int)
    case instruction(Int)
  }

  /// Prepares to walk `source` from the `seeded` values to the `wanted` inputs; `input` gives the
  /// value in `builder` of an input of the program, and is called at most once for each.
  init(
    _ source: Program, builder: ProgramBuilder, wanted: [ValueID], seeded: [ValueID],
    input: @escaping (Int) -> Value
  ) {
    self.source = source
    self.builder = builder
    activity = Activity(source, wanted: wanted, seeded: seeded)
    makeInput = input
    let count = source.types.count
    values = Array(repeating: nil, count: count)
    cotangents = Array(repeating: Cotangent(), count: count)
    producers = Array(repeating: .input(0), count: count)
    for (index, input) in source.inputs.enumerated() {
      producers[input.value.index] = .input(index)
    }
    for (index, instruction) in source.instructions.enumerated() {
      for result in instruction.results { producers[result.index] = .instruction(index) }
    }
  }

  // MARK: The program's own values

  /// Records every instruction of the program.
  func replay() {
    for input in source.inputs { record(input.value) }
    for index in source.instructions.indices { record(instruction: index) }
  }

  /// A value of the program, recorded now if it has not been.
  func value(_ id: ValueID) -> Value {
    if values[id.index] == nil { recordEverything(neededFor: id) }
    guard let value = values[id.index] else {
      preconditionFailure("Value \(id.index) is used but never defined.")
    }
    return value
  }

  /// What a loop instruction kept of its iterations for the backward pass.
  func stacks(of index: Int) -> [Value] {
    if stacks[index] == nil { _ = value(source.instructions[index].results[0]) }
    return stacks[index] ?? []
  }

  /// Without recursion, because programs can be long chains.
  private func recordEverything(neededFor id: ValueID) {
    var waiting = [id]
    var needed: Set<Int> = []
    while let next = waiting.popLast() {
      guard values[next.index] == nil else { continue }
      switch producers[next.index] {
      case .input: record(next)
      case .instruction(let index):
        if needed.insert(index).inserted { waiting += source.instructions[index].operands }
      }
    }
    for index in needed.sorted() { record(instruction: index) }
  }

  private func record(_ id: ValueID) {
    guard values[id.index] == nil, case .input(let index) = producers[id.index] else { return }
    values[id.index] = makeInput(index)
  }

  private func record(instruction index: Int) {
    let instruction = source.instructions[index]
    let operands = instruction.operands.map(value)
    scoped(instruction) {
      let results: [Value]
      if let gradient = loopGradient(index) {
        let all = builder.append(.loop(gradient.forward), operands)
        results = Array(all[..<instruction.results.count])
        stacks[index] = Array(all[instruction.results.count...])
      } else {
        results = builder.append(instruction.op, operands)
      }
      for (id, result) in zip(instruction.results, results) { values[id.index] = result }
    }
  }

  /// Records under the path of an instruction; bodies without paths stay where they are used.
  private func scoped(_ instruction: Instruction, _ body: () -> Void) {
    let path = source.scopes[instruction.scope]
    if path.isEmpty { body() } else { builder.scoped(absolute: path, body) }
  }

  /// How a loop is differentiated; nil if no gradient passes through it.
  private func loopGradient(_ index: Int) -> LoopGradient? {
    let instruction = source.instructions[index]
    guard case .loop(let loop) = instruction.op else { return nil }
    if let known = loops[index] { return known }
    let seeded = instruction.results.map { activity[$0] }
    let wanted = instruction.operands.map { activity[$0] }
    guard seeded.contains(true), wanted.contains(true) else { return nil }
    let made = LoopGradient(loop, wanted: wanted, seeded: seeded, path: builder.path)
    loops[index] = made
    return made
  }

  // MARK: Cotangents

  /// Adds to the cotangent of a value.
  func seed(_ id: ValueID, _ cotangent: Value) { cotangents[id.index].add(cotangent) }

  /// The cotangent of a value, once everything that uses the value has been walked.
  func cotangent(of id: ValueID) -> Value? { cotangents[id.index].total(source[id]) }

  /// Walks all instructions backwards.
  func walk() {
    for index in source.instructions.indices.reversed() {
      let instruction = source.instructions[index]
      guard instruction.op.passesGradient else { continue }
      guard instruction.results.contains(where: { !cotangents[$0.index].isZero }) else { continue }
      let isWanted = instruction.operands.map { activity[$0] }
      guard isWanted.contains(true) else { continue }
      scoped(instruction) {
        let pullback = Pullback(
          pass: self, index: index, isWanted: isWanted,
          cotangents: instruction.results.map(cotangent(of:)))
        pullback.apply(loopGradient(index))
      }
    }
  }

  /// Adds to the cotangent of part of a value.
  func add(_ contribution: Value, to id: ValueID, axis: Int, start: Int) {
    cotangents[id.index].add(contribution, axis: axis, start: start)
  }
}

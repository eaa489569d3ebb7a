import Tensors

/// How a loop is differentiated.
///
/// The loop itself also stacks the carried values that each iteration of the backward pass reads. A second
/// loop takes the iterations in the opposite order: it recomputes what it needs of an iteration from these,
/// carries the cotangents of the carried values, stacks those of the slices and adds up those of the
/// captured values. Products of a captured weight are not added up iteration by iteration: both factors of
/// their gradients are stacked and contracted once, iterations included, after the loop. Memory is linear
/// in the number of iterations.
struct LoopGradient {
  /// Something with one value an iteration: where its stack is found.
  enum Sequence: Hashable {
    /// A cut operand of the loop, as a position among its operands.
    case operand(Int)
    /// A carried value at the start of each iteration, as a position among the carried.
    case carried(Int)
    /// The cotangent of a stacked result, as a position among the results.
    case cotangent(Int)
    /// A result of the backward loop, as a position among its results.
    case result(Int)
  }

  /// A contraction to be done after the backward loop.
  struct Deferred {
    var captured: Int
    var kind: DeferredContraction.Kind
    var other: Sequence
    var otherShape: Shape
    var cotangent: Sequence
    var cotangentShape: Shape
  }

  /// The loop with its additional stacks.
  private(set) var forward: LoopOp
  /// The backward pass.
  private(set) var backward: LoopOp
  /// The carried values that `forward` stacks, in the order of its additional results.
  private(set) var stackedCarried: [Int] = []
  /// The operands of the loop that the backward pass captures.
  private(set) var captured: [Int] = []
  /// The carried values whose cotangents are the first carried values of the backward pass.
  private(set) var carried: [Int] = []
  /// The captured operands whose cotangents are added up in its further carried values.
  private(set) var accumulated: [Int] = []
  /// The sequences that the backward pass cuts.
  private(set) var sequences: [Sequence] = []
  /// The cut operands whose cotangents are its first stacked results.
  private(set) var sliced: [Int] = []
  /// What is left to do after it.
  private(set) var deferred: [Deferred] = []

  init(_ loop: LoopOp, wanted: [Bool], seeded: [Bool], path: String) {
    let reversed = ReverseLoopBody(loop, LoopFlow(loop, wanted: wanted, seeded: seeded), path: path)
    carried = reversed.flow.carried
    captured = reversed.captured
    accumulated = reversed.accumulated
    sequences = reversed.sequences
    sliced = reversed.sliced
    deferred = reversed.deferred
    backward = LoopOp(
      body: reversed.body, tripCount: loop.tripCount, reverse: !loop.reverse, axis: loop.axis,
      capturedCount: captured.count, carriedCount: carried.count + accumulated.count)

    let stacks = sequences + deferred.map(\.other)
    stackedCarried = (0..<loop.carriedCount).filter { stacks.contains(.carried($0)) }
    forward = loop
    forward.body = Self.stacking(stackedCarried, of: loop)
  }

  /// The body with carried values of the iteration's start as further stacked outputs.
  private static func stacking(_ carried: [Int], of loop: LoopOp) -> Program {
    guard !carried.isEmpty else { return loop.body }
    let builder = ProgramBuilder(memory: .unlimited)
    let inputs = loop.body.inputs.map { builder.input($0.name, $0.role, loop.body[$0.value]) }
    let pass = ReversePass(loop.body, builder: builder, wanted: [], seeded: []) { inputs[$0] }
    pass.replay()
    for output in loop.body.outputs {
      builder.output(output.name, output.role, pass.value(output.value))
    }
    var names = Set(loop.body.outputs.map(\.name))
    for index in carried {
      let input = loop.capturedCount + index
      let start = inputs[input].stackable(along: loop.axis)
      let name = Program.freeName("start/", "start/" + loop.body.inputs[input].name, &names)
      builder.output(name, .result, start)
    }
    return builder.finishedByPass()
  }
}

extension Value {
  /// This with leading axes of extent 1, so that it can be stacked along an axis.
  func stackable(along axis: Int) -> Value {
    let ones: Shape = Array(repeating: 1, count: max(axis - rank, 0))
    return reshaped(ones + shape)
  }
}

extension Pullback {
  func loop(_ gradient: LoopGradient) {
    guard case .loop(let loop) = instruction.op else { return }
    let firstCarried = loop.capturedCount
    var operands = gradient.captured.map { operand($0) }
    operands += gradient.carried.map { index in
      cotangents[index] ?? zeros(firstCarried + index)
    }
    operands += gradient.accumulated.map { zeros($0) }
    operands += gradient.sequences.map { sequence($0, gradient, []) }
    let results = builder.append(.loop(gradient.backward), operands)

    var next = 0
    let targets = gradient.carried.map { firstCarried + $0 } + gradient.accumulated
    for target in targets + gradient.sliced {
      contribute(to: target, results[next])
      next += 1
    }
    for deferred in gradient.deferred {
      contribute(to: deferred.captured, contracted(deferred, gradient, results, loop.axis))
    }
  }

  /// The stack of a sequence's values over all iterations.
  private func sequence(
    _ sequence: LoopGradient.Sequence, _ gradient: LoopGradient, _ results: [Value]
  ) -> Value {
    switch sequence {
    case .operand(let index): return operand(index)
    case .carried(let index):
      guard let place = gradient.stackedCarried.firstIndex(of: index) else {
        preconditionFailure(
          "The backward pass of a loop reads a carried value that was not stacked.")
      }
      return pass.stacks(of: self.index)[place]
    case .cotangent(let index):
      return cotangents[index] ?? builder.full(0, pass.source[instruction.results[index]])
    case .result(let index): return results[index]
    }
  }

  private func contracted(
    _ deferred: LoopGradient.Deferred, _ gradient: LoopGradient, _ results: [Value], _ axis: Int
  ) -> Value {
    func stack(_ source: LoopGradient.Sequence, _ shape: Shape) -> (Value, iterations: Int) {
      let value = sequence(source, gradient, results)
      let place = min(axis, shape.count)
      var stacked = shape
      stacked.insert(value.shape[axis], at: place)
      return (value.reshaped(stacked), place)
    }
    let (other, otherIterations) = stack(deferred.other, deferred.otherShape)
    let (g, iterations) = stack(deferred.cotangent, deferred.cotangentShape)
    let axes = DotGradient.IterationAxes(cotangent: iterations, other: otherIterations)
    switch deferred.kind {
    case .left(let dot): return dot.ofLeft(g, right: other, iterations: axes)
    case .right(let dot): return dot.ofRight(g, left: other, iterations: axes)
    case .gather(let gather):
      return gather.ofTable(
        g.movingToFront(iterations), indices: other.movingToFront(otherIterations))
    }
  }
}

extension Value {
  fileprivate func movingToFront(_ axis: Int) -> Value {
    transposed([axis] + (0..<rank).filter { $0 != axis })
  }
}

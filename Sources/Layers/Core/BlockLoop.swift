import Programs
import Tensors

/// A body traced for one block: what it is given from outside, and the loop that repeats it.
struct BlockLoop {
  let count: Int
  /// Records the body.
  let builder: ProgramBuilder
  /// New values of what is carried, in order.
  var next: [Value] = []
  private var stacked: [Value] = []
  private var capturedPairs: [(outer: Value, inner: ValueID)] = []
  private var carriedPairs: [(outer: Value, inner: ValueID)] = []
  private var slicedPairs: [(outer: Value, inner: ValueID)] = []

  init(count: Int, builder: ProgramBuilder) {
    self.count = count
    self.builder = builder
  }

  /// What all blocks have become: `[b, t, …]` for blocks `[b, t / count, …]`.
  func joined(_ type: ValueType) -> ValueType {
    var type = type
    type.shape[1] *= count
    return type
  }

  // MARK: - Operands

  /// A value that every block sees as it is.
  mutating func captured(_ outer: Value) -> Value {
    let inner = builder.input("x", .operand, outer.type)
    capturedPairs.append((outer, inner.id))
    return inner
  }

  /// A value that goes from block to block.
  mutating func carried(_ outer: Value) -> Value {
    let inner = builder.input("x", .operand, outer.type)
    carriedPairs.append((outer, inner.id))
    return inner
  }

  /// The block's own `time` timesteps of a value.
  mutating func sliced(_ outer: Value, time: Int) -> Value {
    var type = outer.type
    type.shape[1] = time
    let inner = builder.input("x", .operand, type)
    slicedPairs.append((outer.cutIntoBlocks(count, of: time), inner.id))
    return inner
  }

  mutating func sliced(_ x: SequenceValue, time: Int) -> SequenceValue {
    let values = sliced(x.values, time: time)
    let imaginary = x.imaginary.map { sliced($0, time: time) }
    let mask = sliced(x.mask, time: time)
    return SequenceValue(values, imaginary: imaginary, mask: mask, isMasked: x.isMasked)
  }

  /// Constants as a block sees them.
  mutating func constants(
    of context: LayerContext, time: Int, blockTime: Int
  ) throws(LayerError) -> ([String: ConstantValue], ConstantSpecs) {
    var (values, specs) = (context.constants, context.knownConstants)
    for (name, constant) in context.constants.sorted(by: { $0.key < $1.key }) {
      switch constant {
      case .array(let array): values[name] = .array(captured(array))
      case .sequence(let whole):
        guard case .sequence(streamed: true)? = specs[name]?.form else {
          let imaginary = whole.imaginary.map { captured($0) }
          let mask = captured(whole.mask)
          values[name] = .sequence(
            SequenceValue(captured(whole.values), imaginary: imaginary, mask: mask))
          continue
        }
        let part = time == 0 ? whole.time : whole.time * blockTime / time
        // The last block of a whole sequence may be filled up, and its constants with it.
        guard part * count >= whole.time, part > 0 || whole.time == 0 else {
          throw LayerError(
            .invalidConstant, layer: "block by block",
            found: "\"\(name)\" of \(whole.time) timesteps for \(time) of the input",
            expected: "as many for every block of \(blockTime)")
        }
        let padded = whole.paddedTime(0, part * count - whole.time, valid: false)
        values[name] = .sequence(sliced(padded, time: part))
        specs[name]?.shape[1] = part
      }
    }
    return (values, specs)
  }

  /// Gives the body what its layers declared: parameters, seeds, gradient probes.
  mutating func adoptInputs(
    of inner: LayerContext, by outer: LayerContext
  ) throws(LayerError) {
    let known = Set((capturedPairs + carriedPairs + slicedPairs).map(\.inner))
    for input in builder.program.inputs where !known.contains(input.value) {
      switch input.role {
      case .parameter, .variable:
        capturedPairs.append((try outer.adopt(input, of: inner), input.value))
      case .seed:
        let isSeed = input.name == ProgramSignature.seed
        capturedPairs.append((isSeed ? outer.seed : outer.rowKeys, input.value))
      case .input, .constant, .state, .operand:
        let type = builder.program[input.value]
        let probe = outer.builder.input(input.name, input.role, joined(type))
        slicedPairs.append((probe.cutIntoBlocks(count, of: type.shape[1]), input.value))
      }
    }
    outer.adoptTables(of: inner) { value in
      capturedPairs.first { $0.inner == value.id }?.outer
    }
  }

  /// A variable that the body updates goes from block to block.
  mutating func carry(_ update: (path: String, value: Value)) {
    guard
      let input = builder.program.inputs.first(where: {
        $0.role == .variable && $0.name == update.path
      }), let index = capturedPairs.firstIndex(where: { $0.inner == input.value })
    else { preconditionFailure("Every variable that is updated was declared.") }
    carriedPairs.append(capturedPairs.remove(at: index))
    next.append(update.value)
  }

  /// Values to be joined over all blocks.
  mutating func stack(_ sequences: [SequenceValue]) {
    for sequence in sequences {
      stacked += [sequence.values, sequence.mask] + (sequence.imaginary.map { [$0] } ?? [])
    }
  }

  // MARK: - The loop

  struct Results {
    var carried: [Value]
    var whole: [ValueID: Value]

    /// All blocks of a part.
    func sequence(of part: SequenceValue) -> SequenceValue {
      func value(_ id: ValueID) -> Value {
        guard let value = whole[id] else { preconditionFailure("A part was not stacked.") }
        return value
      }
      return SequenceValue(
        value(part.values.id), imaginary: part.imaginary.map { value($0.id) },
        mask: value(part.mask.id), isMasked: part.isMasked)
    }
  }

  /// Repeats the body; nil when it has mistakes, which become those of `outer`.
  func run(in outer: ProgramBuilder) -> Results? {
    for value in next + stacked { builder.output("y", .result, value) }
    guard let body = try? builder.finish() else {
      outer.report(builder.errors)
      return nil
    }
    let order = (capturedPairs + carriedPairs + slicedPairs).map(\.inner)
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    let operands = body.inputs.compactMap { places[$0.value] }
    let result = outer.loop(
      tripCount: count, axis: 1, captured: capturedPairs.map(\.outer),
      carried: carriedPairs.map(\.outer), sliced: slicedPairs.map(\.outer)
    ) { captured, carried, slices in
      let given = captured + carried + slices
      let results = given[given.count - 1].builder.inline(body, operands.map { given[$0] })
      return (Array(results.prefix(next.count)), Array(results.dropFirst(next.count)))
    }
    var whole: [ValueID: Value] = [:]
    for (part, value) in zip(stacked, result.stacked) { whole[part.id] = value.joiningBlocks }
    return Results(carried: result.carried, whole: whole)
  }
}

extension Value {
  /// `[b, n·t, …] -> [b, n, t, …]`.
  func cutIntoBlocks(_ count: Int, of time: Int) -> Value {
    reshaped([shape[0], count, time] + shape.dropFirst(2))
  }

  /// `[b, n, t, …] -> [b, n·t, …]`.
  var joiningBlocks: Value {
    reshaped([shape[0], shape[1] * shape[2]] + shape.dropFirst(3))
  }
}

import Layers
import Programs
import Tensors

// What each kind of fault changes: in what goes in, in the state, and in what comes out.
extension FaultRewrite {
  private var kind: StepFault.Kind { layer.fault.kind }

  /// Changes the states and parameters that the wrong copy sees.
  mutating func changeInputs() {
    for leaf in layer.leaves {
      guard case .state(let leafKind) = leaf.role else { continue }
      let value = soundValue(leaf.value)
      let name = leaf.name
      switch kind {
      case .staleState:
        let before = memory("before/\(name)", value.type, start: .copy(of: name))
        setMemory("before/\(name)", value)
        wrong[leaf.value] = before
      case .readPadding:
        // What it keeps of the padding is its own: the state that others see stays right.
        wrong[leaf.value] = memory("own/\(name)", value.type, start: .copy(of: name))
      case .wrongPosition:
        if layer.isCounter(leaf) { restart(leaf, value) }
      case .shortWindow:
        guard let axis = leafKind.windowAxis else { continue }
        wrong[leaf.value] = value.sliced(axis: axis, from: 1, to: value.shape[axis])
          .padded(axis: axis, low: 1, high: 0, value: 0)
      case .shiftedWindow:
        guard let axis = leafKind.windowAxis else { continue }
        wrong[leaf.value] = value.sliced(axis: axis, from: 0, to: value.shape[axis] - 1)
          .padded(axis: axis, low: 1, high: 0, value: 0)
      case .dropState, .resetState, .mixStateRows, .maskMultiply, .noRightContext, .doubleBias,
        .scaled, .mixRows, .blockStatistics, .loseTimestep, .repeatTimestep, .noFlush, .wrongTrim,
        .notANumber, .wrongMask:
        break
      }
    }
    guard kind == .doubleBias else { return }
    for bias in layer.biases(program) {
      let value = soundValue(bias.value)
      wrong[bias.value] = value + value
    }
  }

  /// Lets every step start from what a leaf began with.
  private mutating func restart(_ leaf: Program.Input, _ value: Value) {
    let start = memory("start/\(leaf.name)", value.type, start: .copy(of: leaf.name))
    setMemory("start/\(leaf.name)", start)
    wrong[leaf.value] = start
  }

  /// Changes the sequence that the wrong copy sees.
  mutating func changeSequence(_ input: FaultedLayer.Sequence) {
    let mask = soundValue(input.mask)
    switch kind {
    case .readPadding:
      wrong[input.mask] = builder.full(1, mask.type)
      for id in [input.values] + (input.imaginary.map { [$0] } ?? []) {
        let value = soundValue(id)
        wrong[id] = mask.overTime(of: value).select(value, builder.full(1, value.type))
      }
    case .noRightContext:
      let hidden = min(layer.ownInputLatency, layer.inputTime)
      for id in input.ids {
        let value = soundValue(id)
        wrong[id] = value.sliced(axis: 1, from: hidden, to: value.shape[1])
          .padded(axis: 1, low: hidden, high: 0, value: 0)
      }
    case .staleState, .dropState, .resetState, .shortWindow, .shiftedWindow, .wrongPosition,
      .mixStateRows, .maskMultiply, .doubleBias, .scaled, .mixRows, .blockStatistics,
      .loseTimestep, .repeatTimestep, .noFlush, .wrongTrim, .notANumber, .wrongMask:
      break
    }
  }

  /// Decides what others see of the output.
  mutating func show() {
    let output = layer.output
    let mask = soundValue(output.mask)
    let parts = [output.values] + (output.imaginary.map { [$0] } ?? [])
    switch kind {
    case .staleState, .dropState, .resetState, .shortWindow, .shiftedWindow, .wrongPosition,
      .mixStateRows, .maskMultiply, .doubleBias:
      break
    case .readPadding:
      // What is valid is right all the same.
      show(output.mask, as: mask)
    case .noRightContext:
      // Outputs whose right context has come in this step's block see it.
      let hidden = min(layer.ownLatency, layer.outputTime)
      for id in parts {
        guard let other = wrong[id] else { continue }
        let value = soundValue(id)
        show(
          id,
          as: .concatenate(
            [
              other.sliced(axis: 1, from: 0, to: hidden),
              value.sliced(axis: 1, from: hidden, to: value.shape[1]),
            ], axis: 1))
      }
      show(output.mask, as: mask)
    case .wrongMask:
      show(
        output.mask,
        as: mask.sliced(axis: 1, from: 1, to: mask.shape[1])
          .padded(axis: 1, low: 1, high: 0, value: 0))
    case .scaled, .mixRows, .blockStatistics, .loseTimestep, .repeatTimestep, .noFlush, .wrongTrim,
      .notANumber:
      for (place, id) in parts.enumerated() {
        show(id, as: changed(soundValue(id), mask, "\(place)"))
      }
    }
  }

  /// The output of a layer that gives something else than it computes.
  private mutating func changed(_ value: Value, _ mask: Value, _ name: String) -> Value {
    let time = value.shape[1]
    switch kind {
    case .scaled: return value.scaled(by: 1.5)
    case .mixRows: return value.nextRow
    case .blockStatistics:
      let valid = mask.overTime(of: value)
      let known = valid.select(value, builder.full(0, value.type))
      let count = valid.converted(to: value.dtype)
        .reduced(.sum, axes: [1], keepingAxes: true).binary(.max, 1)
      return value - known.reduced(.sum, axes: [1], keepingAxes: true) / count
    case .loseTimestep:
      return value.sliced(axis: 1, from: 1, to: time).padded(axis: 1, low: 0, high: 1, value: 0)
    case .repeatTimestep, .wrongTrim:
      let late = kind == .wrongTrim ? layer.ownLatency : 1
      var type = value.type
      type.shape[1] = late
      let before = memory("late/\(name)", type, start: .zeros)
      let all = Value.concatenate([before, value], axis: 1)
      setMemory("late/\(name)", all.sliced(axis: 1, from: time, to: time + late))
      return all.sliced(axis: 1, from: 0, to: time)
    case .noFlush:
      guard let fed = program.input(named: ProgramSignature.input.mask) else { return value }
      let isFed = soundValue(fed.value).reduced(.or, axes: [1], keepingAxes: true)
      return isFed.overTime(of: value).select(value, builder.full(0, value.type))
    case .notANumber:
      var type = value.type
      type.shape[1] = 1
      return .concatenate(
        [builder.full(.nan, type), value.sliced(axis: 1, from: 1, to: time)], axis: 1)
    case .staleState, .dropState, .resetState, .shortWindow, .shiftedWindow, .wrongPosition,
      .mixStateRows, .maskMultiply, .readPadding, .noRightContext, .doubleBias, .wrongMask:
      return value
    }
  }

  /// The new value of a state leaf.
  mutating func newState(_ output: Program.Output) -> Value {
    let right = soundValue(output.value)
    guard let leaf = layer.leaves.first(where: { $0.name == output.name }) else {
      return wrong[output.value].map { chosen($0, right) } ?? right
    }
    switch kind {
    case .dropState: return chosen(soundValue(leaf.value), right)
    case .mixStateRows: return handedOn(right.nextRow, right)
    case .resetState:
      let start = memory("start/\(leaf.name)", right.type, start: .copy(of: leaf.name))
      setMemory("start/\(leaf.name)", start)
      return handedOn(start, right)
    case .readPadding:
      setMemory("own/\(leaf.name)", chosen(wrong[output.value] ?? right, right))
      return right
    // The state that is handed on is right; the outputs were computed without what came behind them.
    case .noRightContext: return right
    case .staleState, .shortWindow, .shiftedWindow, .wrongPosition, .maskMultiply, .doubleBias,
      .scaled, .mixRows, .blockStatistics, .loseTimestep, .repeatTimestep, .noFlush, .wrongTrim,
      .notANumber, .wrongMask:
      return wrong[output.value].map { chosen($0, right) } ?? right
    }
  }
}

extension Value {
  /// Every row holds what the next row held, and the last what the first held.
  fileprivate var nextRow: Value {
    .concatenate(
      [sliced(axis: 0, from: 1, to: shape[0]), sliced(axis: 0, from: 0, to: 1)], axis: 0)
  }

  /// A mask `[b, t]` for every element of a value `[b, t, …]`.
  fileprivate func overTime(of value: Value) -> Value {
    broadcast(to: value.shape, axes: [0, 1])
  }
}

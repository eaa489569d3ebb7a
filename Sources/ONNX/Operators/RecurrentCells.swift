import Programs
import Tensors

/// One timestep of an LSTM; states h and c, gates i, f, c, o.
enum Lstm {
  static func turn(_ cell: Recurrences.Cell) throws -> [Value] {
    let h = cell.states[0]
    let product =
      cell.quantization.isEmpty
      ? Recurrences.product(h, cell.recurrent)
      : try Quantization.product(
        h, cell.recurrent, scale: cell.quantization[0], zero: cell.quantization[1])
    let gates = cell.projected + product
    let units = cell.states[0].shape[1]
    let gate = try Recurrences.activation(0, "Sigmoid", cell, of: 3)
    let candidate = try Recurrences.activation(1, "Tanh", cell, of: 3)
    let output = try Recurrences.activation(2, "Tanh", cell, of: 3)
    let isStandard =
      if case .strings = cell.call.node.attributes["activations"] { false } else { true }
    let body: ([Value]) -> [Value] = { inputs in
      let part: (Int) -> Value = { Recurrences.part(inputs[0], $0, of: units) }
      let c = gate(part(1)) * inputs[1] + gate(part(0)) * candidate(part(2))
      let h = gate(part(3)) * output(c)
      guard inputs.count > 3 else { return [c, h] }
      let isValid = inputs[3].expandingAxes([1])
      return [isValid.select(c, inputs[1]), isValid.select(h, inputs[2])]
    }
    guard isStandard else {
      let next = body([gates, cell.states[1], cell.states[0]])
      return [next[1], next[0]]
    }
    let mask = gates.builder.full(1, ValueType(.bool, [gates.shape[0]]))
    let next = Value.composite(
      .lstmCell, [gates, cell.states[1], cell.states[0], mask], body: body)
    return [next[1], next[0]]
  }
}

/// One timestep of a GRU; gates z, r, h.
enum Gru {
  static func turn(_ cell: Recurrences.Cell) throws -> [Value] {
    let h = cell.states[0]
    let units = h.shape[1]
    let gate = try Recurrences.activation(0, "Sigmoid", cell, of: 2)
    let candidate = try Recurrences.activation(1, "Tanh", cell, of: 2)
    func given(_ index: Int) -> Value { Recurrences.part(cell.projected, index, of: units) }
    func bias(_ index: Int) -> Value { Recurrences.part(cell.recurrentBias, index, of: units) }
    let new: Value
    let update: Value
    if cell.call.flag("linear_before_reset") {
      let product = Recurrences.product(h, cell.recurrent) + cell.recurrentBias
      func part(_ index: Int) -> Value { Recurrences.part(product, index, of: units) }
      update = gate(given(0) + part(0))
      let reset = gate(given(1) + part(1))
      new = candidate(given(2) + reset * part(2))
    } else {
      let r = cell.recurrent
      let first = Recurrences.product(h, r.sliced(axis: 0, from: 0, to: 2 * units))
      func part(_ index: Int) -> Value { Recurrences.part(first, index, of: units) }
      update = gate(given(0) + part(0) + bias(0))
      let reset = gate(given(1) + part(1) + bias(1))
      let last = Recurrences.product(
        reset * h, r.sliced(axis: 0, from: 2 * units, to: 3 * units))
      new = candidate(given(2) + last + bias(2))
    }
    return [(update.scalarOf(1) - update) * new + update * h]
  }
}

/// One timestep of a plain recurrent network.
enum Rnn {
  static func turn(_ cell: Recurrences.Cell) throws -> [Value] {
    let activation = try Recurrences.activation(0, "Tanh", cell, of: 1)
    return [activation(cell.projected + Recurrences.product(cell.states[0], cell.recurrent))]
  }
}

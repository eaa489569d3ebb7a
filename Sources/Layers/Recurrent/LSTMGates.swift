import Programs
import Tensors

/// What an LSTM does with its gates in one timestep.
struct LSTMGates {
  var units: Int
  var activation = Activation.tanh
  var recurrentActivation = Activation.sigmoid

  /// The new `c` and `h` of gates `[b, 4·units]`, `c`, `h` and the mask `[b]`; where that is false, the old
  /// ones.
  func turn(_ gates: Value, _ c: Value, _ h: Value, _ mask: Value) -> (c: Value, h: Value) {
    let isStandard = activation == .tanh && recurrentActivation == .sigmoid
    let operands = [gates, c, h, mask]
    let expansion: ([Value]) -> [Value] = { inputs in
      let part: (Int) -> Value = { index in
        inputs[0].sliced(axis: 1, from: index * units, to: (index + 1) * units)
      }
      let input = recurrentActivation.apply(part(0))
      let forget = recurrentActivation.apply(part(1))
      let candidate = activation.apply(part(2))
      let output = recurrentActivation.apply(part(3))
      let nextC = forget * inputs[1] + input * candidate
      let nextH = output * activation.apply(nextC)
      let isValid = inputs[3].expandingAxes([1])
      return [isValid.select(nextC, inputs[1]), isValid.select(nextH, inputs[2])]
    }
    let results =
      isStandard
      ? Value.composite(.lstmCell, operands, body: expansion)
      : Value.composite("lstmCellGeneral", operands, body: expansion)
    return (results[0], results[1])
  }
}

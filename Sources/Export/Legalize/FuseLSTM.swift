import Programs
import Tensors

/// One timestep of an LSTM with its products: the composite that ONNX has the operator `LSTM` for.
///
/// Operands x `[1, b, c]`, kernel `[c, 4·units]`, recurrent kernel `[units, 4·units]`, h and c `[1, b, units]`
/// and, if there is one, the bias `[4·units]`; gates in the order input, forget, candidate, output. Results the
/// new h and c.
struct LSTMStep {
  static let name = "lstmStep"
  var x: Value
  var kernel: Value
  var recurrent: Value
  var bias: Value?

  /// The products that gates are the sum of; nil for gates that are made otherwise.
  init?(gates: Value, h: Value) {
    var kernels: [(x: Value, kernel: Value)] = []
    var (recurrent, bias): (Value?, Value?)
    for part in gates.addends {
      if let (left, right) = part.product, right.isTrained {
        if left.source.id == h.source.id, recurrent == nil {
          recurrent = right
        } else {
          kernels.append((left, right))
        }
      } else if bias == nil, let row = part.stretchedRow, row.shape == [gates.shape[1]] {
        bias = row
      } else {
        return nil
      }
    }
    guard gates.dtype == .float32, kernels.count == 1, let recurrent else { return nil }
    (x, kernel) = kernels[0]
    (self.recurrent, self.bias) = (recurrent, bias)
    guard x.shape.elementCount == gates.shape[0] * kernel.shape[0] else { return nil }
  }

  /// The new h and c, each `[b, units]`.
  func results(_ h: Value, _ c: Value) -> (h: Value, c: Value) {
    let (batch, units) = (h.shape[0], h.shape[1])
    let states = [h, c].map { $0.reshaped([1, batch, units]) }
    let operands = [x.reshaped([1, batch, kernel.shape[0]]), kernel, recurrent] + states
    let next = Value.composite(
      Self.name, operands + (bias.map { [$0] } ?? []), body: Self.expansion)
    return (next[0].reshaped(h.shape), next[1].reshaped(c.shape))
  }

  private static func expansion(_ operands: [Value]) -> [Value] {
    let (x, h, c) = (operands[0], operands[3], operands[4])
    var gates = x.matmul(operands[1])
    if operands.count > 5 { gates = gates + operands[5].broadcast(to: gates.shape, axes: [2]) }
    gates = gates + h.matmul(operands[2])
    let units = h.shape[2]
    let parts = (0..<4).map { gates.sliced(axis: 2, from: $0 * units, to: ($0 + 1) * units) }
    let nextC = parts[1].unary(.sigmoid) * c + parts[0].unary(.sigmoid) * parts[2].unary(.tanh)
    return [parts[3].unary(.sigmoid) * nextC.unary(.tanh), nextC]
  }
}

extension Rewrite {
  /// Timesteps of LSTMs with their products as one operator, where the kernels are trained arrays; timesteps of
  /// loops, whose products with the input are taken at once, stay as they are.
  static let fuseLSTM = Rewrite(name: "lstm") { operation in
    guard case .composite(let composite) = operation.op, composite.known == .lstmCell else {
      return nil
    }
    let (c, h) = (operation.operands[1], operation.operands[2])
    guard !h.shape.contains(0), let step = LSTMStep(gates: operation.operands[0], h: h) else {
      return nil
    }
    let next = step.results(h, c)
    let isValid = operation.operands[3].expandingAxes([1])
    return [isValid.select(next.c, c), isValid.select(next.h, h)]
  }
}

extension Value {
  private var producer: Instruction? {
    builder.program.instructions.last { $0.results.contains(id) }
  }

  private func operand(_ index: Int, of instruction: Instruction) -> Value {
    Value(builder: builder, id: instruction.operands[index])
  }

  /// The value that this is another shape of.
  fileprivate var source: Value {
    guard let producer, case .movement(.reshape) = producer.op else { return self }
    return operand(0, of: producer).source
  }

  /// What this is the sum of.
  fileprivate var addends: [Value] {
    guard let producer = source.producer, case .binary(.add) = producer.op else { return [self] }
    return operand(0, of: producer).addends + operand(1, of: producer).addends
  }

  /// The rows and the matrix that this is the product of.
  fileprivate var product: (rows: Value, matrix: Value)? {
    guard let producer = source.producer, case .contraction(.dot(let axes)) = producer.op else {
      return nil
    }
    let (rows, matrix) = (operand(0, of: producer), operand(1, of: producer))
    let isPlain = axes.leftBatch.isEmpty && axes.leftContracting == [rows.rank - 1]
    guard isPlain, axes.rightContracting == [0], matrix.rank == 2 else { return nil }
    return (rows, matrix)
  }

  /// The trained array `[c]` that stands in every row of this.
  fileprivate var stretchedRow: Value? {
    var row = source
    if let producer = row.producer, case .movement(.broadcast(let shape, let axes)) = producer.op {
      guard axes.last == shape.count - 1 else { return nil }
      row = operand(0, of: producer).source
    }
    return row.rank == 1 && row.isTrained ? row : nil
  }

  /// Whether this is a parameter in single precision, as it is.
  fileprivate var isTrained: Bool {
    let roles = builder.program.inputs.filter { $0.value == id }.map(\.role)
    return dtype == .float32 && (roles == [.parameter] || roles == [.variable])
  }
}

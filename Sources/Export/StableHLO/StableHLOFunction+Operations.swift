import Programs
import Tensors

extension StableHLOFunction {
  /// Writes an operation.
  func write(_ instruction: Instruction) throws(ExportError) {
    let (x, results) = (instruction.operands, instruction.results)
    let (op, type) = (instruction.op, self[results[0]])
    let target = StableHLOText.type(type)
    let names = x.map { value($0) }
    let types = x.map { StableHLOText.type(self[$0]) }
    switch op {
    case .constant(let tensor): define(results[0], add(StableHLOText.dense(tensor)))
    case .iota(_, let axis): define(results[0], add("stablehlo.iota dim = \(axis) : \(target)"))
    case .convert(let dtype): define(results[0], convert(x[0], dtype, type))
    case .bitcast:
      define(results[0], add("stablehlo.bitcast_convert \(names[0]) : (\(types[0])) -> \(target)"))
    case .unary(let function):
      guard let name = function.stableHLOName else { throw unsupported(function.rawValue, type) }
      let signature = function == .isFinite ? "(\(types[0])) -> \(target)" : target
      define(results[0], add("stablehlo.\(name) \(names[0]) : \(signature)"))
    case .binary(let function):
      define(
        results[0],
        add("stablehlo.\(function.stableHLOName) \(names[0]), \(names[1]) : \(target)"))
    case .compare(let function):
      let direction = function.rawValue.uppercased()
      define(results[0], compare(direction, names[0], names[1], self[x[0]]))
    case .select:
      let choice = names.joined(separator: ", ")
      define(results[0], add("stablehlo.select \(choice) : \(types[0]), \(target)"))
    case .movement(let movement): define(results[0], move(movement, x, type))
    case .reduction(let reduction): try reduce(reduction, x[0], results)
    case .contraction(let contraction): define(results[0], contract(contraction, x, type))
    case .indexing(let indexing): define(results[0], index(indexing, x, type))
    case .fft(let transform): write(transform, x, results)
    case .loop(let loop): try write(loop, x, results)
    case .composite(let composite):
      guard let known = composite.known else { throw unsupported(composite.name, type) }
      switch known {
      case .softmax, .rmsNorm, .layerNorm, .lstmCell, .attention, .complexAbs, .gradientClipping:
        throw unsupported(composite.name, type)
      }
    case .random, .stopGradient: throw unsupported(op.name, type)
    }
  }

  private func convert(_ x: ValueID, _ dtype: DType, _ type: ValueType) -> String {
    let source = self[x]
    if dtype == .bool, source.dtype != .bool {
      return compare("NE", value(x), full(0, source), source)
    }
    return add(
      "stablehlo.convert \(value(x)) : (\(StableHLOText.type(source))) -> "
        + StableHLOText.type(type))
  }

  private func move(_ movement: MovementOp, _ x: [ValueID], _ type: ValueType) -> String {
    let name = value(x[0])
    let source = StableHLOText.type(self[x[0]])
    let target = StableHLOText.type(type)
    let signature = "(\(source)) -> \(target)"
    func list(_ numbers: [Int]) -> String { StableHLOText.list(numbers) }
    switch movement {
    case .reshape: return add("stablehlo.reshape \(name) : \(signature)")
    case .transpose(let permutation):
      return add("stablehlo.transpose \(name), dims = \(list(permutation)) : \(signature)")
    case .broadcast(_, let axes):
      return add("stablehlo.broadcast_in_dim \(name), dims = \(list(axes)) : \(signature)")
    case .slice(let start, let limit, let stride):
      let ranges = start.indices.map { "\(start[$0]):\(limit[$0]):\(stride[$0])" }
      return add("stablehlo.slice \(name) [\(ranges.joined(separator: ", "))] : \(signature)")
    case .pad(let low, let high, let interior):
      let edges = "low = \(list(low)), high = \(list(high)), interior = \(list(interior))"
      let types = "(\(source), \(StableHLOText.type(self[x[1]]))) -> \(target)"
      return add("stablehlo.pad \(name), \(value(x[1])), \(edges) : \(types)")
    case .reverse(let axes):
      return add("stablehlo.reverse \(name), dims = \(list(axes)) : \(target)")
    case .concatenate(let axis):
      let parts = x.map { value($0) }.joined(separator: ", ")
      let types = x.map { StableHLOText.type(self[$0]) }.joined(separator: ", ")
      return add("stablehlo.concatenate \(parts), dim = \(axis) : (\(types)) -> \(target)")
    }
  }

  private func contract(_ op: ContractionOp, _ x: [ValueID], _ type: ValueType) -> String {
    let (a, b) = (value(x[0]), value(x[1]))
    let types = x.map { StableHLOText.type(self[$0]) }.joined(separator: ", ")
    let signature = "(\(types)) -> \(StableHLOText.type(type))"
    func list(_ numbers: [Int]) -> String { StableHLOText.list(numbers) }
    switch op {
    case .dot(let d):
      let batch =
        d.leftBatch.isEmpty
        ? "" : "batching_dims = \(list(d.leftBatch)) x \(list(d.rightBatch)), "
      let sums = "contracting_dims = \(list(d.leftContracting)) x \(list(d.rightContracting))"
      return add(
        "stablehlo.dot_general \(a), \(b), \(batch)\(sums), precision = [HIGHEST, HIGHEST] : "
          + signature)
    case .convolution(let d):
      let space = d.strides.indices.map(String.init).joined(separator: ", ")
      let edges = zip(d.padLow, d.padHigh).map { "[\($0), \($1)]" }.joined(separator: ", ")
      let window =
        "window = {stride = \(list(d.strides)), pad = [\(edges)], lhs_dilate = "
        + "\(list(d.inputDilation)), rhs_dilate = \(list(d.kernelDilation))}"
      let groups =
        "{batch_group_count = \(d.batchGroups) : i64, feature_group_count = \(d.featureGroups) : "
        + "i64, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}"
      return add(
        "stablehlo.convolution(\(a), \(b)) dim_numbers = [b, \(space), f]x[\(space), i, o]->"
          + "[b, \(space), f], \(window) \(groups) : \(signature)")
    }
  }

  /// Transforms of pairs by complex numbers.
  private func write(_ op: FFTOp, _ x: [ValueID], _ results: [ValueID]) {
    let type = self[results[0]]
    let source = self[x[0]]
    let last = source.rank - 1
    let (input, output): (String, String)
    var operand: String
    let kind: String
    var length = source.shape[last]
    switch op {
    case .forward, .inverse, .realInverse:
      let imaginary: String
      if case .realInverse(let count) = op {
        length = count
        imaginary = withoutRealBins(x[1], length: count)
      } else {
        imaginary = value(x[1])
      }
      input = StableHLOText.complex(source)
      operand = add("stablehlo.complex \(value(x[0])), \(imaginary) : \(input)")
      output = op.isReal ? StableHLOText.type(type) : StableHLOText.complex(type)
      kind = op == .forward ? "FFT" : op == .inverse ? "IFFT" : "IRFFT"
    case .realForward:
      input = StableHLOText.type(source)
      output = StableHLOText.complex(type)
      operand = value(x[0])
      kind = "RFFT"
    }
    operand = add(
      "stablehlo.fft \(operand), type = \(kind), length = [\(length)] : (\(input)) -> \(output)")
    guard results.count == 2 else { return define(results[0], operand) }
    for (id, part) in zip(results, ["real", "imag"]) {
      define(id, add("stablehlo.\(part) \(operand) : (\(output)) -> \(StableHLOText.type(type))"))
    }
  }

  /// The imaginary parts with those of bins 0 and `length / 2` chosen to be 0.
  private func withoutRealBins(_ x: ValueID, length: Int) -> String {
    let type = self[x]
    let bins = type.shape[type.rank - 1]
    let flags = (0..<bins).map { $0 == 0 || 2 * $0 == length }
    let mask = add(StableHLOText.dense(Tensor(flags, shape: [bins])))
    let wide = StableHLOText.type(ValueType(.bool, type.shape))
    let condition = add(
      "stablehlo.broadcast_in_dim \(mask), dims = [\(type.rank - 1)] : (tensor<\(bins)xi1>) -> "
        + wide)
    let zero = full(0, type)
    return add(
      "stablehlo.select \(condition), \(zero), \(value(x)) : \(wide), \(StableHLOText.type(type))")
  }
}

extension FFTOp {
  /// Whether the result is real.
  fileprivate var isReal: Bool {
    switch self {
    case .realInverse: true
    case .forward, .inverse, .realForward: false
    }
  }
}

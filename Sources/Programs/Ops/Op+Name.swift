extension Op {
  /// The name in the printed form and in errors.
  public var name: String {
    switch self {
    case .constant: "constant"
    case .iota: "iota"
    case .convert: "convert"
    case .bitcast: "bitcast"
    case .random: "random"
    case .unary(let op): op.rawValue
    case .binary(let op): op.rawValue
    case .compare(let op): op.rawValue
    case .select: "select"
    case .movement(let op): op.name
    case .reduction(let op): op.name
    case .contraction(let op): op.name
    case .indexing(let op): op.name
    case .fft(let op): op.name
    case .loop: "loop"
    case .composite(let op): op.name
    case .stopGradient: "stopGradient"
    }
  }

  /// How many results the op has.
  public var resultCount: Int {
    switch self {
    case .reduction(.sort): 2
    case .fft(let op): op == .forward || op == .inverse || op == .realForward ? 2 : 1
    case .loop(let op): op.body.outputs.count
    case .composite(let op): op.body.outputs.count
    case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
      .movement, .reduction, .contraction, .indexing, .stopGradient:
      1
    }
  }
}

extension MovementOp {
  /// The name in the printed form and in errors.
  public var name: String {
    switch self {
    case .reshape: "reshape"
    case .transpose: "transpose"
    case .broadcast: "broadcast"
    case .slice: "slice"
    case .pad: "pad"
    case .reverse: "reverse"
    case .concatenate: "concatenate"
    }
  }
}

extension ReductionOp {
  /// The name in the printed form and in errors.
  public var name: String {
    switch self {
    case .reduce: "reduce"
    case .argReduce: "argReduce"
    case .cumulative: "cumulative"
    case .reduceWindow: "reduceWindow"
    case .sort: "sort"
    }
  }
}

extension ContractionOp {
  /// The name in the printed form and in errors.
  public var name: String {
    switch self {
    case .dot: "dot"
    case .convolution: "convolution"
    }
  }
}

extension IndexingOp {
  /// The name in the printed form and in errors.
  public var name: String {
    switch self {
    case .gather: "gather"
    case .scatterAdd: "scatterAdd"
    case .dynamicSlice: "dynamicSlice"
    case .dynamicUpdate: "dynamicUpdate"
    }
  }
}

extension FFTOp {
  /// The name in the printed form and in errors.
  public var name: String {
    switch self {
    case .forward: "fft"
    case .inverse: "ifft"
    case .realForward: "rfft"
    case .realInverse: "irfft"
    }
  }
}

extension Op {
  /// The words that an instruction can start with.
  static let knownHeads: [String] =
    [
      "constant", "iota", "convert", "bitcast", "random", "select", "reshape", "transpose",
      "broadcast", "slice", "pad", "reverse", "concatenate", "reduce", "argReduce", "cumulative",
      "reduceWindow", "sort", "dot", "convolution", "gather", "scatterAdd", "dynamicSlice",
      "dynamicUpdate", "fft", "ifft", "rfft", "irfft", "loop", "composite", "stopGradient",
    ] + UnaryOp.allCases.map(\.rawValue) + BinaryOp.allCases.map(\.rawValue)
    + CompareOp.allCases.map(\.rawValue)
}

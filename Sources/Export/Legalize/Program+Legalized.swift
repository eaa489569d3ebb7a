package import Programs
package import Tensors

extension Program {
  /// The program in the operations that a target has, with parameters as constants where it keeps them in
  /// its files.
  ///
  /// Results are those of the program: bit for bit where data only moves, within the errors of the
  /// polynomials in ``FittedPolynomial`` elsewhere.
  ///
  /// `parameter` gives the value of a parameter by path.
  ///
  /// - Returns: a program of the same outputs.
  /// - Throws: ``ShapeError`` if a rewrite is wrong.
  package func legalized(
    for target: ExportTarget, parameter: (String) -> Tensor?
  ) throws -> Program {
    var program = self
    for rewrite in target.expansions { program = try program.rewritten(rewrite) }
    program = program.simplified()
    for rewrite in target.canonicalForms { program = try program.rewritten(rewrite) }
    var given: [ValueID: Tensor] = [:]
    if target.embedsParameters {
      for input in program.inputs where input.role == .parameter || input.role == .variable {
        let type = program[input.value]
        given[input.value] = parameter(input.name).map { $0.converted(to: type.dtype) }
      }
    }
    return try program.foldingConstants(given)
  }
}

extension ExportTarget {
  /// All rewrites for the target, in order.
  package var rewrites: [Rewrite] { expansions + canonicalForms }

  /// Rewrites into simpler operations, in order.
  fileprivate var expansions: [Rewrite] {
    switch self {
    case .liteRT:
      [
        .inlineComposites(keepsSoftmax: true), .removeStops, .removeEmptyLoops, .widenLowPrecision,
        .expandRandom,
        .expandFFT, .expandFunctions([.erf, .expm1, .log1p, .rsqrt, .isFinite]),
        .guardDivision(hasFloatRemainder: false), .saturateConversions, .guardArgReduce,
        .expandCumulative, .expandSort(lastAxisDown: true), .expandWindows,
        .guardIndices(movesAxis: false, hasDynamicSlices: false),
        .expandConvolution(.init(leastSpatialRank: 2, groupsInThree: false)),
        .canonicalDot(multipliesIntegers: false, keepsAxes: false),
        .blockLoops(above: 256, blockSize: 32),
      ]
    case .onnx:
      [
        .fuseLSTM, .inlineComposites(keepsSoftmax: true), .removeStops, .removeEmptyLoops,
        .widenLowPrecision,
        .expandRandom,
        .expandFFT, .expandFunctions([.expm1, .log1p, .rsqrt, .isFinite]),
        .guardDivision(hasFloatRemainder: true), .saturateConversions, .guardArgReduce,
        .expandCumulative, .expandSort(lastAxisDown: false), .expandWindows,
        .guardIndices(movesAxis: true, hasDynamicSlices: false),
        .expandConvolution(.init()), .canonicalDot(multipliesIntegers: true, keepsAxes: true),
      ]
    case .stableHLO:
      [
        .inlineComposites(keepsSoftmax: false), .removeStops, .removeEmptyLoops, .expandRandom,
        .expandFunctions([.erf, .rsqrt]), .guardDivision(hasFloatRemainder: true),
        .guardIndices(movesAxis: false, hasDynamicSlices: true),
      ]
    }
  }

  /// Rewrites into the forms that writers expect, behind simplification, which would undo some of them.
  fileprivate var canonicalForms: [Rewrite] {
    switch self {
    case .liteRT:
      [
        .expandPad(.init(padsBooleans: false, greatestRank: 4)), .signedWords,
        .booleanArithmetic(selects: true, reduces: true), .alignBroadcasts,
      ]
    case .onnx:
      [
        .expandPad(.init()), .signedWords, .booleanArithmetic(selects: false, reduces: false),
        .alignBroadcasts,
      ]
    case .stableHLO: []
    }
  }
}

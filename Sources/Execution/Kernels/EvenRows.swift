import Programs

/// The rows that a convolution without padding reads along one spatial axis, in elements of the input.
///
/// Outputs of a line read rows that follow each other at one distance.
struct EvenRows {
  var start: Int
  var lines: Int
  var lineStride: Int
  var count: Int
  var rowStride: Int

  init?(_ layout: ConvolutionLayout) {
    let length = layout.lineLength
    guard layout.spatialRank == 1, layout.inside == 0..<length else { return nil }
    start = -layout.dimensions.padLow[0] * layout.inputStrides[1]
    lines = layout.targetShape[0]
    lineStride = layout.inputStrides[0]
    count = length
    rowStride = layout.dimensions.strides[0] * layout.inputStrides[1]
    // With one output a batch row, batch rows are the rows of one product.
    if length == 1 { (lines, count, rowStride) = (1, lines, lineStride) }
  }
}

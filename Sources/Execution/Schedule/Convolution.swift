import Programs
import Tensors

/// A cross-correlation in single precision of an input `[b, spatial…, c]` whose channels follow each
/// other with weights that are packed into panels, or dense taps where every channel is a group.
///
/// Operands input and weights. Where `mask` is false, the input counts as 0, whatever it holds.
struct Convolution: Hashable {
  var dimensions: ConvolutionDimensions
  /// `[taps…, c / groups, outputs]`.
  var kernelShape: Shape
  /// `[b, spatial…, outputs]`, before the epilogue.
  var resultShape: Shape
  /// One flag a timestep of the input, broadcast to its shape.
  var mask: BufferView?
  var epilogue = Epilogue()

  var spatialRank: Int { kernelShape.count - 2 }
  var tapCount: Int { kernelShape.dropLast(2).reduce(1, *) }
  /// Input channels of a group.
  var channels: Int { kernelShape[kernelShape.count - 2] }
  var outputs: Int { kernelShape[kernelShape.count - 1] }
  var isDepthwise: Bool { channels == 1 && dimensions.featureGroups > 1 }
  /// The terms of a sum.
  var k: Int { tapCount * channels }
  /// Outputs of all batch rows and positions.
  var rowCount: Int { resultShape.elementCount / max(outputs, 1) }

  /// The panels of the groups' weights, which begin so many elements behind the start of a buffer.
  func panels(from offset: Int) -> PanelLayout {
    let columns = outputs / dimensions.featureGroups
    return PanelLayout(
      starts: (0..<dimensions.featureGroups).map { offset + $0 * columns }, k: k, n: columns,
      rowStride: outputs, columnStride: 1)
  }
}

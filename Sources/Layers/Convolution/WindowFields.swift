import Programs
import Tensors

/// The fields that describe the windows of a convolution or pooling layer: over time, and over the
/// spatial axes behind it, of which 1-D layers have none, 2-D layers one and 3-D layers two.
struct WindowFields: Sendable {
  /// What the layer calls the number of taps.
  private let sizeName: String
  private let lists: [(name: String, dims: Dims)]
  private let spatialPadding: [Padding]

  /// The axes, time first.
  ///
  /// Numbers that cannot be are moved to the nearest that can: `check` reports them.
  let axes: [WindowAxis]

  /// How many spatial axes there are.
  var spatialRank: Int { axes.count - 1 }
  /// The number of taps along each axis.
  var taps: [Int] { axes.map(\.size) }

  /// The windows over time and over `spatialRank` axes.
  init(
    _ sizeName: String, _ size: Dims, strides: Dims, dilationRate: Dims, timePadding: PaddingMode,
    spatialPadding: [Padding] = [], spatialRank: Int = 0
  ) {
    self.sizeName = sizeName
    self.spatialPadding = spatialPadding
    lists = [(sizeName, size), ("strides", strides), ("dilationRate", dilationRate)]
    let rank = spatialRank + 1
    let numbers = lists.map { list in
      (list.dims.expanded(to: rank) ?? Array(repeating: 1, count: rank)).map(\.clampedField)
    }
    axes = (0..<rank).map { axis in
      let space =
        spatialPadding.indices.contains(axis - 1) ? spatialPadding[axis - 1] : .mode(.same)
      return WindowAxis(
        size: numbers[0][axis], stride: numbers[1][axis], dilation: numbers[2][axis],
        padding: axis == 0 ? .mode(timePadding) : space)
    }
  }

  /// The windows of a layer without spatial axes.
  init(
    _ sizeName: String, _ size: Int, strides: Int, dilationRate: Int = 1, padding: PaddingMode
  ) {
    self.init(
      sizeName, Dims(size), strides: Dims(strides), dilationRate: Dims(dilationRate),
      timePadding: padding)
  }

  /// Checks the numbers of the config.
  func check(_ layer: any SequenceLayer) throws(LayerError) {
    for (name, dims) in lists {
      guard dims.expanded(to: axes.count) != nil else {
        throw .config(
          layer, name, found: dims.values.shapeText,
          expected: "one number, or one for time and one for each of \(spatialRank) spatial axes")
      }
      for value in dims.values { try layer.require(name, value, atLeast: 1) }
    }
    guard taps.elementCount <= fieldLimit else {
      throw .config(
        layer, sizeName, found: "a window of \(taps.shapeText) taps",
        expected: "at most \(fieldLimit) taps in all")
    }
    guard spatialPadding.count == spatialRank else {
      throw .config(
        layer, "spatialPadding", found: "\(spatialPadding.count) paddings",
        expected: "one for each of the \(spatialRank) spatial axes")
    }
    for case .explicit(let pair) in spatialPadding {
      guard (0...fieldLimit).contains(pair.left), (0...fieldLimit).contains(pair.right) else {
        throw .config(
          layer, "spatialPadding", found: "explicit padding \(pair.left) and \(pair.right)",
          expected: "numbers of 0 or more")
      }
    }
  }

  /// The window over time.
  var time: TimeWindow {
    guard case .mode(let mode) = axes[0].padding else {
      preconditionFailure("Time is padded by mode.")
    }
    return TimeWindow(
      size: axes[0].size, stride: axes[0].stride, dilation: axes[0].dilation, mode: mode)
  }

  /// The windows over the spatial axes.
  var space: [AxisWindow] { axes.dropFirst().map { AxisWindow($0) } }

  /// The spatial extents of the output.
  ///
  /// - Throws: ``LayerError`` `.invalidInput` where not even one window fits.
  func spatialShape(
    _ shape: Shape, _ layer: any SequenceLayer
  ) throws(LayerError) -> Shape {
    var result: Shape = []
    for (index, window) in space.enumerated() {
      let extent = window.outputExtent(shape[index])
      guard extent > 0 else {
        throw .input(
          layer, found: "\(shape[index]) elements on axis \(index + 2)",
          expected: "at least the \(window.span) that a window spans",
          suggestion: "use spatialPadding same, or a smaller \(sizeName)")
      }
      result.append(extent)
    }
    return result
  }

  /// The layout of a convolution with these windows, time padded by `left` and `right`.
  func convolution(left: Int, right: Int, groups: Int) -> ConvolutionDimensions {
    ConvolutionDimensions(
      spatialRank: axes.count, strides: axes.map(\.stride), padLow: [left] + space.map(\.left),
      padHigh: [right] + space.map(\.right), kernelDilation: axes.map(\.dilation),
      featureGroups: groups)
  }

  /// The layout of a fold of these windows over `[b, t, ...space, ...]`, time padded alike.
  func fold(left: Int, right: Int, rank: Int) -> WindowDimensions {
    let rest = rank - 1 - axes.count
    func laidOut(_ numbers: [Int], others: Int) -> [Int] {
      [others] + numbers + Array(repeating: others, count: rest)
    }
    return WindowDimensions(
      size: laidOut(taps, others: 1), stride: laidOut(axes.map(\.stride), others: 1),
      dilation: laidOut(axes.map(\.dilation), others: 1),
      padLow: laidOut([left] + space.map(\.left), others: 0),
      padHigh: laidOut([right] + space.map(\.right), others: 0))
  }
}

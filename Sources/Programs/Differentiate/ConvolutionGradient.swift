import Tensors

/// The gradients of a convolution without batch groups, each again a convolution.
struct ConvolutionGradient {
  let dimensions: ConvolutionDimensions
  let input: Shape
  let kernel: Shape

  private var spatial: Range<Int> { 0..<dimensions.strides.count }
  private var channelAxis: Int { dimensions.strides.count + 1 }
  private var groups: Int { dimensions.featureGroups }

  var hasElements: Bool { input.elementCount > 0 && kernel.elementCount > 0 }

  /// The cotangent, spread by the strides, with the kernel turned round and its channel axes swapped.
  func ofInput(_ g: Value, kernel: Value) -> Value {
    var reversed = dimensions
    reversed.strides = dimensions.inputDilation
    reversed.inputDilation = dimensions.strides
    reversed.padLow = spatial.map { reach($0) - dimensions.padLow[$0] }
    reversed.padHigh = spatial.map { axis in
      let wanted = dilated(input[axis + 1], dimensions.inputDilation[axis]) + reach(axis)
      return wanted - spread(g, axis) - reversed.padLow[axis]
    }
    return g.convolved(swapped(kernel), reversed)
  }

  /// The input with rows as channels, correlated with the cotangent as a kernel.
  func ofKernel(_ g: Value, input: Value) -> Value {
    var weights = dimensions
    weights.strides = dimensions.kernelDilation
    weights.kernelDilation = dimensions.strides
    weights.padHigh = spatial.map { axis in
      let wanted = dilated(kernel[axis], dimensions.kernelDilation[axis]) + spread(g, axis) - 1
      let stuffed = dilated(input.shape[axis + 1], dimensions.inputDilation[axis])
      return wanted - stuffed - dimensions.padLow[axis]
    }
    weights.featureGroups = 1
    weights.batchGroups = groups
    let places = spatial.map { $0 + 1 }
    let rowsLast = input.transposed([channelAxis] + places + [0])
    let taps = g.transposed(places + [0, channelAxis])
    return rowsLast.convolved(taps, weights).transposed(places + [0, channelAxis])
  }

  /// The distance from the first to the last tap.
  private func reach(_ axis: Int) -> Int {
    dilated(kernel[axis], dimensions.kernelDilation[axis]) - 1
  }

  /// The extent of the cotangent after zeros are put between its elements.
  private func spread(_ g: Value, _ axis: Int) -> Int {
    dilated(g.shape[axis + 1], dimensions.strides[axis])
  }

  private func dilated(_ extent: Int, _ dilation: Int) -> Int { (extent - 1) * dilation + 1 }

  /// `[taps…, c / groups, o]` turned round as `[taps…, o / groups, c]`.
  private func swapped(_ kernel: Value) -> Value {
    let taps = Array(kernel.shape[..<spatial.count])
    let inputs = kernel.shape[spatial.count]
    let outputs = kernel.shape[spatial.count + 1] / groups
    let turned = kernel.reversed(axes: Array(spatial))
    let first = spatial.count
    guard groups > 1 else { return turned.transposed(Array(spatial) + [first + 1, first]) }
    return turned.reshaped(taps + [inputs, groups, outputs])
      .transposed(Array(spatial) + [first + 2, first + 1, first])
      .reshaped(taps + [outputs, groups * inputs])
  }
}

extension ConvolutionDimensions {
  /// The same convolution with feature groups only: batch groups side by side as channels.
  ///
  /// With both kinds of groups, outputs fall into runs that see one of each; every run gets the
  /// channels that it sees.
  func withoutBatchGroups(_ input: Value, _ kernel: Value) -> Value {
    let runs = Self.leastCommonMultiple(batchGroups, featureGroups)
    let rows = input.shape[0] / batchGroups
    let channels = input.shape[input.rank - 1] / featureGroups
    let seen = (0..<runs).map { run in
      let row = run * batchGroups / runs * rows
      let channel = run * featureGroups / runs * channels
      return input.sliced(axis: 0, from: row, to: row + rows)
        .sliced(axis: input.rank - 1, from: channel, to: channel + channels)
    }
    var ungrouped = self
    ungrouped.batchGroups = 1
    ungrouped.featureGroups = runs
    return Value.concatenate(seen, axis: input.rank - 1).convolved(kernel, ungrouped)
  }

  private static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
  }
}

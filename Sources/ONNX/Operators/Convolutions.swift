import Programs
import Tensors

/// Convolutions over one to three axes, channels first as ONNX has them.
enum Convolutions {
  static let rows = OperatorTable.single(["Conv": convolved, "ConvTranspose": transposed])

  /// The window of a convolution or pooling: numbers for each spatial axis.
  struct Window {
    var size: [Int]
    var strides: [Int]
    var dilations: [Int]
    var low: [Int]
    var high: [Int]

    init(_ call: NodeCall, size: [Int], input: [Int]) throws {
      let rank = size.count
      func list(_ name: String, _ preset: Int, _ count: Int) throws -> [Int] {
        let given = try call.integers(nil, name) ?? Array(repeating: preset, count: count)
        guard given.count == count, given.allSatisfy({ $0 >= preset && $0 < 1 << 24 }) else {
          throw call.invalid("\(name) = \(given)", expected: "\(count) numbers from \(preset)")
        }
        return given
      }
      guard rank > 0, input.count == rank, size.allSatisfy({ $0 > 0 && $0 < 1 << 24 }) else {
        throw call.invalid("a window of \(size)", expected: "one extent for each of \(input)")
      }
      self.size = size
      strides = try list("strides", 1, rank)
      dilations = try list("dilations", 1, rank)
      let pads = try call.integers(nil, "pads") ?? Array(repeating: 0, count: 2 * rank)
      guard pads.count == 2 * rank, pads.allSatisfy({ abs($0) < 1 << 24 }) else {
        throw call.invalid("pads of \(pads)", expected: "two for each axis")
      }
      (low, high) = (Array(pads[..<rank]), Array(pads[rank...]))
      let automatic = call.string("auto_pad", "NOTSET")
      guard automatic != "NOTSET" else { return }
      for axis in 0..<rank {
        let reach = (size[axis] - 1) * dilations[axis] + 1
        let count = (input[axis] + strides[axis] - 1) / strides[axis]
        let total = max(0, (count - 1) * strides[axis] + reach - input[axis])
        let isSame = automatic.hasPrefix("SAME")
        let less = isSame ? total / 2 : 0
        let more = isSame ? total - less : 0
        (low[axis], high[axis]) = automatic == "SAME_LOWER" ? (more, less) : (less, more)
      }
    }

    /// How far a window reaches along an axis.
    func reach(_ axis: Int) -> Int { (size[axis] - 1) * dilations[axis] + 1 }
  }

  private static let convolved: OperatorTable.Lowering = { call in
    let (x, w) = (try call.value(0), try call.value(1))
    guard x.rank == w.rank, x.rank >= 3 else {
      throw call.invalid("\(x.type) with \(w.type)", expected: "[b, c, …] with [o, c, k…]")
    }
    let y = try convolve(call, x, w)
    guard let bias = try call.optional(2) else { return y.channelsFirst }
    return (y + bias).channelsFirst
  }

  /// The convolution, channels last.
  static func convolve(_ call: NodeCall, _ x: Value, _ w: Value) throws -> Value {
    let spatial = Array(x.shape.dropFirst(2))
    let window = try Window(call, size: Array(w.shape.dropFirst(2)), input: spatial)
    let groups = call.int("group", 1)
    guard groups > 0, x.shape[1] == groups * w.shape[1], w.shape[0] % groups == 0 else {
      throw call.invalid("\(x.type) with \(w.type) in \(groups) groups", expected: "equal channels")
    }
    for axis in spatial.indices
    where spatial[axis] + window.low[axis] + window.high[axis] < window.reach(axis) {
      throw call.invalid(
        "\(x.type) for a window of \(window.reach(axis))", expected: "at least one whole window")
    }
    let rank = w.rank
    let kernel = w.transposed(Array(2..<rank) + [1, 0])
    return x.channelsLast.convolved(
      kernel,
      ConvolutionDimensions(
        spatialRank: rank - 2, strides: window.strides, padLow: window.low, padHigh: window.high,
        kernelDilation: window.dilations, featureGroups: groups))
  }

  /// The taps reversed, zeros between the inputs; the kernel `[c, o / g, k…]`.
  private static let transposed: OperatorTable.Lowering = { call in
    let (x, w) = (try call.value(0), try call.value(1))
    let groups = call.int("group", 1)
    guard x.rank == w.rank, x.rank >= 3, groups > 0, x.shape[1] == w.shape[0],
      x.shape[1] % groups == 0
    else { throw call.invalid("\(x.type) with \(w.type)", expected: "[b, c, …] with [c, o, k…]") }
    let spatial = Array(x.shape.dropFirst(2))
    var window = try Window(call, size: Array(w.shape.dropFirst(2)), input: spatial)
    let count = spatial.count
    let extra = try call.integers(nil, "output_padding") ?? Array(repeating: 0, count: count)
    guard extra.count == count else {
      throw call.invalid("output_padding = \(extra)", expected: "one for each axis")
    }
    let wanted = try call.integers(nil, "output_shape").map { Array($0.suffix(count)) }
    let automatic = call.string("auto_pad", "NOTSET")
    for axis in 0..<count where wanted != nil || automatic.hasPrefix("SAME") {
      let target = wanted?[axis] ?? spatial[axis] * window.strides[axis]
      let total =
        (spatial[axis] - 1) * window.strides[axis] + extra[axis] + window.reach(axis) - target
      // Where more is wanted than there is, the rest are zeros: half of it, rounded down.
      let half = total >> 1
      let other = total - half
      (window.low[axis], window.high[axis]) =
        automatic == "SAME_UPPER" ? (half, other) : (other, half)
    }
    let (c, o) = (x.shape[1] / groups, w.shape[1])
    let taps = Array(w.shape.dropFirst(2))
    let split = w.reshaped([groups, c, o] + taps)
    let order = Array(3..<3 + count) + [1, 0, 2]
    let kernel = split.reversed(axes: Array(3..<3 + count)).transposed(order)
      .reshaped(taps + [c, groups * o])
    let low = (0..<count).map { window.reach($0) - 1 - window.low[$0] }
    let high = (0..<count).map { window.reach($0) - 1 - window.high[$0] + extra[$0] }
    let y = x.channelsLast.convolved(
      kernel,
      ConvolutionDimensions(
        spatialRank: count, padLow: low, padHigh: high, inputDilation: window.strides,
        kernelDilation: window.dilations, featureGroups: groups))
    guard let bias = try call.optional(2) else { return y.channelsFirst }
    return (y + bias).channelsFirst
  }
}

extension Value {
  /// `[b, c, …]` as `[b, …, c]`.
  var channelsLast: Value { transposed([0] + Array(2..<rank) + [1]) }
  /// `[b, …, c]` as `[b, c, …]`.
  var channelsFirst: Value { transposed([0, rank - 1] + Array(1..<rank - 1)) }
}

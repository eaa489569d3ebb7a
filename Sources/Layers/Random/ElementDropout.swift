import Programs
import Tensors

/// Dropout of the elements of a sequence: which part is dropped, and along which axes one draw counts for all.
struct ElementDropout {
  var rate: Double
  /// Axes of the whole array, batch and time included.
  var shared: Set<Int> = []

  /// What the draws depend on.
  var draws: RandomDraws {
    RandomDraws(sharesRows: shared.contains(0), sharesTime: shared.contains(1))
  }

  /// Whether anything is drawn at all.
  var isRandom: Bool { rate > 0 && rate < 1 }

  /// The sequence without the dropped elements, the others divided by `1 - rate`; `words` gives so many random
  /// words a timestep.
  func dropped(_ x: SequenceValue, _ words: (RandomDraws, Int) -> Value) -> SequenceValue {
    guard rate > 0 else { return x }
    guard rate < 1 else { return x.mapValues(preservingZero: true, \.zerosLike) }
    let channels = x.channelShape.enumerated().map { shared.contains($0 + 2) ? 1 : $1 }
    let drawn = words(draws, channels.elementCount)
    let uniform = drawn.uniform.reshaped(Array(drawn.shape.prefix(2)) + channels)
    let isKept = uniform .< uniform.scalarLike(1 - rate)
    return x.mapValues(preservingZero: true) { values in
      let scaled = values.dtype.isFloating ? values / values.scalarLike(1 - rate) : values
      return isKept.select(scaled, values.scalarLike(0))
    }
  }

  /// Dropout with Keras's shape of the random choice: batch, time and channels, 1 where one draw counts for
  /// all and -1 where it does not; none is the shape of the input.
  init(
    rate: Double, noiseShape: [Int], _ input: ChannelSpec, _ layer: any SequenceLayer
  ) throws(LayerError) {
    guard (0...1).contains(rate) else {
      throw .config(layer, "rate", found: "\(rate)", expected: "a probability from 0 to 1")
    }
    self.rate = rate
    guard !noiseShape.isEmpty else { return }
    let expected = "1 or -1 for batch and time, then 1, -1 or the extent for each channel axis"
    guard noiseShape.count == input.shape.count + 2 else {
      throw .config(
        layer, "noiseShape", found: "\(noiseShape) for channels \(input.shape.shapeText)",
        expected: expected)
    }
    for (axis, extent) in noiseShape.enumerated() {
      let own = axis < 2 ? -1 : input.shape[axis - 2]
      guard [1, -1, own].contains(extent) else {
        throw .config(
          layer, "noiseShape", found: "\(extent) for axis \(axis)", expected: expected)
      }
      if extent == 1, own != 1 { shared.insert(axis) }
    }
  }

  /// Dropout of a part of the elements.
  init(rate: Double, shared: Set<Int>) { (self.rate, self.shared) = (rate, shared) }
}

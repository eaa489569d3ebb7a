import Programs
import Tensors

/// The channel axes that a normalisation folds, and its parameters laid over them.
struct NormAxes {
  /// Axes of the whole array, ascending.
  var axes: [Int]
  /// The extents of the axes: the parameters' shape.
  var extents: Shape
  /// The extents with 1 on every other axis, to be broadcast over `[b, t, ...channel]`.
  var broadcastShape: Shape

  init(_ axes: [Int], of input: ChannelSpec) {
    self.axes = axes
    extents = axes.map { input.shape[$0 - 2] }
    broadcastShape = (0..<(input.shape.count + 2)).map {
      axes.contains($0) ? input.shape[$0 - 2] : 1
    }
  }

  /// A parameter in the dtype of the values, ready to be broadcast.
  func laidOut(_ parameter: Value, _ dtype: DType) -> Value {
    parameter.converted(to: dtype).reshaped(broadcastShape)
  }

  /// The number of elements that are folded.
  var count: Int { extents.elementCount }
}

extension Value {
  /// `float32` instead of the low precisions.
  func widened(_ widens: Bool = true) -> Value {
    let isLow = dtype == .bfloat16 || dtype == .float16
    return widens && isLow ? converted(to: .float32) : self
  }

  /// The mean over axes that stay with extent 1.
  func mean(over axes: [Int]) -> Value {
    let count = axes.reduce(1) { $0 * shape[$1] }
    return reduced(.sum, axes: axes, keepingAxes: true) / scalarLike(Double(count))
  }

  /// This, through which no gradient passes where `condition` holds.
  func stoppingGradient(where condition: Value) -> Value {
    condition.select(stoppingGradient, self)
  }
}

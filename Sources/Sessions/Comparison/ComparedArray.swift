internal import Tensors

/// An array as the comparison sees it: doubles `[b, t, c]` with all channel axes in one, and a mask.
///
/// The two parts of a complex number count as two channels.
struct ComparedArray {
  let values: [Double]
  /// Which timesteps count, `[b, t]`; nil if all do.
  let mask: [Bool]?
  let rowCount: Int
  let timeCount: Int
  let channelCount: Int
  /// The channel axes before they were joined.
  let channelShape: Shape
  let dtype: DType

  /// Takes an array `[b, t, …]`, or `[t]` as one row.
  ///
  /// - Precondition: `tensor` has at least one axis, and `mask` is `[b, t]`.
  init(_ tensor: Tensor, mask: Tensor?) {
    let shape = ComparedArray.shape(of: tensor)
    rowCount = shape[0]
    timeCount = shape[1]
    channelShape = Array(shape.dropFirst(2))
    channelCount = channelShape.elementCount
    dtype = tensor.dtype
    self.mask = mask.map { $0.elements(as: Bool.self) }
    if dtype == .complex64 {
      values = tensor.withUnsafeElements(of: Complex64.self) { numbers in
        numbers.flatMap { [Double($0.real), Double($0.imaginary)] }
      }
    } else {
      values = tensor.doubles()
    }
  }

  /// The shape `[b, t, …]`: one row for a single axis, a last axis of 2 for complex numbers.
  static func shape(of tensor: Tensor) -> Shape {
    let axes = tensor.rank == 1 ? [1] + tensor.shape : tensor.shape
    return tensor.dtype == .complex64 ? axes + [2] : axes
  }

  /// Whether a timestep counts; those outside the array do not.
  func isValid(_ row: Int, _ time: Int) -> Bool {
    guard time >= 0, time < timeCount else { return false }
    return mask?[row * timeCount + time] ?? true
  }

  /// The position of a timestep's first channel.
  func start(_ row: Int, _ time: Int) -> Int { (row * timeCount + time) * channelCount }
}

package import Tensors

/// An array as the comparison sees it: doubles `[b, t, c]` with all channel axes in one, and a mask.
///
/// The two parts of a complex number count as two channels.
package struct ComparedArray: Sendable {
  package internal(set) var values: [Double]
  /// Which timesteps count, `[b, t]`; nil if all do.
  package let mask: [Bool]?
  package let rowCount: Int
  package let timeCount: Int
  package let channelCount: Int
  /// The channel axes before they were joined.
  package let channelShape: Shape
  package let dtype: DType
  /// The timesteps `[b, t]` about which this array says anything; nil if it is all.
  private(set) var covered: [Bool]?

  /// Takes an array `[b, t, …]`, or `[t]` as one row.
  ///
  /// - Precondition: `tensor` has at least one axis, and `mask` is `[b, t]`.
  package init(_ tensor: Tensor, mask: Tensor?) {
    let shape = ComparedArray.shape(of: tensor)
    rowCount = shape[0]
    timeCount = shape[1]
    channelShape = Array(shape.dropFirst(2))
    channelCount = channelShape.elementCount
    dtype = tensor.dtype
    self.mask = mask.map { $0.elements(as: Bool.self) }
    covered = nil
    if dtype == .complex64 {
      values = tensor.withUnsafeElements(of: Complex64.self) { numbers in
        numbers.flatMap { [Double($0.real), Double($0.imaginary)] }
      }
    } else {
      values = tensor.doubles()
    }
  }

  /// An array like `other` in all but its values, about some of its timesteps.
  init(like other: ComparedArray, values: [Double], covered: [Bool]? = nil) {
    self.values = values
    self.covered = covered
    (mask, rowCount, timeCount) = (other.mask, other.rowCount, other.timeCount)
    (channelCount, channelShape, dtype) = (other.channelCount, other.channelShape, other.dtype)
  }

  private init(
    values: [Double], mask: [Bool]?, covered: [Bool]?, rowCount: Int, timeCount: Int,
    channelShape: Shape, dtype: DType
  ) {
    (self.values, self.mask, self.covered) = (values, mask, covered)
    (self.rowCount, self.timeCount) = (rowCount, timeCount)
    (self.channelShape, self.dtype) = (channelShape, dtype)
    channelCount = channelShape.elementCount
  }

  /// The shape `[b, t, …]`: one row for a single axis, a last axis of 2 for complex numbers.
  package static func shape(of tensor: Tensor) -> Shape {
    let axes = tensor.rank == 1 ? [1] + tensor.shape : tensor.shape
    return tensor.dtype == .complex64 ? axes + [2] : axes
  }

  /// Whether a timestep counts; those outside the array do not.
  package func isValid(_ row: Int, _ time: Int) -> Bool {
    guard time >= 0, time < timeCount else { return false }
    return mask?[row * timeCount + time] ?? true
  }

  /// Whether the array says anything about a timestep.
  func covers(_ row: Int, _ time: Int) -> Bool {
    guard time >= 0, time < timeCount else { return false }
    return covered?[row * timeCount + time] ?? true
  }

  /// The position of a timestep's first channel.
  package func start(_ row: Int, _ time: Int) -> Int { (row * timeCount + time) * channelCount }

  /// The index on each channel axis.
  package func channelIndex(_ channel: Int) -> [Int] { channelShape.position(of: channel) }

  /// The largest finite magnitude at valid timesteps; 0 if there is none.
  package var largestMagnitude: Double {
    var largest = 0.0
    for row in 0..<rowCount {
      for time in 0..<timeCount where isValid(row, time) {
        let start = start(row, time)
        for value in values[start..<start + channelCount] where value.isFinite {
          largest = max(largest, value.magnitude)
        }
      }
    }
    return largest
  }
}

extension ComparedArray {
  /// The channels of an array of one row as rows of one channel.
  func channelsAsRows() -> ComparedArray {
    ComparedArray(
      values: transposed(timeCount, channelCount), mask: repeated(mask, channelCount),
      covered: repeated(covered, channelCount), rowCount: channelCount, timeCount: timeCount,
      channelShape: [], dtype: dtype)
  }

  /// What ``channelsAsRows()`` made, as channels again; a timestep is covered if it is in every channel.
  func rowsAsChannels(like other: ComparedArray) -> ComparedArray {
    let flags = covered.map { covered in
      (0..<timeCount).map { time in
        (0..<rowCount).allSatisfy { covered[$0 * timeCount + time] }
      }
    }
    return ComparedArray(like: other, values: transposed(rowCount, timeCount), covered: flags)
  }

  /// The values of a matrix of so many rows and columns with the two exchanged.
  private func transposed(_ rows: Int, _ columns: Int) -> [Double] {
    (0..<values.count).map { values[$0 % rows * columns + $0 / rows] }
  }

  private func repeated(_ flags: [Bool]?, _ count: Int) -> [Bool]? {
    flags.map { Array(repeatElement($0, count: count).joined()) }
  }
}

extension Shape {
  /// The position along every axis of an element, of those counted over all axes.
  package func position(of element: Int) -> Shape {
    zip(self, rowMajorStrides).map { extent, stride in element / stride % extent }
  }
}

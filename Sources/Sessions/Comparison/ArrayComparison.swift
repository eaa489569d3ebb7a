package import Tensors

/// The comparison of a layer-wise result with a step-wise one, from any framework.
///
/// Both are arrays `[b, t, …]`; `[t]` is one row. They are equal if every difference of valid
/// timesteps is at most the tolerance, the masks are equal, and none has valid timesteps that the
/// other lacks. NaN equals NaN and differs infinitely from any number; infinities of one sign are
/// equal. Without masks all timesteps are valid; a mask given for one array holds for both.
package struct ArrayComparison: Sendable {
  /// What may be said about the arrays beforehand.
  package struct Options: Hashable, Sendable {
    /// The largest absolute difference that counts as equal.
    package var tolerance: Double
    /// The number of timesteps that were fed at once, if it is known.
    package var block: Int?

    package init(tolerance: Double = 1e-5, block: Int? = nil) {
      self.tolerance = tolerance
      self.block = block
    }
  }

  /// What one of the two arrays looked like.
  package struct Side: Hashable, Sendable {
    package let shape: Shape
    package let dtype: DType
  }

  package let offline: Side
  package let stream: Side
  package let options: Options
  /// The differences with both arrays as they are.
  package let unmoved: Differences
  /// The valid timesteps, of all rows together, that STREAM has behind the end of OFFLINE; negative
  /// if it lacks so many.
  package let extraCount: Int
  /// The differences with STREAM moved in time, if that makes the arrays agree clearly better.
  package let moved: Differences?
  /// Whether the remaining differences come back in every block.
  package let seams: SeamPattern?
  /// Whether the block length was given and the differences do not follow it.
  package let contradictsBlock: Bool

  /// Whether the arrays are equal within the tolerance as they are.
  package var areEqual: Bool { unmoved.areEqual && extraCount == 0 }

  /// The dtype in which units in the last place are counted.
  package var ulpDType: DType { ValueDifference.coarser(offline.dtype, stream.dtype) }

  /// Compares two arrays.
  ///
  /// - Throws: ``ComparisonError`` if they have different rows or channels, or nothing to compare,
  ///   or if a mask does not fit.
  package init(
    offline offlineTensor: Tensor, stream streamTensor: Tensor, offlineMask: Tensor? = nil,
    streamMask: Tensor? = nil, options: Options = Options()
  ) throws(ComparisonError) {
    try ArrayComparison.checkShapes(offlineTensor, streamTensor)
    try ArrayComparison.checkMasks(offlineTensor, streamTensor, offlineMask, streamMask)
    let first = ComparedArray(offlineTensor, mask: offlineMask)
    let second = ComparedArray(streamTensor, mask: streamMask)
    offline = Side(shape: offlineTensor.shape, dtype: offlineTensor.dtype)
    stream = Side(shape: streamTensor.shape, dtype: streamTensor.dtype)
    self.options = options
    unmoved = Differences.find(first, second, shift: 0, tolerance: options.tolerance)
    extraCount = ArrayComparison.extraCount(first, second)
    guard unmoved.comparedCount > 0 || unmoved.maskCount > 0 else {
      throw ComparisonError(
        code: .empty, offlineShape: offlineTensor.shape, streamShape: streamTensor.shape,
        reason: "no timestep is valid in both")
    }
    guard !unmoved.areEqual else {
      (moved, seams, contradictsBlock) = (nil, nil, false)
      return
    }
    let shift = ShiftSearch.best(first, second)
    let best =
      shift == 0
      ? nil : Differences.find(first, second, shift: shift, tolerance: options.tolerance)
    moved = best
    let sizes = ArrayComparison.sizesInStream(best ?? unmoved, timeCount: second.timeCount)
    let given = options.block.flatMap {
      SeamPattern.find(sizes, tolerance: options.tolerance, block: $0)
    }
    seams = given ?? SeamPattern.find(sizes, tolerance: options.tolerance)
    contradictsBlock = options.block != nil && given == nil && (best ?? unmoved).differingCount > 0
  }

  /// The sizes of the differences along the time of STREAM, where blocks begin at multiples.
  private static func sizesInStream(_ found: Differences, timeCount: Int) -> [Double?] {
    (0..<timeCount).map { time in
      let source = time - found.shift
      return found.envelope.indices.contains(source) ? found.envelope[source] : nil
    }
  }

  private static func extraCount(_ offline: ComparedArray, _ stream: ComparedArray) -> Int {
    // A mask of one array says nothing about timesteps that only the other has.
    guard (offline.mask == nil) == (stream.mask == nil) else { return 0 }
    func validCount(_ array: ComparedArray, from start: Int) -> Int {
      var count = 0
      for row in 0..<array.rowCount {
        for time in min(start, array.timeCount)..<array.timeCount where array.isValid(row, time) {
          count += 1
        }
      }
      return count
    }
    return validCount(stream, from: offline.timeCount) - validCount(offline, from: stream.timeCount)
  }

  private static func checkShapes(_ offline: Tensor, _ stream: Tensor) throws(ComparisonError) {
    func error(_ code: ComparisonError.Code, _ reason: String) -> ComparisonError {
      ComparisonError(
        code: code, offlineShape: offline.shape, streamShape: stream.shape, reason: reason)
    }
    guard offline.rank > 0, stream.rank > 0 else {
      throw error(.shape, "a single number has no timesteps; expected [b, t, …]")
    }
    let (a, b) = (ComparedArray.shape(of: offline), ComparedArray.shape(of: stream))
    guard a.count == b.count else {
      throw error(
        .shape, "they have \(offline.rank) and \(stream.rank) axes; expected [b, t, …] of both")
    }
    guard a[0] == b[0] else { throw error(.shape, "they have \(a[0]) and \(b[0]) rows") }
    guard a.dropFirst(2) == b.dropFirst(2) else {
      let isSwapped = a.count == 3 && b.count == 3 && a[1] == b[2] && a[2] == b[1]
      let hint = isSwapped ? "; one seems to be [b, c, t]: transpose it to [b, t, c]" : ""
      throw error(.shape, "their channel axes differ\(hint)")
    }
    guard !a.contains(0), !b.contains(0) else {
      throw error(.empty, "one is empty: there is nothing to compare")
    }
  }

  private static func checkMasks(
    _ offline: Tensor, _ stream: Tensor, _ offlineMask: Tensor?, _ streamMask: Tensor?
  ) throws(ComparisonError) {
    for (name, array, mask) in [("OFFLINE", offline, offlineMask), ("STREAM", stream, streamMask)] {
      let expected = Array(ComparedArray.shape(of: array).prefix(2))
      guard let mask, mask.shape != expected else { continue }
      throw ComparisonError(
        code: .mask, offlineShape: offline.shape, streamShape: stream.shape,
        reason: "the mask of \(name) is \(mask.shape.shapeText); expected \(expected.shapeText)")
    }
  }
}

package import Tensors

/// The comparison of a layer-wise result with a step-wise one, from any framework.
///
/// Both are arrays `[b, t, …]`; `[t]` is one row. They are equal if all valid timesteps are the same or
/// as near as was requested, rounding if no difference is larger than an ``ErrorBudget``, and else they
/// differ; so they do if the masks differ, or one has valid timesteps that the other lacks. NaN equals
/// NaN and differs infinitely from any number; infinities of one sign are equal. Without masks all
/// timesteps are valid; a mask given for one array holds for both.
package struct ArrayComparison: Sendable {
  /// What may be said about the arrays beforehand.
  package struct Options: Hashable, Sendable {
    /// What counts as equal; nil leaves it to the error budget.
    package var tolerance: Tolerance?
    /// The number of timesteps that were fed at once, if it is known.
    package var block: Int?
    /// A type that the values were rounded to on the way, if it is coarser than that of the arrays.
    package var precision: DType?
    /// The terms of the longest sums, and the layers, that rounding errors come from.
    package var terms: Int
    package var depth: Int
    package var names: ComparisonNames

    package init(
      tolerance: Tolerance? = nil, block: Int? = nil, precision: DType? = nil, terms: Int = 1024,
      depth: Int = 8, names: ComparisonNames = .files
    ) {
      self.precision = precision
      self.tolerance = tolerance
      self.block = block
      self.terms = terms
      self.depth = depth
      self.names = names
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
  /// By what values were judged.
  package let criterion: Criterion
  /// The differences with both arrays as they are.
  package let unmoved: Differences
  /// The valid timesteps, of all rows together, that STREAM has behind the end of OFFLINE; negative
  /// if it lacks so many.
  package let extraCount: Int
  /// What explains the differences: the second is about what the first leaves.
  package let explanations: [Explanation]
  /// How alike they are when one is moved in time; nil where a shift is known or nothing differs.
  package let likeness: TimeLikeness?
  /// Whether the differences come back in every block.
  package let seams: SeamPattern?
  /// Whether the block length was given and the differences do not follow it.
  package let contradictsBlock: Bool
  /// The names of the channel axes' places: for one channel axis none are needed.
  let channelShape: Shape
  /// Values that are not numbers, of OFFLINE and STREAM, where only one is.
  package let onlyNaN: (offline: Int, stream: Int)

  /// What the two are to each other.
  package var verdict: Closeness {
    let differs = !unmoved.areEqual || extraCount != 0
    return criterion.closeness(largest: unmoved.largest?.difference ?? 0, anyDiffers: differs)
  }

  /// Whether nothing differs by more than was requested or than rounding explains.
  package var areEqual: Bool { verdict != .differ }

  /// By how many timesteps STREAM was found to be late.
  package var shift: Int { explanations.lazy.compactMap(\.shift).first ?? 0 }

  /// Compares two arrays.
  ///
  /// - Throws: ``ComparisonError`` if they have different rows or channels, or nothing to compare,
  ///   or if a mask does not fit.
  package init(
    offline offlineTensor: Tensor, stream streamTensor: Tensor, offlineMask: Tensor? = nil,
    streamMask: Tensor? = nil, options: Options = Options()
  ) throws(ComparisonError) {
    try ComparisonError.checkShapes(offlineTensor, streamTensor)
    try ComparisonError.checkMasks(offlineTensor, streamTensor, offlineMask, streamMask)
    let first = ComparedArray(offlineTensor, mask: offlineMask)
    let second = ComparedArray(streamTensor, mask: streamMask)
    offline = Side(shape: offlineTensor.shape, dtype: offlineTensor.dtype)
    stream = Side(shape: streamTensor.shape, dtype: streamTensor.dtype)
    self.options = options
    channelShape = first.channelShape
    criterion = Criterion(for: first, second, options: options)
    unmoved = Differences.find(first, second, criterion)
    extraCount = ArrayComparison.extraCount(first, second)
    guard unmoved.comparedCount > 0 || unmoved.maskCount > 0 else {
      throw ComparisonError(
        .empty, offlineTensor, streamTensor, "no timestep is valid in both")
    }
    guard unmoved.differingCount > 0 else {
      (explanations, likeness, seams, contradictsBlock) = ([], nil, nil, false)
      onlyNaN = (0, 0)
      return
    }
    onlyNaN = ArrayComparison.onlyNaN(first, second)
    let pair = ComparedPair(first, second, criterion, block: options.block)
    explanations = ExplanationSearch.explanations(of: pair)
    let movesTime = explanations.contains { $0.kind.movesTime }
    likeness = movesTime ? nil : TimeLikeness.find(pair)
    // With time put right, the seams are those of what is left.
    let moved = explanations.first { $0.kind.movesTime }
    let left = moved?.remaining ?? unmoved
    let search = SeamSearch(left, pair, isMoved: moved != nil)
    let given = options.block.flatMap { search.pattern(block: $0) }
    seams = given ?? search.pattern(block: nil)
    let isNamed = explanations.contains { $0.period != nil && $0.period == options.block }
    contradictsBlock =
      options.block != nil && given == nil && left.differingCount > 0 && !isNamed
  }

  /// The values that are not numbers on one side only.
  private static func onlyNaN(
    _ offline: ComparedArray, _ stream: ComparedArray
  ) -> (offline: Int, stream: Int) {
    var count = (offline: 0, stream: 0)
    for time in 0..<min(offline.timeCount, stream.timeCount) {
      for row in 0..<offline.rowCount
      where offline.isValid(row, time) && stream.isValid(row, time) {
        let (start, otherStart) = (offline.start(row, time), stream.start(row, time))
        for channel in 0..<offline.channelCount {
          let isFirst = offline.values[start + channel].isNaN
          let isSecond = stream.values[otherStart + channel].isNaN
          if isFirst, !isSecond { count.offline += 1 }
          if isSecond, !isFirst { count.stream += 1 }
        }
      }
    }
    return count
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
}

extension Explanation.Kind {
  /// Whether timesteps are compared with others than those of the same number.
  package var movesTime: Bool {
    switch self {
    case .shift, .drift, .timeOrder, .shiftAndGain: true
    case .rowOrder, .channelOrder, .sign, .gain, .offset, .gainAndOffset, .constant, .clipping,
      .function:
      false
    }
  }
}

public import Programs
public import Tensors

/// A sequence while it is being traced: values `[b, t, ...channel]` and a mask `[b, t]` that is true
/// where a timestep is valid.
///
/// Values at invalid timesteps are arbitrary (NaN included) unless `isMasked`, when they are 0.
public struct SequenceValue {
  /// The values, or their real parts.
  public var values: Value
  /// The imaginary parts of a complex sequence.
  public var imaginary: Value?
  /// Which timesteps are valid.
  public var mask: Value
  /// Whether values at invalid timesteps are known to be 0.
  public var isMasked: Bool

  /// Makes a sequence.
  public init(_ values: Value, imaginary: Value? = nil, mask: Value, isMasked: Bool = false) {
    self.values = values
    self.imaginary = imaginary
    self.mask = mask
    self.isMasked = isMasked
  }

  /// The number of rows.
  public var batch: Int { mask.shape[0] }
  /// The number of timesteps.
  public var time: Int { mask.shape[1] }
  /// The shape after `[b, t]`.
  public var channelShape: Shape { Array(values.shape.dropFirst(2)) }
  /// The element type.
  public var dtype: DType { imaginary == nil ? values.dtype : .complex64 }
  /// Channel shape and dtype.
  public var channelSpec: ChannelSpec { ChannelSpec(channelShape, dtype) }

  /// The mask as `[b, t, 1, ...]`, to be broadcast over `values`.
  public var expandedMask: Value { Self.expand(mask, toRank: values.rank) }

  private static func expand(_ mask: Value, toRank rank: Int) -> Value {
    mask.reshaped(mask.shape + Array(repeating: 1, count: max(0, rank - 2)))
  }

  /// The sequence with 0 at invalid timesteps, by selection, so that NaN does not survive.
  public func maskedInvalid() -> SequenceValue {
    guard !isMasked else { return self }
    var result = filledInvalid(with: 0)
    result.isMasked = true
    return result
  }

  /// The sequence with a number at invalid timesteps; the imaginary part becomes 0 there.
  public func filledInvalid(with number: Double) -> SequenceValue {
    var result = self
    let condition = expandedMask
    result.values = condition.select(values, values.scalarLike(number))
    result.imaginary = imaginary.map { condition.select($0, $0.scalarLike(0)) }
    result.isMasked = false
    return result
  }

  /// The same sequence, of which nothing is known at invalid timesteps.
  public func unmasked() -> SequenceValue {
    var result = self
    result.isMasked = false
    return result
  }

  /// Applies a function to the values, time and batch kept.
  ///
  /// With `preservingZero` the caller promises `f(0) = 0`, so that a masked sequence stays masked.
  public func mapValues(preservingZero: Bool = false, _ f: (Value) -> Value) -> SequenceValue {
    SequenceValue(
      f(values), imaginary: imaginary.map(f), mask: mask, isMasked: isMasked && preservingZero)
  }

  /// Moves elements of values, real and imaginary alike, and keeps what is known of invalid steps.
  public func moved(_ f: (Value) -> Value, mask f2: (Value) -> Value) -> SequenceValue {
    SequenceValue(
      f(values), imaginary: imaginary.map(f), mask: f2(mask), isMasked: isMasked)
  }

  /// The timesteps `start ..< limit`, every `stride`-th.
  public func slicedTime(from start: Int, to limit: Int, stride: Int = 1) -> SequenceValue {
    let cut: (Value) -> Value = { $0.sliced(axis: 1, from: start, to: limit, stride: stride) }
    return moved(cut, mask: cut)
  }

  /// Adds timesteps on both sides with values `padValue`, all valid or all invalid.
  public func paddedTime(
    _ left: Int, _ right: Int, valid: Bool, padValue: Double = 0
  ) -> SequenceValue {
    guard left != 0 || right != 0 else { return self }
    var result = moved(
      { $0.padded(axis: 1, low: left, high: right, value: padValue) },
      mask: { $0.padded(axis: 1, low: left, high: right, value: valid ? 1 : 0) })
    if !valid && padValue != 0 { result.isMasked = false }
    return result
  }

  /// Adds invalid timesteps on the right up to a multiple of `count`.
  public func paddedToMultiple(of count: Int) -> SequenceValue {
    paddedTime(0, Rational.floorModulo(-time, count), valid: false)
  }

  /// Physically reverses the time axis.
  public func reversedTime() -> SequenceValue {
    moved({ $0.reversed(axes: [1]) }, mask: { $0.reversed(axes: [1]) })
  }

  /// Repeats every timestep `count` times.
  public func repeatedTime(_ count: Int) -> SequenceValue {
    guard count != 1 else { return self }
    return moved({ $0.repeated(count, axis: 1) }, mask: { $0.repeated(count, axis: 1) })
  }

  /// Converts the values to a real dtype.
  public func converted(to dtype: DType) -> SequenceValue {
    mapValues(preservingZero: true) { $0.converted(to: dtype) }
  }

  /// Joins sequences in time; masked only if all are.
  ///
  /// - Precondition: there is at least one.
  public static func concatenateTime(_ sequences: [SequenceValue]) -> SequenceValue {
    let imaginaries = sequences.compactMap(\.imaginary)
    return SequenceValue(
      Value.concatenate(sequences.map(\.values), axis: 1),
      imaginary: imaginaries.isEmpty ? nil : Value.concatenate(imaginaries, axis: 1),
      mask: Value.concatenate(sequences.map(\.mask), axis: 1),
      isMasked: sequences.allSatisfy(\.isMasked))
  }

  /// The number of valid timesteps of each row, `i32[b]`.
  public var lengths: Value { mask.converted(to: .int32).reduced(.sum, axes: [1]) }

  /// The position of each timestep among the valid ones of its row, -1 before the first; `i32[b, t]`.
  public var validPositions: Value {
    mask.converted(to: .int32).cumulative(.sum, axis: 1).adding(-1)
  }
}

extension Value {
  /// A number as a scalar of this value's dtype.
  public func scalarLike(_ number: Double) -> Value { builder.scalar(number, dtype) }

  /// Repeats every element of an axis `count` times.
  public func repeated(_ count: Int, axis: Int) -> Value {
    guard count != 1 else { return self }
    var wide = shape
    wide.insert(count, at: axis + 1)
    var result = shape
    result[axis] *= count
    let axes: [Int] = (0..<rank).map { $0 <= axis ? $0 : $0 + 1 }
    return broadcast(to: wide, axes: axes).reshaped(result)
  }
}

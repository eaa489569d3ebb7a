import Layers
public import Tensors

// What is done to sequences in memory; the same operations while tracing are `SequenceValue`'s.
extension SequenceTensor {
  /// The sequences with other values of as many rows and timesteps.
  ///
  /// - Throws: what `transform` throws; ``RuntimeError`` `.invalidSequence` when rows or timesteps differ.
  public func mapValues(_ transform: (Tensor) throws -> Tensor) throws -> SequenceTensor {
    try SequenceTensor(values: transform(values), mask: mask)
  }

  /// Other values and another mask, made of both.
  ///
  /// - Throws: what `transform` throws; ``RuntimeError`` `.invalidSequence` when they do not fit each other.
  public func map(
    _ transform: (_ values: Tensor, _ mask: Tensor) throws -> (values: Tensor, mask: Tensor)
  ) throws -> SequenceTensor {
    let made = try transform(values, mask)
    return try SequenceTensor(values: made.values, mask: made.mask)
  }

  /// The same numbers in another dtype.
  public func converted(to dtype: DType) -> SequenceTensor {
    SequenceTensor(uncheckedValues: values.converted(to: dtype), mask: mask)
  }

  /// The sequences with timesteps before and behind, all valid or all invalid, every element `value`.
  public func padded(
    left: Int = 0, right: Int = 0, valid: Bool, value: Double = 0
  ) -> SequenceTensor {
    guard left > 0 || right > 0 else { return self }
    func filler(_ count: Int) -> SequenceTensor {
      let shape = [batch, max(0, count)]
      return SequenceTensor(
        uncheckedValues: Tensor(repeating: value, shape: shape + channelShape, values.dtype),
        mask: Tensor(repeating: valid ? 1 : 0, shape: shape, .bool))
    }
    return .concatenate([filler(left), self, filler(right)])
  }

  /// The sequences with invalid zeros behind, up to a multiple of `count` timesteps.
  public func paddedToMultiple(of count: Int) -> SequenceTensor {
    padded(right: Rational.floorModulo(-time, max(1, count)), valid: false)
  }

  /// The sequences with the time axis reversed, padding included.
  public func reversedTime() -> SequenceTensor {
    let order = (0..<batch).flatMap { row in (0..<time).reversed().map { row * time + $0 } }
    func reversed(_ tensor: Tensor) -> Tensor {
      let channels = Array(tensor.shape.dropFirst(2))
      return tensor.reshaped([batch * time] + channels).rows(order).reshaped(tensor.shape)
    }
    return SequenceTensor(uncheckedValues: reversed(values), mask: reversed(mask))
  }

  /// Every `stride`-th timestep of a range within the sequences.
  ///
  /// - Precondition: the range lies within `0 ..< time`, and the stride is positive.
  public func timesteps(_ range: Range<Int>, stride: Int) -> SequenceTensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= time && stride > 0)
    let kept = Swift.stride(from: range.lowerBound, to: range.upperBound, by: stride)
    let order = (0..<batch).flatMap { row in kept.map { row * time + $0 } }
    let shape = [batch, order.count / max(1, batch)]
    let picked = values.reshaped([batch * time] + channelShape).rows(order)
    return SequenceTensor(
      uncheckedValues: picked.reshaped(shape + channelShape),
      mask: mask.reshaped([batch * time]).rows(order).reshaped(shape))
  }

  /// The channels of a range along one channel axis, 0 being the first.
  ///
  /// - Throws: ``RuntimeError`` `.invalidSequence` for an axis or a range that the channels do not have.
  public func channels(
    _ range: Range<Int>, axis: Int = 0
  ) throws(RuntimeError) -> SequenceTensor {
    guard channelShape.indices.contains(axis), range.lowerBound >= 0,
      range.upperBound <= channelShape[axis]
    else {
      throw RuntimeError(
        .invalidSequence,
        found: "channels \(range.lowerBound) ..< \(range.upperBound) of axis \(axis)",
        expected: "a part of the channel shape \(channelShape.shapeText)")
    }
    let extent = channelShape[axis]
    let outer = batch * time * channelShape[..<axis].reduce(1, *)
    let inner = Array(channelShape[(axis + 1)...])
    let order = (0..<outer).flatMap { row in range.map { row * extent + $0 } }
    var shape = channelShape
    shape[axis] = range.count
    let picked = values.reshaped([outer * extent] + inner).rows(order)
    return SequenceTensor(uncheckedValues: picked.reshaped([batch, time] + shape), mask: mask)
  }

  // MARK: - Comparison

  /// Whether masks are equal, and values at valid timesteps bit for bit; the shorter counts as followed by
  /// invalid timesteps.
  public func isSame(as other: SequenceTensor) -> Bool {
    compared(with: other) { $0.maskedInvalid().values.bitsEqual($1.maskedInvalid().values) }
  }

  /// Whether masks are equal, and values at valid timesteps within `absolute + relative · |other|`, NaN being
  /// close to NaN; the shorter counts as followed by invalid timesteps.
  public func isClose(
    to other: SequenceTensor, relative: Double = 1e-6, absolute: Double = 1e-6
  ) -> Bool {
    func numbers(_ x: SequenceTensor) -> [Double] {
      let values = x.maskedInvalid().values
      return values.realPart.doubles() + values.imaginaryPart.doubles()
    }
    return compared(with: other) { a, b in
      zip(numbers(a), numbers(b)).allSatisfy { x, y in
        x == y || (x.isNaN && y.isNaN) || abs(x - y) <= absolute + relative * abs(y)
      }
    }
  }

  private func compared(
    with other: SequenceTensor, _ areAlike: (SequenceTensor, SequenceTensor) -> Bool
  ) -> Bool {
    guard batch == other.batch, channelSpec == other.channelSpec else { return false }
    let time = max(self.time, other.time)
    let (a, b) = (padded(by: time - self.time), other.padded(by: time - other.time))
    return a.mask.bitsEqual(b.mask) && areAlike(a, b)
  }
}

extension SequenceTensor: CustomStringConvertible {
  /// Such as `f32[2, 5, 3], valid 5 and 3: [[…]]`; invalid values are shown as 0.
  public var description: String {
    let counts = lengths.map(String.init).joined(separator: ", ")
    return "\(channelSpec.dtype.shortName)\(values.shape.shapeText), valid timesteps \(counts): "
      + maskedInvalid().values.text()
  }
}

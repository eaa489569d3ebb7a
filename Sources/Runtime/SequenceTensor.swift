public import Layers
public import Tensors

/// A batch of sequences in memory: values `[b, t, ...channel]` and a mask `[b, t]`.
///
/// A timestep whose mask is false holds padding: its values are arbitrary, NaN included, and nothing
/// may depend on them. The mask is arbitrary too; valid timesteps need not be contiguous.
public struct SequenceTensor: Sendable {
  /// The values.
  public private(set) var values: Tensor
  /// Which timesteps are valid.
  public private(set) var mask: Tensor

  /// Makes a batch of sequences.
  ///
  /// - Throws: ``RuntimeError`` `.invalidSequence` unless the mask is `bool` and its shape are the
  ///   first two axes of the values.
  public init(values: Tensor, mask: Tensor) throws(RuntimeError) {
    guard values.rank >= 2, mask.dtype == .bool, mask.shape == Array(values.shape.prefix(2)) else {
      throw RuntimeError(
        .invalidSequence,
        found:
          "values \(values.shape.shapeText) with a \(mask.dtype.name) mask \(mask.shape.shapeText)",
        expected: "values [b, t, ...] and a bool mask [b, t]")
    }
    self.values = values
    self.mask = mask
  }

  init(uncheckedValues values: Tensor, mask: Tensor) {
    self.values = values
    self.mask = mask
  }

  /// Makes sequences of which every timestep is valid.
  public init(values: Tensor) throws(RuntimeError) {
    let shape = Array(values.shape.prefix(2))
    try self.init(values: values, mask: Tensor(repeating: 1, shape: shape, .bool))
  }

  /// Makes sequences of which the first `lengths[row]` timesteps are valid.
  public init(values: Tensor, lengths: [Int]) throws(RuntimeError) {
    guard values.rank >= 2, lengths.count == values.shape[0] else {
      throw RuntimeError(
        .invalidSequence, found: "\(lengths.count) lengths for \(values.shape.shapeText)",
        expected: "one length a row")
    }
    let time = values.shape[1]
    let flags = lengths.flatMap { length in (0..<time).map { $0 < length } }
    try self.init(values: values, mask: Tensor(flags, shape: [lengths.count, time]))
  }

  /// The number of rows.
  public var batch: Int { values.shape[0] }
  /// The number of timesteps.
  public var time: Int { values.shape[1] }
  /// The shape after `[b, t]`.
  public var channelShape: Shape { Array(values.shape.dropFirst(2)) }
  /// Channel shape and dtype.
  public var channelSpec: ChannelSpec { ChannelSpec(channelShape, values.dtype) }
  /// The number of elements of a timestep.
  public var channelCount: Int { channelShape.elementCount }

  /// The number of valid timesteps of each row.
  public var lengths: [Int] {
    mask.withUnsafeElements(of: Bool.self) { flags in
      (0..<batch).map { row in flags[(row * time)..<((row + 1) * time)].count { $0 } }
    }
  }

  /// Whether a timestep is valid.
  public func isValid(row: Int, time step: Int) -> Bool {
    mask.withUnsafeElements(of: Bool.self) { $0[row * time + step] }
  }

  /// The sequences with every element at invalid timesteps set to 0.
  public func maskedInvalid() -> SequenceTensor { filledInvalid(with: 0) }

  /// The sequences with every element at invalid timesteps set to a number (NaN becomes 0 in
  /// integers).
  public func filledInvalid(with number: Double) -> SequenceTensor {
    let filler = Tensor(repeating: number, shape: channelShape, values.dtype)
    var result = values
    let bytes = filler.byteCount
    guard bytes > 0 else { return self }
    mask.withUnsafeElements(of: Bool.self) { flags in
      filler.withUnsafeBytes { source in
        result.withUnsafeMutableBytes { target in
          for position in flags.indices where !flags[position] {
            target.copyBytes(source, to: position * bytes)
          }
        }
      }
    }
    return SequenceTensor(uncheckedValues: result, mask: mask)
  }

  /// The timesteps of a range; those beyond the end are invalid zeros.
  public func timesteps(_ range: Range<Int>) -> SequenceTensor {
    SequenceTensor(
      uncheckedValues: values.sliced(time: range), mask: mask.sliced(time: range))
  }

  /// The sequences followed by `count` invalid timesteps.
  public func padded(by count: Int) -> SequenceTensor {
    count == 0 ? self : timesteps(0..<(time + count))
  }

  /// The rows at these positions, in this order.
  public func rows(_ indices: [Int]) -> SequenceTensor {
    SequenceTensor(uncheckedValues: values.rows(indices), mask: mask.rows(indices))
  }

  /// Joins sequences of equal batch and channels in time.
  ///
  /// - Precondition: there is at least one.
  public static func concatenate(_ parts: [SequenceTensor]) -> SequenceTensor {
    SequenceTensor(
      uncheckedValues: Tensor.joined(time: parts.map(\.values)),
      mask: Tensor.joined(time: parts.map(\.mask)))
  }
}

public import Tensors

/// Sequences of unequal length side by side: values `[b, t, …]` and a mask `[b, t]`.
///
/// Values at invalid timesteps are zero.
public struct SequenceBatch: Sendable {
  /// The values, `[b, t, …]`.
  public let values: Tensor
  /// Which timesteps are valid: `bool` `[b, t]`.
  public let mask: Tensor
  /// Where each row comes from, such as a file name.
  public let names: [String]
  /// Timesteps a second, where the source says.
  public let sampleRateHz: Int?
  /// Notes on what reading changed or assumed, such as a recording that was resampled.
  public internal(set) var notes: [String]

  /// The number of rows.
  public var rowCount: Int { values.shape[0] }
  /// The number of timesteps of the longest row.
  public var timeCount: Int { values.shape[1] }
  /// The shape of one timestep.
  public var channelShape: Shape { Array(values.shape.dropFirst(2)) }

  /// For each row the number of timesteps up to its last valid one.
  public var lengths: [Int] {
    mask.withUnsafeBytes { bytes in
      (0..<rowCount).map { row in
        let valid = bytes[row * timeCount..<(row + 1) * timeCount]
        return valid.lastIndex { $0 != 0 }.map { $0 - row * timeCount + 1 } ?? 0
      }
    }
  }

  /// Joins values and a mask; values at invalid timesteps are set to zero.
  ///
  /// - Precondition: `values` is `[b, t, …]`, `mask` is `bool` `[b, t]`, one name a row.
  package init(
    values: Tensor, mask: Tensor, names: [String], sampleRateHz: Int? = nil, notes: [String] = []
  ) {
    precondition(values.rank >= 2 && mask.dtype == .bool, "A batch needs values and a mask.")
    precondition(mask.shape == Array(values.shape.prefix(2)), "The mask belongs to other values.")
    precondition(names.count == values.shape[0], "A batch needs a name for each row.")
    self.values = SequenceBatch.masked(values, mask)
    self.mask = mask
    self.names = names
    self.sampleRateHz = sampleRateHz
    self.notes = notes
  }

  /// The batch with its values in another dtype.
  ///
  /// - Throws: ``DatasetError`` `.outOfRange` if whole numbers would not keep their value.
  public func converted(to dtype: DType) throws -> SequenceBatch {
    let converted = values.converted(to: dtype)
    if dtype.isInteger, values.doubles() != converted.doubles() {
      throw DatasetError(
        .outOfRange, path: names.first ?? "input",
        found: "\(values.dtype.name) values that \(dtype.name) cannot hold",
        expected: "whole numbers, such as token ids")
    }
    return SequenceBatch(
      values: converted, mask: mask, names: names, sampleRateHz: sampleRateHz, notes: notes)
  }

  /// The mask of rows that are valid up to their lengths.
  package static func mask(lengths: [Int], timeCount: Int) -> Tensor {
    Tensor(.bool, shape: [lengths.count, timeCount]) { bytes in
      for (row, length) in lengths.enumerated() {
        for time in 0..<timeCount { bytes[row * timeCount + time] = time < length ? 1 : 0 }
      }
    }
  }

  /// The mask of values `[b, t, …]`, or one row `[t]`, that are valid up to their lengths.
  ///
  /// - Throws: ``DatasetError`` `.mismatch` if there is not one length a row from 0 to `t`.
  package static func mask(lengths: [Int], of values: Tensor) throws(DatasetError) -> Tensor {
    let shape = values.rank == 1 ? [1] + values.shape : values.shape
    guard shape.count >= 2, lengths.count == shape[0] else {
      throw DatasetError(
        .mismatch, path: "lengths", found: "\(lengths.count) lengths for \(shape.shapeText)",
        expected: "one a row")
    }
    if let wrong = lengths.first(where: { $0 < 0 || $0 > shape[1] }) {
      throw DatasetError(
        .mismatch, path: "lengths", found: "length \(wrong)",
        expected: "0 to \(shape[1]), the timesteps that the values have")
    }
    return mask(lengths: lengths, timeCount: shape[1])
  }

  private static func masked(_ values: Tensor, _ mask: Tensor) -> Tensor {
    var result = values
    let width = values.shape.dropFirst(2).reduce(values.dtype.byteCount, *)
    result.withUnsafeMutableBytes { bytes in
      mask.withUnsafeBytes { valid in
        for step in valid.indices where valid[step] == 0 {
          for byte in step * width..<(step + 1) * width { bytes[byte] = 0 }
        }
      }
    }
    return result
  }
}

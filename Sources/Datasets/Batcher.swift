package import Serialization
public import Tensors

/// Makes a batch of sequences out of files.
public enum Batcher {
  /// How files become rows.
  public struct Options: Hashable, Sendable {
    /// Whether a recording of one channel has a channel axis, `[b, t, 1]` instead of `[b, t]`.
    public var keepsChannelAxis = false
    /// The number of valid timesteps of each row; nil if all are valid.
    public var lengths: [Int]?
    /// A file with a mask `[b, t]` of booleans, or numbers that are 0 or 1.
    public var maskPath: String?
    /// The rate that recordings are converted to; nil for their own.
    public var sampleRateHz: Int?

    /// Makes the default options: no channel axis for one channel, every timestep valid, no conversion.
    public init(
      keepsChannelAxis: Bool = false, lengths: [Int]? = nil, maskPath: String? = nil,
      sampleRateHz: Int? = nil
    ) {
      self.keepsChannelAxis = keepsChannelAxis
      self.lengths = lengths
      self.maskPath = maskPath
      self.sampleRateHz = sampleRateHz
    }
  }

  /// Reads files into one batch, in the order given; shorter rows are padded with invalid zeros.
  ///
  /// A recording or a table of numbers is one row, `[t]` for one channel and `[t, n]` for several. A
  /// text file is one row of bytes. An array file holds one or more rows, `[b, t, …]`; an `.npz` may
  /// hold `mask` or `lengths` beside its only other array or one named `values`.
  ///
  /// - Throws: ``DatasetError`` if files, lengths or mask do not fit together, or a file cannot be
  ///   read; `WeightError`, `FileError`.
  public static func load(_ paths: [String], options: Options = Options()) throws -> SequenceBatch {
    try load(paths, options: options) { try ByteFile(path: $0) }
  }

  /// Reads files from where `open` finds them.
  package static func load(
    _ paths: [String], options: Options = Options(), open: FileOpener
  ) throws -> SequenceBatch {
    guard !paths.isEmpty else {
      throw DatasetError(.mismatch, path: "input", found: "no files", expected: "at least one")
    }
    let parts = try paths.map { try part($0, options, open) }
    let batch = try joined(parts)
    return try masked(batch, options, open)
  }

  /// One row for each tensor `[t, …]`, padded to the longest.
  ///
  /// - Throws: ``DatasetError`` `.mismatch` if channel shapes or kinds of numbers differ.
  public static func batch(
    _ rows: [(name: String, values: Tensor)], sampleRateHz: Int? = nil
  ) throws -> SequenceBatch {
    try joined(
      rows.map { row in
        let values = row.values.reshaped([1] + row.values.shape)
        return allValid(values, names: [row.name], sampleRateHz: sampleRateHz)
      })
  }

  private static func joined(_ parts: [SequenceBatch]) throws -> SequenceBatch {
    guard let first = parts.first else {
      throw DatasetError(.mismatch, path: "input", found: "no rows", expected: "at least one")
    }
    guard parts.count > 1 else { return first }
    var dtype = first.values.dtype
    var rate = first.sampleRateHz
    for part in parts {
      let name = part.names.first ?? "input"
      guard part.channelShape == first.channelShape else {
        throw DatasetError(
          .mismatch, path: name, found: "timesteps of shape \(part.channelShape.shapeText)",
          expected: "\(first.channelShape.shapeText) as in \(first.names.first ?? "the first")")
      }
      guard part.values.dtype.isFloating == dtype.isFloating else {
        throw DatasetError(
          .mismatch, path: name, found: "\(part.values.dtype.name) values beside \(dtype.name)",
          expected: "one kind of numbers")
      }
      if let other = part.sampleRateHz, let known = rate, other != known {
        throw DatasetError(
          .mismatch, path: name, found: "\(other) Hz",
          expected: "\(known) Hz as in \(first.names.first ?? "the first")",
          suggestion: "give --rate \(known), which resamples")
      }
      rate = rate ?? part.sampleRateHz
      dtype = DType.promoted(dtype, part.values.dtype)
    }
    let timeCount = parts.map(\.timeCount).max() ?? 0
    // Many short rows beside a long one are mostly padding.
    let shape = [parts.reduce(0) { $0 + $1.rowCount }, timeCount] + first.channelShape
    try MemoryBudget.standard.require(shape.byteCount(of: dtype), for: "rows of one length")
    let padded = parts.map { part in
      (part.values.converted(to: dtype).paddedTime(timeCount), part.mask.paddedTime(timeCount))
    }
    return SequenceBatch(
      values: Tensor.stackedRows(padded.map(\.0)), mask: Tensor.stackedRows(padded.map(\.1)),
      names: parts.flatMap(\.names), sampleRateHz: rate, notes: parts.flatMap(\.notes))
  }

  private static func masked(
    _ batch: SequenceBatch, _ options: Options, _ open: FileOpener
  ) throws -> SequenceBatch {
    if options.lengths != nil, let path = options.maskPath {
      throw DatasetError(
        .mismatch, path: path, found: "both lengths and a mask", expected: "one of them")
    }
    if let path = options.maskPath {
      let stored = try ArrayFile.read(path, open: open)
      var masked = try batch.with(mask: stored.values, from: path)
      masked.notes += stored.notes.map { "\(path): \($0)" }
      return masked
    }
    guard let lengths = options.lengths else { return batch }
    return try batch.with(lengths: lengths, from: "lengths")
  }
}

extension SequenceBatch {
  /// The batch with only those timesteps valid.
  func with(mask given: Tensor, from place: String) throws(DatasetError)
    -> SequenceBatch
  {
    guard given.shape == mask.shape else {
      throw DatasetError(
        .mismatch, path: place, found: "a mask of shape \(given.shape.shapeText)",
        expected: "\(mask.shape.shapeText), as the values have")
    }
    guard given.doubles().allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw DatasetError(
        .mismatch, path: place, found: "a mask with values other than 0 and 1",
        expected: "booleans: true where a timestep is valid")
    }
    return SequenceBatch(
      values: values, mask: given.converted(to: .bool), names: names, sampleRateHz: sampleRateHz,
      notes: notes)
  }

  /// The batch with each row valid up to its length.
  func with(lengths: [Int], from place: String) throws(DatasetError) -> SequenceBatch {
    let mask: Tensor
    do throws(DatasetError) { mask = try SequenceBatch.mask(lengths: lengths, of: values) } catch {
      throw DatasetError(error.code, path: place, found: error.found, expected: error.expected)
    }
    return SequenceBatch(
      values: values, mask: mask, names: names, sampleRateHz: sampleRateHz, notes: notes)
  }
}

extension Tensor {
  /// The values `[b, t, …]` with zeros behind, up to `timeCount` timesteps.
  fileprivate func paddedTime(_ timeCount: Int) -> Tensor {
    guard timeCount > shape[1] else { return self }
    let width = shape.dropFirst(2).reduce(dtype.byteCount, *)
    var result = Tensor(zeros: [shape[0], timeCount] + shape.dropFirst(2), dtype)
    result.withUnsafeMutableBytes { output in
      withUnsafeBytes { input in
        for row in 0..<shape[0] {
          let rowBytes = row * shape[1] * width..<(row + 1) * shape[1] * width
          output.copyBytes(input, rowBytes, to: row * timeCount * width)
        }
      }
    }
    return result
  }

  /// Batches of equal shape but for the number of rows, one below the other.
  fileprivate static func stackedRows(_ tensors: [Tensor]) -> Tensor {
    let shape = tensors[0].shape
    let rowCount = tensors.reduce(0) { $0 + $1.shape[0] }
    return Tensor(tensors[0].dtype, shape: [rowCount] + shape.dropFirst()) { output in
      var position = 0
      for tensor in tensors {
        tensor.withUnsafeBytes { input in
          output.copyBytes(input, to: position)
          position += input.count
        }
      }
    }
  }
}

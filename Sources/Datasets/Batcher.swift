public import Tensors
package import Weights

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

    /// Makes the default options: no channel axis for one channel, every timestep valid.
    public init(keepsChannelAxis: Bool = false, lengths: [Int]? = nil, maskPath: String? = nil) {
      self.keepsChannelAxis = keepsChannelAxis
      self.lengths = lengths
      self.maskPath = maskPath
    }
  }

  /// Reads files into one batch, in the order given; shorter rows are padded with invalid zeros.
  ///
  /// A recording is one row, `[t]` for one channel and `[t, n]` for several. A text file is one row
  /// of bytes. An array file holds one or more rows, `[b, t, …]`; an `.npz` may hold `mask` or
  /// `lengths` beside its only other array or one named `values`.
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

  private static func allValid(
    _ values: Tensor, names: [String], sampleRateHz: Int? = nil
  ) -> SequenceBatch {
    let mask = Tensor(repeating: 1, shape: Array(values.shape.prefix(2)), .bool)
    return SequenceBatch(values: values, mask: mask, names: names, sampleRateHz: sampleRateHz)
  }

  // MARK: One file

  private static func part(
    _ place: String, _ options: Options, _ open: FileOpener
  ) throws -> SequenceBatch {
    let (path, name) = ArrayFile.split(place)
    let file = try open(path)
    switch try FileKind.of(file) {
    case .wav:
      let recording = try Wav(file)
      let shape = recording.samples.shape
      let isPlain = shape[1] == 1 && !options.keepsChannelAxis
      let values = recording.samples.reshaped([1] + (isPlain ? [shape[0]] : shape))
      return allValid(values, names: [path], sampleRateHz: recording.sampleRateHz)
    case .text:
      let ids = try TextBytes.ids(file.readAll())
      return allValid(ids.reshaped([1, ids.count]), names: [path])
    case .npz where name == nil:
      return try archivePart(Npz(file))
    case .npy, .npz, .safetensors:
      return try allValid(sequence(ArrayFile.read(place, open: open), place), names: place)
    }
  }

  private static func allValid(_ values: Tensor, names place: String) -> SequenceBatch {
    let count = values.shape[0]
    return allValid(values, names: count == 1 ? [place] : (0..<count).map { "\(place)[\($0)]" })
  }

  private static func archivePart(_ archive: Npz) throws -> SequenceBatch {
    let others = archive.names.filter { $0 != "mask" && $0 != "lengths" }
    let name = try MemberNames.chosen(
      archive.names.contains("values") ? "values" : nil, in: archive.path,
      names: others.isEmpty || archive.names.contains("values") ? archive.names : others)
    let place = "\(archive.path):\(name)"
    let batch = try allValid(sequence(archive.array(name), place), names: place)
    if name != "mask", archive.names.contains("mask") {
      return try batch.with(mask: archive.array("mask"), from: "\(archive.path):mask")
    }
    if name != "lengths", archive.names.contains("lengths") {
      let lengths = try archive.array("lengths").doubles().map { Int(exactly: $0) ?? -1 }
      return try batch.with(lengths: lengths, from: "\(archive.path):lengths")
    }
    return batch
  }

  private static func sequence(_ values: Tensor, _ place: String) throws -> Tensor {
    guard values.rank >= 2 else {
      throw DatasetError(
        .mismatch, path: place, found: "an array of shape \(values.shape.shapeText)",
        expected: "[b, t] or [b, t, …]",
        suggestion: values.rank == 1 ? "one row: save array[numpy.newaxis]" : nil)
    }
    guard values.shape.hasElementsForTimesteps else {
      throw DatasetError(
        .mismatch, path: place, found: "an array of shape \(values.shape.shapeText)",
        expected: "timesteps that hold something")
    }
    return values
  }

  // MARK: All files

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
          suggestion: "resample it, for example with: ffmpeg -i IN.wav -ar \(known) OUT.wav")
      }
      rate = rate ?? part.sampleRateHz
      dtype = DType.promoted(dtype, part.values.dtype)
    }
    let timeCount = parts.map(\.timeCount).max() ?? 0
    let padded = parts.map { part in
      (part.values.converted(to: dtype).paddedTime(timeCount), part.mask.paddedTime(timeCount))
    }
    return SequenceBatch(
      values: Tensor.stackedRows(padded.map(\.0)), mask: Tensor.stackedRows(padded.map(\.1)),
      names: parts.flatMap(\.names), sampleRateHz: rate)
  }

  private static func masked(
    _ batch: SequenceBatch, _ options: Options, _ open: FileOpener
  ) throws -> SequenceBatch {
    if options.lengths != nil, let path = options.maskPath {
      throw DatasetError(
        .mismatch, path: path, found: "both lengths and a mask", expected: "one of them")
    }
    if let path = options.maskPath {
      return try batch.with(mask: ArrayFile.read(path, open: open), from: path)
    }
    guard let lengths = options.lengths else { return batch }
    return try batch.with(lengths: lengths, from: "lengths")
  }
}

extension SequenceBatch {
  /// The batch with only those timesteps valid.
  fileprivate func with(mask given: Tensor, from place: String) throws(DatasetError)
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
      values: values, mask: given.converted(to: .bool), names: names, sampleRateHz: sampleRateHz)
  }

  /// The batch with each row valid up to its length.
  fileprivate func with(lengths: [Int], from place: String) throws(DatasetError) -> SequenceBatch {
    let mask: Tensor
    do throws(DatasetError) { mask = try SequenceBatch.mask(lengths: lengths, of: values) } catch {
      throw DatasetError(error.code, path: place, found: error.found, expected: error.expected)
    }
    return SequenceBatch(values: values, mask: mask, names: names, sampleRateHz: sampleRateHz)
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

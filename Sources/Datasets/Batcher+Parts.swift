internal import Serialization
internal import Tensors
internal import Weights

/// What one file gives to a batch.
extension Batcher {
  static func part(
    _ place: String, _ options: Options, _ open: FileOpener
  ) throws -> SequenceBatch {
    let (path, name) = ArrayFile.split(place)
    let file = try open(path)
    let kind = try FileKind.of(file)
    switch kind {
    case .wav, .recording:
      return try recordingPart(Recording(file), file, path, options)
    case .foreign, nil:
      throw try ArrayFile.wrongKind(kind, file, expected: FileKind.readable)
    case _ where options.sampleRateHz != nil:
      throw DatasetError(
        .mismatch, path: path, found: kind?.saying ?? "this is no recording",
        expected: "a recording: only these have a rate to convert")
    case .text:
      let bytes = try file.readAll()
      let ids = TextBytes.ids(bytes)
      return allValid(ids.reshaped([1, ids.count]), names: [path], notes: textNotes(bytes, path))
    case .table:
      let table = try TableFile(file, columns: name)
      let values = ArrayFile.row(table, keepsChannelAxis: options.keepsChannelAxis)
      return allValid(values, names: [path], notes: table.notes.map { "\(path): \($0)" })
    case .npz where name == nil:
      return try archivePart(Npz(file))
    case .npy, .npz, .safetensors, .safetensorsIndex:
      return try allValid(sequence(ArrayFile.read(place, open: open).values, place), names: place)
    }
  }

  private static func recordingPart(
    _ recording: Recording, _ file: ByteFile, _ path: String, _ options: Options
  ) throws -> SequenceBatch {
    var recording = recording
    if let rate = options.sampleRateHz {
      recording = try recording.converted(
        toRateHz: rate, name: path, isStopped: { file.isStopped })
    }
    return allValid(
      recording.row(keepsChannelAxis: options.keepsChannelAxis), names: [path],
      sampleRateHz: recording.sampleRateHz, notes: recording.notes.map { "\(path): \($0)" })
  }

  /// What in a text is easily not noticed, because editors do not show it.
  private static func textNotes(_ bytes: [UInt8], _ path: String) -> [String] {
    var notes: [String] = []
    if PlainText.markCount(bytes) > 0 {
      notes.append("\(path): begins with a byte order mark, which is 3 of the ids")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      notes.append("\(path): is UTF-16, so that the ids are no UTF-8")
    }
    if bytes.contains(0x0D) { notes.append("\(path): has carriage returns, each of them an id 13") }
    return notes
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

  static func allValid(
    _ values: Tensor, names: [String], sampleRateHz: Int? = nil, notes: [String] = []
  ) -> SequenceBatch {
    let mask = Tensor(repeating: 1, shape: Array(values.shape.prefix(2)), .bool)
    return SequenceBatch(
      values: values, mask: mask, names: names, sampleRateHz: sampleRateHz, notes: notes)
  }
}

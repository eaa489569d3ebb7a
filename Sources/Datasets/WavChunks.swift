internal import Serialization

/// Finds the format and the samples among the chunks of a WAV file.
///
/// Sizes in headers are often wrong: a program that writes into a pipe cannot know them, a recorder that
/// is ended never comes back to fill them in, and some writers leave out the pad byte. What the file
/// holds counts, and what its header says otherwise is noted.
///
/// - Source: Microsoft's Multimedia Programming Interface (RIFF WAVE), EBU Tech 3306 (RF64), ITU-R
///   BS.2088 (BW64).
struct WavChunks {
  let format: WavFormat
  /// The bytes of the whole frames.
  private(set) var samples: Range<Int>
  /// What the header says and the file does not hold.
  private(set) var notes: [String] = []

  /// A chunk's name, the size it claims, and where its contents begin.
  private struct Chunk {
    let name: String
    let claimed: Int
    let start: Int
  }

  /// What programs write into a pipe for an unknown size: from here on no size is meant.
  private static let placeholder = 0x7FFF_0000

  init(_ file: ByteFile) throws {
    func malformed(_ found: String) -> DatasetError {
      DatasetError(.malformed, path: file.path, found: found)
    }
    let start = try file.read(0..<min(file.count, 12))
    let kind = String(decoding: start.prefix(4), as: UTF8.self)
    guard ["RIFF", "RF64", "BW64"].contains(kind), start.dropFirst(8).elementsEqual("WAVE".utf8)
    else {
      throw DatasetError(.unknownKind, path: file.path, found: "this is no WAV file")
    }
    var format: WavFormat?
    var wideCount: Int?
    var position = 12
    // Files have a handful of chunks; a bound keeps one made of empty chunks from taking forever.
    for _ in 0..<10_000 {
      guard let chunk = try WavChunks.chunk(of: file, at: position) else { break }
      let rest = file.count - chunk.start
      let body = chunk.start..<chunk.start + min(chunk.claimed, rest)
      switch chunk.name {
      case "ds64" where body.count >= 16:
        let wide = try LittleEndian(file.read(body.prefix(16))).number(UInt64.self, at: 8)
        wideCount = Int(clamping: wide)
      case "fmt ":
        format = try WavFormat(chunk: file.read(body.prefix(40)), path: file.path)
      case "data":
        guard let format else { throw malformed("its data come before their format") }
        let isWide = chunk.claimed == Int(UInt32.max)
        self.format = format
        samples = chunk.start..<chunk.start
        let claimed = isWide ? wideCount ?? chunk.claimed : chunk.claimed
        try setSamples(of: file, from: chunk.start, claimed: claimed)
        return
      default: break
      }
      position = try WavChunks.end(of: chunk, in: file)
    }
    throw DatasetError(
      position > file.count ? .truncated : .malformed, path: file.path,
      found: format == nil ? "it has no format chunk" : "it has no data chunk")
  }

  private static func chunk(of file: ByteFile, at position: Int) throws(FileError) -> Chunk? {
    guard position + 8 <= file.count else { return nil }
    let head = try file.read(position..<position + 8)
    let claimed = Int(LittleEndian(head).number(UInt32.self, at: 4))
    return Chunk(
      name: String(decoding: head.prefix(4), as: UTF8.self), claimed: claimed, start: position + 8)
  }

  /// Where the next chunk begins: behind a pad byte after an odd size, if the writer wrote one.
  private static func end(of chunk: Chunk, in file: ByteFile) throws(FileError) -> Int {
    let end = chunk.start + chunk.claimed
    guard chunk.claimed % 2 == 1, !(try isKnown(at: end + 1, in: file)),
      try isKnown(at: end, in: file)
    else { return end + chunk.claimed % 2 }
    return end
  }

  /// The chunks that writers put behind others.
  private static let known: Set<String> = [
    "fmt ", "data", "fact", "LIST", "PEAK", "bext", "cue ", "smpl", "inst", "JUNK", "junk", "PAD ",
    "FLLR", "iXML", "id3 ", "ID3 ", "axml", "chna", "cart", "levl", "DISP", "_PMX", "ds64", "note",
    "labl", "plst", "acid", "afsp", "wavl", "slnt",
  ]

  private static func isKnown(at position: Int, in file: ByteFile) throws(FileError) -> Bool {
    try chunk(of: file, at: position).map { known.contains($0.name) } ?? false
  }

  /// Takes the whole frames that are there.
  private mutating func setSamples(
    of file: ByteFile, from start: Int, claimed: Int
  ) throws(FileError) {
    let rest = file.count - start
    let isFollowed = try WavChunks.isKnown(at: start, in: file)
    let isUnfinished = claimed == 0 && rest > 0 && !isFollowed
    let count = isUnfinished ? rest : min(claimed, rest)
    let frame = format.frameByteCount
    samples = start..<start + count - count % frame
    let held = "\(count / frame) timesteps"
    if isUnfinished {
      notes.append(
        "its header says that it holds no samples, as a recorder leaves it that was ended: "
          + "read \(held) to the end of the file")
    } else if claimed > rest, claimed >= WavChunks.placeholder {
      notes.append(
        "the size in its header is a placeholder, as a pipe leaves it: "
          + "read \(held) to the end of the file")
    } else if claimed > rest {
      notes.append(
        "its header claims \(claimed) bytes of samples and the file holds \(rest): read \(held)")
    } else if count == 0 {
      notes.append("it holds no samples")
    }
    if count % frame != 0 {
      notes.append("left out \(count % frame) bytes at the end, less than a timestep of \(frame)")
    }
  }
}

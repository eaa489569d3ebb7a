package import Serialization

/// What a file holds: found by its bytes and, where these say nothing, by the ending of its name.
///
/// This is the one table of kinds for every reader: those that are read, and in ``ForeignKind`` those
/// that people have instead, each with the line that converts it.
package enum FileKind: Hashable, Sendable {
  /// One NumPy array.
  case npy
  /// Several NumPy arrays.
  case npz
  /// Named tensors.
  case safetensors
  /// The index of named tensors that lie in several safetensors files.
  case safetensorsIndex
  /// A WAV recording: RIFF, RF64 or BW64.
  case wav
  /// A recording of another kind that can be decoded; the kind's name.
  case recording(String)
  /// A table of numbers as text.
  case table
  /// Text, read as bytes.
  case text
  /// A kind that is not read.
  case foreign(ForeignKind)

  /// The kinds that are read, for messages.
  package static let readable =
    "a recording (.wav, .flac, .ogg, …) or a .npy, .npz, .safetensors, .csv or .txt file"

  /// The endings behind which, after a colon, the name of an array may stand.
  package static let namedEndings = [
    ".npz", ".npy", ".safetensors", ".safetensors.index.json", ".csv", ".tsv", ".txt", ".wav",
    ".flac", ".ogg",
  ]

  /// The kind of a file; nil if it is not known.
  package static func of(_ file: ByteFile) throws(FileError) -> FileKind? {
    let start = try file.read(0..<min(file.count, 512))
    let ending = FileKind.ending(of: file.path)
    // What a text says at its start is no signature.
    if ["txt", "text", "md"].contains(ending), isText(start) { return .text }
    guard !start.isEmpty else { return nil }
    if start.starts(with: [0x93] + Array("NUMPY".utf8)) { return .npy }
    if isSafetensors(start, count: file.count) { return .safetensors }
    if start.starts(with: Array("PK".utf8)) { return try archive(file, start) }
    if let known = sound(start) { return known }
    if let foreign = ForeignKind.bySignature(start) { return .foreign(foreign) }
    if ending == "json" { return try json(file) }
    if let foreign = ForeignKind.pickle(start) { return .foreign(foreign) }
    switch ending {
    case "safetensors": return .safetensors
    case "csv", "tsv": return .table
    case "txt", "text", "md": return .text
    default: return ForeignKind.byEnding(ending).map { .foreign($0) }
    }
  }

  /// What a file of this kind is, as a sentence: `this is a GGUF file`.
  package var saying: String {
    switch self {
    case .npy: "this is an array of NumPy"
    case .npz: "this is an archive of NumPy arrays"
    case .safetensors: "this is a safetensors file"
    case .safetensorsIndex: "this is the index of safetensors files"
    case .wav: "this is a WAV recording"
    case .recording(let name): "this is a recording: \(name)"
    case .table: "this is a table of numbers"
    case .text: "this is text"
    case .foreign(let kind): "this is \(kind.name)"
    }
  }

  /// What to do where named tensors are wanted.
  func adviceForTensors(_ path: String) -> String? {
    switch self {
    case .npy: ForeignKind.npy.advice(for: path)
    case .npz: ForeignKind.npz.advice(for: path)
    case .foreign(let kind): kind.advice(for: path)
    case .safetensors, .safetensorsIndex, .wav, .recording, .table, .text: nil
    }
  }

  /// What to say of a file whose kind is not known.
  package static func unknown(_ file: ByteFile) throws(FileError) -> String {
    let start = try file.read(0..<min(file.count, 512))
    if start.isEmpty { return "the file is empty" }
    if isText(start) { return "this is text of no known kind" }
    let digits = start.prefix(4).map { byte in
      let text = String(byte, radix: 16)
      return text.count < 2 ? "0" + text : text
    }
    return "its kind is not known: it begins with the bytes \(digits.joined(separator: " "))"
  }

  /// Whether bytes are text in UTF-8 or, by their mark, in UTF-16.
  private static func isText(_ start: [UInt8]) -> Bool {
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return true }
    return start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
      // The last character may be cut.
      && (0..<4).contains { String(validating: start.dropLast($0), as: UTF8.self) != nil }
  }

  /// The last part of a name, in lower case; empty if there is none.
  private static func ending(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count > 1 ? parts[parts.count - 1].lowercased() : ""
  }

  /// A header length that fits the file, and JSON behind it.
  private static func isSafetensors(_ start: [UInt8], count: Int) -> Bool {
    guard start.count > 8, start[8] == UInt8(ascii: "{") else { return false }
    let length = start[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length > 0 && length <= UInt64(count)
  }

  /// Recordings that are read.
  private static func sound(_ start: [UInt8]) -> FileKind? {
    func has(_ text: String, at offset: Int = 0) -> Bool {
      start.dropFirst(offset).starts(with: text.utf8)
    }
    if has("WAVE", at: 8), has("RIFF") || has("RF64") || has("BW64") { return .wav }
    let others: [(Bool, String)] = [
      (has("fLaC"), "FLAC"), (has("OggS"), "Ogg"), (has("RIFX"), "big-endian WAV"),
      (has("FORM") && (has("AIFF", at: 8) || has("AIFC", at: 8)), "AIFF"), (has("caff\0"), "CAF"),
      (has(".snd"), "AU"), (has("riff") && has("wave", at: 24), "Wave64"),
      (has("NIST_1A"), "NIST SPHERE"),
    ]
    return others.first { $0.0 }.map { .recording($0.1) }
  }

  /// What a zip archive is by the names of its members, which stand in its directory at the end.
  private static func archive(_ file: ByteFile, _ start: [UInt8]) throws(FileError) -> FileKind {
    let tail = try file.read(max(0, file.count - (1 << 16))..<file.count)
    func holds(_ name: String) -> Bool {
      start.firstRange(of: name.utf8) != nil || tail.firstRange(of: name.utf8) != nil
    }
    if holds("/constants.pkl") { return .foreign(.torchScript) }
    if holds("/data.pkl") { return .foreign(.torch) }
    if holds("model.weights.h5") { return .foreign(.keras) }
    if holds("xl/workbook.xml") { return .foreign(.excel) }
    return .npz
  }

  private static func json(_ file: ByteFile) throws(FileError) -> FileKind {
    guard file.count <= SafetensorsHeader.longest,
      let document = try? JSONValue.parse(try file.readAll())
    else { return file.path.hasSuffix(".index.json") ? .safetensorsIndex : .foreign(.json) }
    if document["weight_map"]?.members != nil { return .safetensorsIndex }
    let isTokenizer = document["model"]?["vocab"] != nil || document["added_tokens"] != nil
    return .foreign(isTokenizer ? .tokenizer : .json)
  }
}

internal import Weights

/// What a file holds, told by its first bytes rather than by its name.
enum FileKind {
  case npy, npz, safetensors, wav, text

  static func of(_ file: ByteFile) throws -> FileKind {
    let start = try file.read(0..<min(file.count, 12))
    if start.starts(with: NpyHeader.magic) { return .npy }
    if start.starts(with: Array("PK".utf8)) { return .npz }
    if ["RIFF", "RF64", "RIFX"].contains(String(decoding: start.prefix(4), as: UTF8.self)) {
      return .wav
    }
    let ending = file.path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    switch ending {
    case "safetensors": return .safetensors
    case "txt", "md": return .text
    default: break
    }
    let named = start.isEmpty ? "the file is empty" : name(of: start) ?? "its kind is not known"
    throw DatasetError(
      .unknownKind, path: file.path, found: named,
      expected: "a .wav, .npy, .npz, .safetensors or .txt file")
  }

  /// The kinds that people try first.
  private static func name(of start: [UInt8]) -> String? {
    let kinds: [(magic: [UInt8], name: String)] = [
      (Array("fLaC".utf8), "this is a FLAC recording; convert it to WAV"),
      (Array("OggS".utf8), "this is an Ogg recording; convert it to WAV"),
      (Array("ID3".utf8), "this is an MP3 recording; convert it to WAV"),
      ([0xFF, 0xFB], "this is an MP3 recording; convert it to WAV"),
      (Array("caff".utf8), "this is a CAF recording; convert it to WAV"),
      (Array("FORM".utf8), "this is an AIFF recording; convert it to WAV"),
      ([0x80, 0x04], "this is a Python pickle; save the array with numpy.save"),
      ([0x89] + Array("HDF".utf8), "this is an HDF5 file; save the array with numpy.save"),
    ]
    return kinds.first { start.starts(with: $0.magic) }?.name
  }
}

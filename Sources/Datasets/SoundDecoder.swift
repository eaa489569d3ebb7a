internal import CAudio
internal import Serialization
internal import Tensors
internal import Weights

/// Decodes recordings with libsndfile: FLAC, Ogg (Vorbis and Opus), AIFF, CAF, AU, Wave64, big-endian
/// WAV and NIST SPHERE.
///
/// The library reads through the file that was given, so that it sees the bytes which a session keeps
/// and digests.
enum SoundDecoder {
  /// Decodes about so many samples at a time, so that only what is really there takes memory.
  private static let pieceCount = 1 << 17
  private static let conversion = ForeignKind(
    "a recording", "convert it: ffmpeg -i '{in}' '{out}.wav'")

  static func recording(_ file: ByteFile, kind: String) throws -> Recording {
    let source = Source(file)
    return try withExtendedLifetime(source) { () throws -> Recording in
      var facts = ca_facts()
      var message = [CChar](repeating: 0, count: 256)
      let context = Unmanaged.passUnretained(source).toOpaque()
      guard
        let decoder = ca_open(
          readBytes, context, Int64(file.count), &facts, &message, message.count)
      else {
        throw source.failure
          ?? DatasetError(
            .malformed, path: file.path,
            found: "this \(kind) recording cannot be decoded (\(text(message)))",
            suggestion: "it may be incomplete; or " + conversion.advice(for: file.path))
      }
      defer { ca_close(decoder) }
      guard facts.sample_rate > 0, facts.channel_count <= 1024 else {
        throw DatasetError(
          .malformed, path: file.path,
          found: "\(facts.channel_count) channels at \(facts.sample_rate) Hz")
      }
      let channels = Int(facts.channel_count)
      let samples = try decoded(decoder, file, channels: channels)
      if let failure = source.failure { throw failure }
      return Recording(
        samples: Tensor(samples, shape: [samples.count / channels, channels]),
        sampleRateHz: Int(facts.sample_rate),
        notes: notes(decoder, facts, frames: samples.count / channels, kind: kind))
    }
  }

  private static func decoded(
    _ decoder: OpaquePointer, _ file: ByteFile, channels: Int
  ) throws -> [Float] {
    var samples: [Float] = []
    let frames = max(1, pieceCount / channels)
    var piece = [Float](repeating: 0, count: frames * channels)
    while true {
      let got = ca_decode(decoder, &piece, Int64(frames))
      guard got > 0 else { return samples }
      samples.append(contentsOf: piece.prefix(Int(got) * channels))
      try MemoryBudget.standard.require(samples.count * 8, for: "the samples of \(file.path)")
    }
  }

  private static func notes(
    _ decoder: OpaquePointer, _ facts: ca_facts, frames: Int, kind: String
  ) -> [String] {
    var notes: [String] = []
    if let reason = ca_failure(decoder) {
      notes.append("decoding ended early (\(String(cString: reason))): read \(frames) timesteps")
    } else if facts.frame_count != .max, facts.frame_count != frames {
      notes.append("its header says \(facts.frame_count) timesteps: read \(frames)")
    } else if frames == 0 {
      notes.append("it holds no samples")
    }
    return notes
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The file that is decoded, and what went wrong while it was read.
  private final class Source {
    let file: ByteFile
    var failure: FileError?

    init(_ file: ByteFile) { self.file = file }

    func read(_ offset: Int64, _ bytes: UnsafeMutableRawPointer, _ count: Int64) -> Int64 {
      let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
      do throws(FileError) { try file.read(at: Int(offset), into: buffer) } catch {
        failure = error
        return 0
      }
      return count
    }
  }

  private static let readBytes: ca_read = { context, offset, bytes, count in
    guard let context, let bytes else { return 0 }
    return Unmanaged<Source>.fromOpaque(context).takeUnretainedValue().read(offset, bytes, count)
  }
}

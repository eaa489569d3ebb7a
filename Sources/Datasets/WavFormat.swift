internal import Weights

/// How a WAV file stores its samples: the contents of its `fmt ` chunk.
struct WavFormat {
  let encoding: Wav.Encoding
  let channelCount: Int
  let sampleRateHz: Int
  /// The bytes of one sample of one channel; samples with fewer bits lie in the upper ones.
  let containerByteCount: Int

  var frameByteCount: Int { channelCount * containerByteCount }

  /// The part of a sub-format's identifier that follows its format tag.
  private static let identifierTail: [UInt8] = [
    0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71,
  ]

  init(chunk: [UInt8], path: String) throws(DatasetError) {
    func malformed(_ found: String, _ expected: String? = nil) -> DatasetError {
      DatasetError(.malformed, path: path, found: found, expected: expected)
    }
    guard chunk.count >= 16 else {
      throw malformed("its format chunk has \(chunk.count) bytes", "at least 16")
    }
    let fields = LittleEndian(chunk)
    var tag = fields.number(UInt16.self, at: 0)
    channelCount = Int(fields.number(UInt16.self, at: 2))
    sampleRateHz = Int(fields.number(UInt32.self, at: 4))
    let frame = Int(fields.number(UInt16.self, at: 12))
    let bits = Int(fields.number(UInt16.self, at: 14))
    if tag == 0xFFFE {
      guard chunk.count >= 40 else {
        throw malformed("its extensible format chunk has \(chunk.count) bytes", "40")
      }
      tag = fields.number(UInt16.self, at: 24)
      guard Array(chunk[26..<40]) == WavFormat.identifierTail else {
        throw DatasetError(
          .unsupported, path: path, found: "its samples are in a format of some program's own",
          expected: "PCM or float samples")
      }
    }
    guard channelCount > 0 else { throw malformed("it has no channels") }
    guard sampleRateHz > 0 else { throw malformed("its sample rate is 0 Hz") }
    guard tag == 1 || tag == 3 else {
      throw DatasetError(
        .unsupported, path: path, found: "its samples are \(WavFormat.name(of: tag))",
        expected: "PCM or float samples",
        suggestion: WavFormat.conversion.advice(for: path))
    }
    let legal: ClosedRange<Int> = tag == 1 ? 1...32 : 32...64
    guard legal.contains(bits), tag == 1 || bits % 32 == 0 else {
      throw DatasetError(
        .unsupported, path: path,
        found: "its \(tag == 1 ? "PCM" : "float") samples have \(bits) bits",
        expected: tag == 1 ? "1 to 32 bits" : "32 or 64 bits")
    }
    guard frame % channelCount == 0, frame / channelCount * 8 >= bits,
      frame / channelCount <= (tag == 1 ? 4 : bits / 8)
    else {
      throw malformed("\(channelCount) channels of \(bits) bits make frames of \(frame) bytes")
    }
    containerByteCount = frame / channelCount
    encoding = tag == 1 ? .integer(bits: bits) : .float(bits: bits)
  }

  private static let conversion = ForeignKind(
    "a compressed WAV recording", "convert it: ffmpeg -i '{in}' -c:a pcm_s16le '{out}-pcm.wav'")

  private static func name(of tag: UInt16) -> String {
    switch tag {
    case 2, 0x11: "ADPCM"
    case 6: "A-law"
    case 7: "mu-law"
    case 0x50, 0x55: "MPEG audio"
    case 0xFF, 0x1610: "AAC"
    default: "of format \(tag)"
    }
  }
}

import Datasets
import Tensors
import Testing

/// A WAV header with chosen fields, for files that no writer would make.
struct WavHeader {
  var kind = "RIFF"
  var riffCount: UInt32 = 0x1000
  var tag: UInt16 = 1
  var channels: UInt16 = 1
  var rate: UInt32 = 8000
  var frame: UInt16 = 2
  var bits: UInt16 = 16
  var extra: [UInt8] = []
  var before: [UInt8] = []
  var dataCount: UInt32?
  var data: [UInt8] = [0, 0x40, 0, 0xC0]

  func bytes() -> [UInt8] {
    func number(_ value: some FixedWidthInteger) -> [UInt8] {
      (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var format = number(tag) + number(channels) + number(rate)
    format += number(rate &* UInt32(frame)) + number(frame) + number(bits) + extra
    let start = Array(kind.utf8) + number(riffCount) + Array("WAVE".utf8) + before
    let middle = Array("fmt ".utf8) + number(UInt32(format.count)) + format
    return start + middle + Array("data".utf8) + number(dataCount ?? UInt32(data.count)) + data
  }

  static let pcmIdentifier: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
}

/// A WAV file that cannot be read, and what the message must say.
struct BadWav: CustomTestStringConvertible {
  let name: String
  let header: WavHeader
  let message: String
  var testDescription: String { name }

  init(_ name: String, _ message: String, _ change: (inout WavHeader) -> Void) {
    var header = WavHeader()
    change(&header)
    (self.name, self.header, self.message) = (name, header, message)
  }

  static let all: [BadWav] = [
    BadWav("no channels", "no channels") { $0.channels = 0 },
    BadWav("rate 0", "sample rate is 0 Hz") { $0.rate = 0 },
    BadWav("mu-law", "mu-law") { $0.tag = 7 },
    BadWav("MP3", "MPEG audio") { $0.tag = 0x55 },
    BadWav("unknown tag", "format 999") { $0.tag = 999 },
    BadWav("0 bits", "have 0 bits") { $0.bits = 0 },
    BadWav("48-bit PCM", "have 48 bits") { ($0.bits, $0.frame) = (48, 6) },
    BadWav("24-bit float", "have 24 bits") { ($0.tag, $0.bits, $0.frame) = (3, 24, 3) },
    BadWav("frame of 0", "frames of 0 bytes") { $0.frame = 0 },
    BadWav("frame too small", "frames of 1 bytes") { $0.frame = 1 },
    BadWav("uneven frame", "frames of 3 bytes") { ($0.channels, $0.frame) = (2, 3) },
    BadWav("short extension", "extensible format chunk has 16 bytes") { $0.tag = 0xFFFE },
    BadWav("own format", "some program's own") {
      ($0.tag, $0.extra) = (0xFFFE, Array(repeating: 9, count: 24))
    },
    BadWav("no WAV", "no WAV file") { $0.kind = "OggS" },
    BadWav("data first", "before their format") {
      $0.before = Array("data".utf8) + [2, 0, 0, 0, 1, 1]
    },
    BadWav("endless chunk", "no format chunk") {
      $0.before = Array("LIST".utf8) + [0xFF, 0xFF, 0xFF, 0x7F]
    },
  ]
}

@Suite struct WavTests {
  @Test("recordings of every PCM width read", arguments: [8, 16, 24, 32])
  func widths(bits: Int) throws {
    let recording = try Wav(path: arrayFixture("pcm\(bits).wav"))
    #expect(recording.sampleRateHz == 16000)
    #expect(recording.channelCount == 2)
    #expect(recording.frameCount == 10)
    #expect(recording.encoding == .integer(bits: bits))
    let expected = (0..<10).flatMap { [Double($0) / 16, -Double($0) / 16] }
    #expect(recording.samples.doubles() == expected)
  }

  @Test(
    "samples survive writing and reading within half a step",
    arguments: [
      Wav.Encoding.integer(bits: 8), .integer(bits: 16), .integer(bits: 24), .integer(bits: 32),
      .float(bits: 32), .float(bits: 64),
    ])
  func roundTrip(encoding: Wav.Encoding) throws {
    for channelCount in [1, 3] {
      var random = RandomStream(seed: 4, name: "wav")
      let values = (0..<21 * channelCount).map { _ in Float(random.uniform() * 1.9 - 0.95) }
      let samples = Tensor(values, shape: [21, channelCount])
      let read = try Wav(bytes: Wav.encoded(samples, sampleRateHz: 44_100, as: encoding))
      #expect(read.sampleRateHz == 44_100)
      #expect(read.samples.shape == samples.shape)
      var step = 0x1p-24
      if case .integer(let bits) = encoding { step = max(step, 1 / Double(Int64(1) << bits)) }
      if case .float = encoding { step = 0 }
      for (a, b) in zip(read.samples.doubles(), samples.doubles()) {
        #expect((a - b).magnitude <= step * 1.000001)
      }
    }
  }

  @Test("values beyond full scale are clipped, and NaN is silence")
  func clipping() throws {
    let samples = Tensor([Float(2), -2, .nan, 1], shape: [4, 1])
    let read = try Wav(bytes: Wav.encoded(samples, sampleRateHz: 8000))
    #expect(read.samples.doubles() == [1 - 0x1p-15, -1, 0, 1 - 0x1p-15])
  }

  @Test("extensible headers, and 24 valid bits in containers of 32")
  func extensible() throws {
    var header = WavHeader()
    (header.tag, header.bits, header.frame) = (0xFFFE, 24, 4)
    header.extra = [22, 0, 24, 0, 0, 0, 0, 0, 1, 0] + WavHeader.pcmIdentifier
    header.data = [0, 0, 0, 0x40, 0, 0, 0, 0xC0]
    #expect(try Wav(bytes: header.bytes()).samples.doubles() == [0.5, -0.5])
    header.extra[8] = 3
    (header.bits, header.data) = (32, [0, 0, 0x80, 0x3F, 0, 0, 0x80, 0xBF])
    #expect(try Wav(bytes: header.bytes()).samples.doubles() == [1, -1])
  }

  @Test("other chunks are skipped, also of odd length")
  func otherChunks() throws {
    var header = WavHeader()
    header.before = Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0]
    #expect(try Wav(bytes: header.bytes()).samples.doubles() == [0.5, -0.5])
  }

  @Test("a stream of unknown length is read to its end")
  func streams() throws {
    var header = WavHeader()
    (header.dataCount, header.riffCount) = (.max, .max)
    header.data.append(9)
    #expect(try Wav(bytes: header.bytes()).samples.doubles() == [0.5, -0.5])
    (header.dataCount, header.riffCount) = (0, 0)
    #expect(try Wav(bytes: header.bytes()).frameCount == 2)
  }

  @Test("files above 4 GB have their length in a chunk of its own")
  func wideLengths() throws {
    var header = WavHeader()
    (header.kind, header.riffCount, header.dataCount) = ("RF64", .max, .max)
    let sizes: [UInt8] =
      [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0] + Array(repeating: 0, count: 12)
    header.before = Array("ds64".utf8) + [28, 0, 0, 0] + sizes
    #expect(try Wav(bytes: header.bytes()).samples.doubles() == [0.5])
    header.kind = "BW64"
    #expect(try Wav(bytes: header.bytes()).samples.doubles() == [0.5])
    header.before[23] = 0xFF
    let overlong = try Wav(bytes: header.bytes())
    #expect(overlong.samples.doubles() == [0.5, -0.5])
    #expect(overlong.notes.count == 1)
  }

  @Test(
    "a size that the file contradicts is noted, and all whole frames are read",
    arguments: [
      (0x7FFF_F000, "placeholder"), (0x8000_0000, "placeholder"), (0xFFFF_FFFF, "placeholder"),
      (20, "claims 20 bytes of samples and the file holds 4"),
      (0, "holds no samples, as a recorder"),
    ] as [(UInt32, String)])
  func wrongSizes(claimed: UInt32, message: String) throws {
    var header = WavHeader()
    header.dataCount = claimed
    let recording = try Wav(bytes: header.bytes())
    #expect(recording.samples.doubles() == [0.5, -0.5])
    #expect(recording.notes.count == 1)
    #expect(recording.notes.first?.contains(message) == true, "\(recording.notes)")
  }

  @Test("a recording that is sound has nothing to note, and an empty one says so")
  func quietHeaders() throws {
    #expect(try Wav(bytes: WavHeader().bytes()).notes.isEmpty)
    var header = WavHeader()
    header.data = []
    #expect(try Wav(bytes: header.bytes()).notes == ["it holds no samples"])
    // Empty, with another chunk behind.
    (header.dataCount, header.data) = (0, Array("LIST".utf8) + [4, 0, 0, 0, 1, 2, 3, 4])
    #expect(try Wav(bytes: header.bytes()).notes == ["it holds no samples"])
  }

  @Test("samples end at their size, whatever follows")
  func trailers() throws {
    var header = WavHeader()
    header.dataCount = 4
    header.data += Array("LIST".utf8) + [4, 0, 0, 0, 1, 2, 3, 4]
    let recording = try Wav(bytes: header.bytes())
    #expect(recording.samples.doubles() == [0.5, -0.5])
    #expect(recording.notes.isEmpty)
  }

  @Test("an odd chunk without its pad byte does not hide the next", arguments: [false, true])
  func missingPad(isPadded: Bool) throws {
    var header = WavHeader()
    header.before = Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3] + (isPadded ? [0] : [])
    #expect(try Wav(bytes: header.bytes()).samples.doubles() == [0.5, -0.5])
  }

  @Test("what cannot be read is refused with the reason", arguments: BadWav.all)
  func refusals(example: BadWav) {
    let error = #expect(throws: DatasetError.self) { try Wav(bytes: example.header.bytes()) }
    #expect(error?.description.contains(example.message) == true, "\(error?.description ?? "")")
  }
}

import Datasets
import Foundation
import Serialization
import Tensors
import Testing

@Suite struct RecordingTests {
  private func recording(_ bytes: [UInt8], _ name: String = "a") throws -> Recording {
    try Recording(ByteFile(bytes: bytes, name: name))
  }

  private static let samples: [Int16] = (0..<40).map { Int16($0 * 811 - 16000) } + [-32768, 32767]

  @Test("whole numbers are scaled as in WAV, bit for bit", arguments: [1, 2])
  func exact(channels: Int) throws {
    let samples = Self.samples
    let wide = samples.map(Int32.init)
    let expected = samples.map { Double($0) / 32768 }
    for bytes in [
      SoundBytes.flac(wide, channels: channels), SoundBytes.au(samples, channels: channels),
      SoundBytes.rifx(samples, channels: channels),
    ] {
      let sound = try recording(bytes)
      #expect(sound.samples.shape == [samples.count / channels, channels])
      #expect(sound.samples.doubles() == expected)
      #expect(sound.sampleRateHz == 16000)
      #expect(sound.notes.isEmpty)
      let wav = try Wav(
        bytes: Wav.encoded(sound.samples, sampleRateHz: 16000, as: .integer(bits: 16)))
      #expect(wav.samples.bitsEqual(sound.samples))
    }
  }

  @Test("24 bits keep all of them")
  func wideSamples() throws {
    let samples: [Int32] = (0..<32).map { $0 * 262_143 - 4_000_000 }
    let sound = try recording(SoundBytes.flac(samples, bits: 24, rate: 96000))
    #expect(sound.samples.doubles() == samples.map { Double($0) / 0x1p23 })
    #expect(sound.sampleRateHz == 96000)
  }

  @Test("a stream of unknown length is read to its end, and a short one says so")
  func lengths() throws {
    let samples = (0..<32).map { Int32($0) }
    let unknown = try recording(SoundBytes.flac(samples, announced: 0))
    #expect(unknown.samples.shape == [32, 1])
    let short = try recording(SoundBytes.flac(samples, announced: 50))
    #expect(short.samples.shape[0] <= 50)
    #expect(short.notes.count == 1, "\(short.notes)")
  }

  @Test("Ogg Vorbis is decoded")
  func ogg() throws {
    let sound = try Recording(path: arrayFixture("tone.ogg"))
    #expect(sound.sampleRateHz == 8000)
    #expect(sound.samples.shape == [400, 1])
    let values = sound.samples.doubles()
    let expected = (0..<400).map { 0.5 * sin(2 * Double.pi * 440 * Double($0) / 8000) }
    let error = zip(values, expected).map { $0 - $1 }.reduce(0) { $0 + $1 * $1 } / 400
    #expect(error < 0.01, "\(error)")
  }

  @Test(
    "what is no recording, or broken, is refused",
    arguments: [
      (Array("fLaC....".utf8), "this FLAC recording cannot be decoded"),
      (Array("OggS....".utf8), "this Ogg recording cannot be decoded"),
      ([0xFF, 0xFB, 0x90, 0], "an MP3 recording"),
      ([0x93] + Array("NUMPY".utf8), "an array of NumPy"),
    ] as [([UInt8], String)])
  func refusals(bytes: [UInt8], message: String) {
    let error = #expect(throws: DatasetError.self) { try recording(bytes) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("recordings of every kind are input and arrays")
  func readers() throws {
    let bytes = SoundBytes.flac(Self.samples.map(Int32.init), channels: 2)
    let batch = try Batcher.load(["a.flac"]) { ByteFile(bytes: bytes, name: $0) }
    #expect(batch.values.shape == [1, 21, 2])
    #expect(batch.sampleRateHz == 16000)
    let array = try ArrayFile.read("a.flac") { ByteFile(bytes: bytes, name: $0) }
    #expect(array.values.bitsEqual(batch.values))
  }
}

@Suite struct RateTests {
  private func tone(_ rate: Int, _ count: Int, channels: Int = 1) -> Recording {
    var values: [Float] = []
    for time in 0..<count {
      let phase = 2 * Double.pi * 440 * Double(time) / Double(rate)
      for channel in 0..<channels { values.append(Float(0.5 * sin(phase) / Double(channel + 1))) }
    }
    return Recording(
      samples: Tensor(values, shape: [count, channels]), sampleRateHz: rate, notes: [])
  }

  @Test(
    "a tone stays the same tone, at the same time, within 120 dB",
    arguments: [
      (44100, 16000), (48000, 16000), (8000, 16000), (16000, 8000), (22050, 16000), (16000, 44100),
    ])
  func tones(from: Int, to: Int) throws {
    let converted = try tone(from, from / 4, channels: 2).converted(toRateHz: to)
    #expect(converted.sampleRateHz == to)
    #expect(converted.samples.shape == [(from / 4 * to + from - 1) / from, 2])
    #expect(converted.notes.first?.contains("from \(from) to \(to) Hz") == true)
    #expect(converted.notes.first?.contains("144dB SNR") == true)
    let expected = tone(to, converted.samples.shape[0], channels: 2).samples.doubles()
    let margin = expected.count / 4
    let worst =
      zip(converted.samples.doubles(), expected).dropFirst(margin).dropLast(margin)
      .map { ($0 - $1).magnitude }.max() ?? 1
    #expect(worst < 0.5e-6, "\(worst)")
  }

  @Test("a conversion that nobody waits for any more ends")
  func stopped() throws {
    var looks = 0
    let error = #expect(throws: FileError.self) {
      try tone(44100, 88200).converted(toRateHz: 16000) {
        looks += 1
        return looks == 2
      }
    }
    #expect(error?.code == .stopped && looks == 2)
  }

  @Test(
    "the number of timesteps is that of the duration, rounded up", arguments: [0, 1, 2, 441, 1000])
  func counts(count: Int) throws {
    let converted = try tone(44100, count).converted(toRateHz: 16000)
    #expect(converted.samples.shape[0] == (count * 16000 + 44099) / 44100)
  }

  @Test(
    "the same rate changes nothing; absurd ones are refused",
    arguments: [0, -1, 31, 2_048_001, .max])
  func rates(rate: Int) throws {
    let sound = tone(8000, 100)
    #expect(try sound.converted(toRateHz: 8000).samples.bitsEqual(sound.samples))
    let error = #expect(throws: DatasetError.self) { try sound.converted(toRateHz: rate) }
    #expect(error?.expected == "32 to 2048000 Hz")
  }
}

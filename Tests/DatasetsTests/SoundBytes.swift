/// Recordings of 16-bit samples, written here byte by byte.
enum SoundBytes {
  private static func big(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: value.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: value >> $0)
    }
  }

  /// Sun's AU.
  static func au(_ samples: [Int16], channels: Int = 1, rate: Int = 16000) -> [UInt8] {
    let header = [24, UInt32(samples.count * 2), 3, UInt32(rate), UInt32(channels)].flatMap {
      big($0)
    }
    return Array(".snd".utf8) + header + samples.flatMap { big($0) }
  }

  /// WAV with its highest bytes first.
  static func rifx(_ samples: [Int16], channels: Int = 1, rate: Int = 16000) -> [UInt8] {
    let format =
      big(UInt16(1)) + big(UInt16(channels)) + big(UInt32(rate)) + big(UInt32(rate * channels * 2))
      + big(UInt16(channels * 2)) + big(UInt16(16))
    let body = samples.flatMap { big($0) }
    return Array("RIFX".utf8) + big(UInt32(36 + body.count)) + Array("WAVEfmt ".utf8)
      + big(UInt32(16)) + format + Array("data".utf8) + big(UInt32(body.count)) + body
  }

  /// One frame of FLAC that stores its samples as they are.
  ///
  /// - Source: RFC 9639.
  static func flac(
    _ samples: [Int32], bits: Int = 16, channels: Int = 1, rate: Int = 16000, announced: Int? = nil
  ) -> [UInt8] {
    let count = samples.count / channels
    let facts =
      UInt64(rate) << 44 | UInt64(channels - 1) << 41 | UInt64(bits - 1) << 36
      | UInt64(announced ?? count)
    let info =
      big(UInt16(count)) + big(UInt16(count)) + [0, 0, 0, 0, 0, 0] + big(facts)
      + Array(repeating: 0, count: 16)
    var frame: [UInt8] = [0xFF, 0xF8, 0x70, UInt8(channels - 1) << 4, 0] + big(UInt16(count - 1))
    frame.append(UInt8(checksum(frame, width: 8, polynomial: 0x07)))
    for channel in 0..<channels {
      frame.append(0x02)
      for time in 0..<count {
        frame += big(samples[time * channels + channel]).suffix(bits / 8)
      }
    }
    frame += big(UInt16(checksum(frame, width: 16, polynomial: 0x8005)))
    return Array("fLaC".utf8) + [0x80, 0, 0, 34] + info + frame
  }

  private static func checksum(_ bytes: [UInt8], width: Int, polynomial: Int) -> Int {
    bytes.reduce(0) { sum, byte in
      (0..<8).reduce(sum ^ Int(byte) << (width - 8)) { value, _ in
        let isSet = value >> (width - 1) & 1 == 1
        return (value << 1 ^ (isSet ? polynomial : 0)) & (1 << width - 1)
      }
    }
  }
}

public import Tensors
package import Weights

/// A recording read from a WAV file.
///
/// Reads integer samples of up to 32 bits and float samples of 32 or 64, plain and extensible
/// headers, RF64 files above 4 GB, any rate and any number of channels. Integer samples are divided
/// by the largest magnitude of their width, so that values lie in [-1, 1); 8-bit ones are unsigned.
public struct Wav: Sendable {
  /// How samples are stored.
  public enum Encoding: Hashable, Sendable {
    /// Whole numbers; unsigned up to 8 bits.
    case integer(bits: Int)
    /// IEEE 754 numbers of 32 or 64 bits.
    case float(bits: Int)
  }

  /// The samples as `float32` `[t, n]`, one column a channel.
  public let samples: Tensor
  /// Timesteps a second.
  public let sampleRateHz: Int
  /// How the file stored the samples.
  public let encoding: Encoding

  /// The number of channels.
  public var channelCount: Int { samples.shape[1] }
  /// The number of timesteps.
  public var frameCount: Int { samples.shape[0] }

  /// Reads a file.
  ///
  /// - Throws: ``DatasetError`` if it is malformed, truncated or compressed; `FileError`.
  public init(path: String) throws { try self.init(ByteFile(path: path)) }

  /// Reads a file that is in memory; `name` stands for its path in messages.
  ///
  /// - Throws: ``DatasetError`` if it is malformed, truncated or compressed.
  public init(bytes: [UInt8], name: String = "data") throws {
    try self.init(ByteFile(bytes: bytes, name: name))
  }

  package init(_ file: ByteFile) throws {
    let (format, range) = try Wav.locate(file)
    let frameCount = range.count / format.frameByteCount
    samples = try Tensor(.float32, shape: [frameCount, format.channelCount]) { output in
      try Wav.decode(file, range, format, into: output.bindMemory(to: Float.self))
    }
    sampleRateHz = format.sampleRateHz
    encoding = format.encoding
  }

  /// Finds the format and the whole frames of the first data chunk.
  private static func locate(_ file: ByteFile) throws -> (WavFormat, Range<Int>) {
    func malformed(_ found: String) -> DatasetError {
      DatasetError(.malformed, path: file.path, found: found)
    }
    let start = try file.read(0..<min(file.count, 12))
    let kind = String(decoding: start.prefix(4), as: UTF8.self)
    guard kind == "RIFF" || kind == "RF64", start.suffix(4) == Array("WAVE".utf8)[...] else {
      throw DatasetError(
        .unknownKind, path: file.path,
        found: kind == "RIFX" ? "this is a big-endian WAV file" : "this is no WAV file")
    }
    let isStream = [0, UInt32.max].contains(LittleEndian(start).number(UInt32.self, at: 4))
    var format: WavFormat?
    var wideCount: Int?
    var position = 12
    // Files have a handful of chunks; a bound keeps one made of empty chunks from taking forever.
    for _ in 0..<10_000 where position + 8 <= file.count {
      let head = try file.read(position..<position + 8)
      let count = Int(LittleEndian(head).number(UInt32.self, at: 4))
      let body = position + 8
      let rest = file.count - body
      switch String(decoding: head.prefix(4), as: UTF8.self) {
      case "ds64" where count >= 16 && rest >= 16:
        let wide = try LittleEndian(file.read(body..<body + 16)).number(UInt64.self, at: 8)
        wideCount = Int(clamping: wide)
      case "fmt ":
        let chunk = try file.read(body..<body + min(count, rest, 40))
        format = try WavFormat(chunk: chunk, path: file.path)
      case "data":
        guard let format else { throw malformed("its data come before their format") }
        let isOpenEnded = count == Int(UInt32.max) || (count == 0 && isStream)
        let isLast = isOpenEnded && wideCount == nil
        let declared = isLast ? rest : count == Int(UInt32.max) ? wideCount ?? rest : count
        guard declared <= rest else {
          throw DatasetError(
            .truncated, path: file.path,
            found: "its data should be \(declared) bytes and only \(rest) are left",
            suggestion: "the download or recording may be incomplete")
        }
        let extra = declared % format.frameByteCount
        guard extra == 0 || isLast else {
          throw malformed("its data end inside a frame of \(format.frameByteCount) bytes")
        }
        return (format, body..<body + declared - extra)
      default: break
      }
      position = body + count + count % 2
    }
    throw DatasetError(
      position > file.count ? .truncated : .malformed, path: file.path,
      found: format == nil ? "it has no format chunk" : "it has no data chunk")
  }

  private static func decode(
    _ file: ByteFile, _ range: Range<Int>, _ format: WavFormat,
    into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    let width = format.containerByteCount
    // In pieces, so that a long recording is not in memory twice.
    let pieceCount = 1 << 18
    for first in stride(from: 0, to: output.count, by: pieceCount) {
      let last = min(first + pieceCount, output.count)
      let start = range.lowerBound + first * width
      let bytes = try file.read(start..<start + (last - first) * width)
      let numbers = LittleEndian(bytes)
      for index in first..<last {
        let offset = (index - first) * width
        switch (format.encoding, width) {
        case (.float(64), _):
          output[index] = Float(Double(bitPattern: numbers.number(at: offset)))
        case (.float, _): output[index] = Float(bitPattern: numbers.number(at: offset))
        case (.integer, 1): output[index] = (Float(bytes[offset]) - 128) / 128
        case (.integer, 2): output[index] = Float(numbers.number(Int16.self, at: offset)) / 0x1p15
        case (.integer, 3):
          let low = Int32(numbers.number(UInt16.self, at: offset))
          output[index] = Float(Int32(Int8(bitPattern: bytes[offset + 2])) << 16 | low) / 0x1p23
        case (.integer, _): output[index] = Float(numbers.number(Int32.self, at: offset)) / 0x1p31
        }
      }
    }
  }
}

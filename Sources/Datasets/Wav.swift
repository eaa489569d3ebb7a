package import Serialization
public import Tensors

/// A recording read from a WAV file.
///
/// Reads integer samples of up to 32 bits and float samples of 32 or 64, plain and extensible
/// headers, RF64 and BW64 files above 4 GB, any rate and any number of channels. Integer samples are
/// divided by the largest magnitude of their width, so that values lie in [-1, 1); 8-bit ones are
/// unsigned. Sizes in the header that the file contradicts are noted.
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
  /// What the header says and the file does not hold.
  public let notes: [String]

  /// The number of channels.
  public var channelCount: Int { samples.shape[1] }
  /// The number of timesteps.
  public var frameCount: Int { samples.shape[0] }

  /// Reads a file.
  ///
  /// - Throws: ``DatasetError`` if it is malformed or compressed; `FileError`.
  public init(path: String) throws { try self.init(ByteFile(path: path)) }

  /// Reads a file that is in memory; `name` stands for its path in messages.
  ///
  /// - Throws: ``DatasetError`` if it is malformed or compressed.
  public init(bytes: [UInt8], name: String = "data") throws {
    try self.init(ByteFile(bytes: bytes, name: name))
  }

  package init(_ file: ByteFile) throws {
    let chunks = try WavChunks(file)
    let format = chunks.format
    let frameCount = chunks.samples.count / format.frameByteCount
    samples = try Tensor(.float32, shape: [frameCount, format.channelCount]) { output in
      try Wav.decode(file, chunks.samples, format, into: output.bindMemory(to: Float.self))
    }
    sampleRateHz = format.sampleRateHz
    encoding = format.encoding
    notes = chunks.notes
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

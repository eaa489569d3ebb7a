internal import Serialization
public import Tensors

extension Wav {
  /// The bytes of a WAV file.
  ///
  /// Values outside [-1, 1) are clipped when they are stored as integers.
  ///
  /// - Precondition: `samples` is `float32` `[t, n]` with at least one channel and fits a WAV file of
  ///   4 GB; integers have 8, 16, 24 or 32 bits, floats 32 or 64.
  public static func encoded(
    _ samples: Tensor, sampleRateHz: Int, as encoding: Encoding = .integer(bits: 16)
  ) -> [UInt8] {
    precondition(samples.rank == 2 && samples.shape[1] > 0, "A recording has the shape [t, n].")
    let (tag, bits) =
      switch encoding {
      case .integer(let bits): (UInt16(1), bits)
      case .float(let bits): (UInt16(3), bits)
      }
    precondition([8, 16, 24, 32, 64].contains(bits), "Samples of \(bits) bits cannot be written.")
    let channelCount = samples.shape[1]
    let width = bits / 8
    let dataCount = samples.count * width
    precondition(dataCount < Int(UInt32.max) - 64, "The recording is too long for a WAV file.")
    var bytes: [UInt8] = Array("RIFF".utf8)
    bytes += LittleEndian.bytes(UInt32(36 + dataCount + dataCount % 2))
    bytes += Array("WAVEfmt ".utf8)
    bytes += LittleEndian.bytes(UInt32(16))
    bytes += LittleEndian.bytes(tag)
    bytes += LittleEndian.bytes(UInt16(channelCount))
    bytes += LittleEndian.bytes(UInt32(sampleRateHz))
    bytes += LittleEndian.bytes(UInt32(sampleRateHz * channelCount * width))
    bytes += LittleEndian.bytes(UInt16(channelCount * width))
    bytes += LittleEndian.bytes(UInt16(bits))
    bytes += Array("data".utf8)
    bytes += LittleEndian.bytes(UInt32(dataCount))
    bytes.reserveCapacity(bytes.count + dataCount + 1)
    for value in samples.doubles() {
      switch encoding {
      case .float(64): bytes += LittleEndian.bytes(value.bitPattern)
      case .float: bytes += LittleEndian.bytes(Float(value).bitPattern)
      case .integer(8): bytes.append(UInt8(clipped(value, bits: 8) + 128))
      case .integer: bytes += LittleEndian.bytes(clipped(value, bits: bits)).prefix(width)
      }
    }
    if dataCount % 2 == 1 { bytes.append(0) }
    return bytes
  }

  /// Writes a WAV file.
  ///
  /// - Precondition: as for ``encoded(_:sampleRateHz:as:)``.
  /// - Throws: `FileError` if it cannot be written.
  public static func write(
    _ samples: Tensor, sampleRateHz: Int, as encoding: Encoding = .integer(bits: 16),
    to path: String
  ) throws {
    try AtomicFile.write(encoded(samples, sampleRateHz: sampleRateHz, as: encoding), to: path)
  }

  private static func clipped(_ value: Double, bits: Int) -> Int64 {
    guard !value.isNaN else { return 0 }
    let scale = Double(Int64(1) << (bits - 1))
    return Int64(min(max((value * scale).rounded(), -scale), scale - 1))
  }
}

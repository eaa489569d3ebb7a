package import Serialization
public import Tensors
import Weights

/// A recording read from a file: WAV by our own reader, every other kind by libsndfile.
///
/// WAV files come with headers that are half written or wrong; what is done about them has to be said,
/// which libsndfile cannot. Both scale whole numbers alike, by the largest magnitude of their width.
public struct Recording: Sendable {
  /// The samples as `float32` `[t, n]`, one column a channel.
  public let samples: Tensor
  /// Timesteps a second.
  public let sampleRateHz: Int
  /// Notes on what the reader changed or assumed.
  public let notes: [String]

  /// Reads a file.
  ///
  /// - Throws: ``DatasetError`` if it is no recording, malformed or of a kind that is not read;
  ///   `FileError`.
  public init(path: String) throws { try self.init(ByteFile(path: path)) }

  package init(_ file: ByteFile) throws {
    switch try FileKind.of(file) {
    case .wav:
      let wav = try Wav(file)
      self.init(samples: wav.samples, sampleRateHz: wav.sampleRateHz, notes: wav.notes)
    case .recording(let kind): self = try SoundDecoder.recording(file, kind: kind)
    case let kind: throw try ArrayFile.wrongKind(kind, file, expected: "a recording")
    }
  }

  package init(samples: Tensor, sampleRateHz: Int, notes: [String]) {
    self.samples = samples
    self.sampleRateHz = sampleRateHz
    self.notes = notes
  }

  /// The samples as a row: `[1, t]` for one channel, `[1, t, n]` for several.
  func row(keepsChannelAxis: Bool = false) -> Tensor {
    let shape = samples.shape
    let isPlain = shape[1] == 1 && !keepsChannelAxis
    return samples.reshaped(isPlain ? [1, shape[0]] : [1] + shape)
  }
}

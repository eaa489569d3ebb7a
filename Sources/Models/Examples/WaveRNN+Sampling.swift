import Layers
public import Runtime
import Tensors

extension WaveRNN {
  /// Draws a waveform from what a model of ``body`` predicts, sample by sample.
  ///
  /// The first sample follows a 0. A draw depends on seed, row and position alone.
  ///
  /// - Parameters:
  ///   - model: A model of ``body``.
  ///   - conditioning: What it is conditioned on, `[b, t, …]`.
  ///   - seed: The seed of the draws.
  /// - Returns: Samples `[b, t · upsampling, 1]` from -1 to 1, valid where the conditioning is.
  /// - Throws: what the model throws for conditioning that it cannot take.
  public func sample(
    _ model: Model, conditioning: SequenceTensor, seed: UInt64
  ) throws -> SequenceTensor {
    let rows = conditioning.batch
    let stream = try model.makeStream(
      batch: rows, constants: [self.conditioning: .sequence(conditioning)])
    var previous = try SequenceTensor(values: Tensor(repeating: 0, shape: [rows, 1, 1]))
    var parts: [SequenceTensor] = []
    for position in 0..<(conditioning.time * upsampling) {
      let y = try stream.step(previous).y
      let numbers = y.values.elements(as: Double.self)
      let drawn = (0..<rows).map { row in
        let distribution = QuantizedLogistic(
          place: numbers[2 * row], width: numbers[2 * row + 1])
        return Float(distribution.sample(Self.uniform(seed, row, position)))
      }
      previous = try SequenceTensor(
        values: Tensor(drawn, shape: [rows, 1, 1]), mask: y.mask)
      parts.append(previous.maskedInvalid())
    }
    return SequenceTensor.concatenate(parts)
  }

  /// The log-probability of every sample of a waveform, as a model of ``teacherForced`` predicts it.
  ///
  /// - Throws: what the model throws for input that it cannot take.
  public func logProbabilities(
    _ model: Model, waveform: SequenceTensor, conditioning: SequenceTensor
  ) throws -> [Double] {
    let y = try model.layer(
      waveform, constants: [self.conditioning: .sequence(conditioning)]
    ).y
    let numbers = y.values.elements(as: Double.self)
    let samples = waveform.values.elements(as: Double.self)
    return samples.indices.map { index in
      QuantizedLogistic(place: numbers[2 * index], width: numbers[2 * index + 1])
        .logProbability(of: samples[index])
    }
  }

  private static func uniform(_ seed: UInt64, _ row: Int, _ position: Int) -> Double {
    let words = Philox.words(
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)),
      counter: SIMD4(UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: row), 0, 0))
    return (Double(words[0]) + 0.5) / 4_294_967_296
  }
}

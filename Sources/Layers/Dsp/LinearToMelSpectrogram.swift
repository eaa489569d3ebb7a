import Programs
import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Energies of linear frequency bins gathered into mel bands by triangles.
///
/// Bands lie at equal distances on the mel scale `1127 ln(1 + f / 700)`; triangles are straight in mel,
/// peak at 1 and are not normalised; the bin at 0 Hz takes no part.
///
/// - Shape: `[b, t, ..., bins] -> [b, t, ..., numMelBins]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` for counts or rates that are not positive, and edges that
///   are not `0 <= lower < upper <= sampleRate / 2` (Hz).
/// - Source: sequence_layers/jax/dsp.py `LinearToMelSpectrogram`; HTK mel scale.
extension LinearToMelSpectrogram: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireChannelRank(1...Int.max, input, layer: typeName)
    try require("numMelBins", numMelBins, atLeast: 1)
    guard sampleRate > 0 else {
      throw .config(self, "sampleRate", found: "\(sampleRate) Hz", expected: "above 0 Hz")
    }
    guard lowerEdgeHertz >= 0, lowerEdgeHertz < upperEdgeHertz else {
      throw .config(
        self, "lowerEdgeHertz", found: "\(lowerEdgeHertz) Hz up to \(upperEdgeHertz) Hz",
        expected: "0 or more, and below the upper edge")
    }
    guard upperEdgeHertz <= sampleRate / 2 else {
      throw .config(
        self, "upperEdgeHertz", found: "\(upperEdgeHertz) Hz",
        expected: "at most \(sampleRate / 2) Hz, half the sample rate")
    }
    return ChannelSpec(input.shape.dropLast() + [numMelBins], input.dtype)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let bins = x.channelShape[x.channelShape.count - 1]
    let kernel = context.builder.constant(ValueType(x.dtype, [bins, numMelBins])) {
      weights(bins: bins)
    }
    return x.mapValues(preservingZero: true) { $0.matmul(kernel) }
  }

  /// How much of each bin belongs to each band, `[bins, bands]` row by row.
  private func weights(bins: Int) -> [Double] {
    func mel(_ hertz: Double) -> Double { 1127 * log(1 + hertz / 700) }
    let (low, high) = (mel(lowerEdgeHertz), mel(upperEdgeHertz))
    let edges = (0..<(numMelBins + 2)).map { index in
      low + (high - low) * Double(index) / Double(numMelBins + 1)
    }
    var result: [Double] = []
    for bin in 0..<bins {
      let place = mel(sampleRate / 2 * Double(bin) / Double(max(bins - 1, 1)))
      for band in 0..<numMelBins {
        let rising = (place - edges[band]) / (edges[band + 1] - edges[band])
        let falling = (edges[band + 2] - place) / (edges[band + 2] - edges[band + 1])
        result.append(bin == 0 ? 0 : max(0, min(rising, falling)))
      }
    }
    return result
  }
}

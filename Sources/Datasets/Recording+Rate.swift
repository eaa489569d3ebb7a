internal import CAudio
internal import Tensors
internal import Weights

extension Recording {
  /// The recording at another rate, `ceil(t * rate / sampleRateHz)` timesteps of it.
  ///
  /// Converted by libsamplerate's best filter (144 dB signal to noise, 96 % of the band), without a
  /// shift in time: timestep `i` is at `i / rate` seconds.
  ///
  /// - Throws: ``DatasetError`` `.outOfRange` for a rate that is not positive, or more than 256 times
  ///   higher or lower.
  public func converted(toRateHz rate: Int, name: String = "recording") throws -> Recording {
    guard rate != sampleRateHz else { return self }
    let (frames, channels) = (samples.shape[0], samples.shape[1])
    let (low, high) = (max(1, (sampleRateHz + 255) / 256), sampleRateHz * 256)
    guard rate >= low, rate <= high else {
      throw DatasetError(
        .outOfRange, path: name, found: "\(rate) Hz from \(sampleRateHz) Hz",
        expected: "\(low) to \(high) Hz")
    }
    let (scaled, isOver) = frames.multipliedReportingOverflow(by: rate)
    guard !isOver else {
      throw DatasetError(.outOfRange, path: name, found: "\(frames) timesteps at \(rate) Hz")
    }
    let count = (scaled + sampleRateHz - 1) / sampleRateHz
    try UnpackedSize.check(count * channels * 4, from: samples.byteCount, path: name)
    // Zeros behind the end, so that the last timestep is not left out by rounding.
    let tail = [Float](repeating: 0, count: (sampleRateHz / rate + 2) * channels)
    let source = samples.elements(as: Float.self) + tail
    var result = [Float](repeating: 0, count: count * channels)
    var failure: UnsafePointer<CChar>?
    let written = ca_convert_rate(
      source, Int64(source.count / channels), Int32(channels), Double(rate) / Double(sampleRateHz),
      &result, Int64(count), &failure)
    guard written >= 0 else {
      let reason = failure.map { String(cString: $0) } ?? "no reason given"
      throw DatasetError(
        .unsupported, path: name, found: "its rate cannot be converted (\(reason))")
    }
    let quality = String(cString: ca_rate_quality())
    let note = "resampled from \(sampleRateHz) to \(rate) Hz by libsamplerate: \(quality)"
    return Recording(
      samples: Tensor(result, shape: [count, channels]), sampleRateHz: rate, notes: notes + [note])
  }
}

internal import CAudio
internal import Serialization
internal import Tensors

extension Recording {
  /// The recording at another rate, `ceil(t * rate / sampleRateHz)` timesteps of it.
  ///
  /// Converted by libsamplerate's best filter (144 dB signal to noise, 96 % of the band), without a
  /// shift in time: timestep `i` is at `i / rate` seconds.
  ///
  /// `isStopped` is polled; true ends with `FileError` `.stopped`.
  ///
  /// - Throws: ``DatasetError`` `.outOfRange` for a rate that is not positive, or more than 256 times
  ///   higher or lower; `MemoryError` where the result takes too much.
  public func converted(
    toRateHz rate: Int, name: String = "recording", isStopped: () -> Bool = { false }
  ) throws -> Recording {
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
    try MemoryBudget.standard.require(
      [count, channels].byteCount(of: .float32), for: "\(name) at \(rate) Hz")
    let result = try resampled(
      by: Double(rate) / Double(sampleRateHz), tail: sampleRateHz / rate + 2, count: count, name,
      isStopped)
    let quality = String(cString: ca_rate_quality())
    let note = "resampled from \(sampleRateHz) to \(rate) Hz by libsamplerate: \(quality)"
    return Recording(
      samples: Tensor(result, shape: [count, channels]), sampleRateHz: rate, notes: notes + [note])
  }

  /// How many timesteps are made between two looks at whether they are still wanted.
  private static let pieceCount = 1 << 14

  /// `count` timesteps of the recording and `tail` zeros behind it, so that the last is not left out by
  /// rounding.
  private func resampled(
    by ratio: Double, tail: Int, count: Int, _ name: String, _ isStopped: () -> Bool
  ) throws -> [Float] {
    let channels = samples.shape[1]
    let source = samples.elements(as: Float.self) + Array(repeating: 0, count: tail * channels)
    var result: [Float] = Array(repeating: 0, count: count * channels)
    var failure: UnsafePointer<CChar>?
    func refusal() -> DatasetError {
      let reason = failure.map { String(cString: $0) } ?? "no reason given"
      return DatasetError(
        .unsupported, path: name, found: "its rate cannot be converted (\(reason))")
    }
    guard let rate = ca_rate_open(Int32(channels), &failure) else { throw refusal() }
    defer { ca_rate_close(rate) }
    var (read, made) = (0, 0)
    while made < count {
      if isStopped() { throw FileError(.stopped, path: name) }
      var used: Int64 = 0
      let written = source.withUnsafeBufferPointer { source in
        result.withUnsafeMutableBufferPointer { result in
          ca_rate_convert(
            rate, ratio, source.baseAddress.map { $0 + read * channels },
            Int64(source.count / channels - read), result.baseAddress.map { $0 + made * channels },
            Int64(min(Self.pieceCount, count - made)), &used, &failure)
        }
      }
      guard written >= 0 else { throw refusal() }
      guard written > 0 else { break }
      read += Int(used)
      made += Int(written)
    }
    return result
  }
}

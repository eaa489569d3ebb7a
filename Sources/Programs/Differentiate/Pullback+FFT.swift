import Tensors

extension Pullback {
  /// Transforms are linear, so a cotangent goes back through the transposed matrix, which is another
  /// transform up to a factor.
  func fft(_ op: FFTOp) {
    switch op {
    case .forward: complex(.inverse, factor: { Double($0) })
    case .inverse: complex(.forward, factor: { 1 / Double($0) })
    case .realForward: realForward()
    case .realInverse(let length): realInverse(length)
    }
  }

  private func complex(_ transposed: FFTOp, factor: (Int) -> Double) {
    let seeds = (0..<2).map { cotangents[$0] ?? zeros($0) }
    let scale = factor(type(0).shape[type(0).rank - 1])
    let parts = builder.fft(transposed, seeds)
    contribute(to: 0, parts[0].scaled(by: scale))
    contribute(to: 1, parts[1].scaled(by: scale))
  }

  private func realForward() {
    let length = type(0).shape[type(0).rank - 1]
    let bins = ValueType(type(0).dtype, Array(type(0).shape.dropLast()) + [length / 2 + 1])
    let whole = Double(length)
    let seeds = (0..<2).map { index in
      weighted(
        cotangents[index] ?? builder.full(0, bins), length, ends: whole, between: whole / 2)
    }
    contribute(to: 0, builder.fft(.realInverse(length: length), seeds)[0])
  }

  private func realInverse(_ length: Int) {
    guard let g = cotangents[0] else { return }
    let parts = builder.fft(.realForward, [g])
    let part = 1 / Double(length)
    contribute(to: 0, weighted(parts[0], length, ends: part, between: part * 2))
    contribute(to: 1, weighted(parts[1], length, ends: part, between: part * 2))
  }

  /// Bins of a real transform times a weight: `ends` at frequency zero and, for even lengths, at
  /// half the rate; `between` where a bin stands for two mirrored ones.
  private func weighted(
    _ bins: Value, _ length: Int, ends: Double, between: Double
  ) -> Value {
    let weights = (0...length / 2).map { bin in
      bin == 0 || 2 * bin == length ? ends : between
    }
    return bins * builder.constant(Tensor(weights).converted(to: bins.dtype))
  }
}

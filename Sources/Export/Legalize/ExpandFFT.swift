import Programs
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Rewrite {
  /// Discrete Fourier transforms as products with matrices.
  ///
  /// A length `n = p·q`, `p` the largest factor up to `√n`, is transformed as `p` and as `q` with twiddle
  /// factors between (Cooley and Tukey); others by one matrix. Real and imaginary parts are joined, so that
  /// each product is one.
  static let expandFFT = Rewrite(name: "fft") { operation in
    guard case .fft(let op) = operation.op else { return nil }
    let x = operation.operands
    if operation.results[0].shape.contains(0) {
      return operation.results.map { operation.builder.full(0, $0) }
    }
    switch op {
    case .forward: return ComplexPair(x[0], x[1]).transformed(sign: -1).values
    case .inverse: return ComplexPair(x[0], x[1]).transformed(sign: 1).scaled().values
    case .realForward:
      let bins = x[0].shape[x[0].rank - 1] / 2 + 1
      return ComplexPair(x[0], nil).transformed(sign: -1).values.map {
        $0.sliced(axis: $0.rank - 1, from: 0, to: bins)
      }
    case .realInverse(let length):
      return [ComplexPair(halfSpectrum: x, length: length).transformed(sign: 1).scaled().real]
    }
  }
}

/// Real and imaginary parts along the last axis.
private struct ComplexPair {
  var real: Value
  var imaginary: Value?

  init(_ real: Value, _ imaginary: Value?) {
    self.real = real
    self.imaginary = imaginary
  }

  /// The whole spectrum of a real sequence: the other half mirrors this one, and the imaginary parts of
  /// bins 0 and `length / 2` do not count.
  init(halfSpectrum x: [Value], length: Int) {
    let last = x[0].rank - 1
    // Bins strictly between 0 and the middle.
    let inner = (length + 1) / 2 - 1
    func between(_ value: Value) -> Value { value.sliced(axis: last, from: 1, to: 1 + inner) }
    func zero() -> Value { x[1].sliced(axis: last, from: 0, to: 1).full(0) }
    let tail = between(x[0]).reversed(axes: [last])
    let bins = x[0].shape[last]
    real = Value.concatenate(
      [x[0].sliced(axis: last, from: 0, to: min(bins, length / 2 + 1)), tail], axis: last)
    var parts = [zero(), between(x[1])]
    if length % 2 == 0 { parts.append(zero()) }
    parts.append(between(x[1]).reversed(axes: [last]).unary(.neg))
    imaginary = Value.concatenate(parts, axis: last)
  }

  var values: [Value] { [real, imaginary ?? real.full(0)] }

  /// Divided by the length.
  func scaled() -> ComplexPair {
    let factor = 1 / Double(real.shape[real.rank - 1])
    return ComplexPair(real.scaled(by: factor), imaginary?.scaled(by: factor))
  }

  func transformed(sign: Double) -> ComplexPair {
    let shape = real.shape
    let last = shape.count - 1
    let n = shape[last]
    let p = (1...max(1, Int(Double(n).squareRoot()))).last { n % $0 == 0 } ?? 1
    guard p >= 4 else { return multiplied(sign: sign) }
    let q = n / p
    let batch = Array(shape.dropLast())
    let swap = Array(0..<last) + [last + 1, last]
    // x[i·q + j] by i, then twiddled by j and its bin u, then by j: bin u + p·v.
    let columns = map { $0.reshaped(batch + [p, q]).transposed(swap) }.multiplied(sign: sign)
    let rows = columns.twiddled(n, sign: sign).map { $0.transposed(swap) }.multiplied(sign: sign)
    return rows.map { $0.transposed(swap).reshaped(shape) }
  }

  private func map(_ change: (Value) -> Value) -> ComplexPair {
    ComplexPair(change(real), imaginary.map(change))
  }

  /// The transform by one matrix.
  private func multiplied(sign: Double) -> ComplexPair {
    let n = real.shape[real.rank - 1]
    let (c, s) = Self.waves(n, n, of: n, sign: sign)
    guard let imaginary else {
      return ComplexPair(product(real, [c], n), product(real, [s], n))
    }
    let joined = Value.concatenate([real, imaginary], axis: real.rank - 1)
    return ComplexPair(
      product(joined, [c, s.map { -$0 }], n), product(joined, [s, c], n))
  }

  private func product(_ x: Value, _ matrices: [[Double]], _ width: Int) -> Value {
    let rows = x.shape[x.rank - 1]
    let matrix = Tensor(matrices.flatMap { $0 }, shape: [rows, width]).converted(to: x.dtype)
    return x.matmul(x.builder.constant(matrix))
  }

  /// Times `e^(sign 2πi j·u / n)` at `[…, j, u]`.
  private func twiddled(_ n: Int, sign: Double) -> ComplexPair {
    let shape = Array(real.shape.suffix(2))
    let waves = Self.waves(shape[0], shape[1], of: n, sign: sign)
    func constant(_ numbers: [Double]) -> Value {
      real.builder.constant(Tensor(numbers, shape: shape).converted(to: real.dtype))
    }
    let (c, s) = (constant(waves.cosines), constant(waves.sines))
    let im = imaginary ?? real.full(0)
    return ComplexPair(real * c - im * s, real * s + im * c)
  }

  /// Cosines and signed sines of `2π j·k / n`.
  private static func waves(
    _ rows: Int, _ columns: Int, of n: Int, sign: Double
  ) -> (cosines: [Double], sines: [Double]) {
    var (cosines, sines): ([Double], [Double]) = ([], [])
    for j in 0..<rows {
      for k in 0..<columns {
        let angle = 2 * Double.pi * Double(j * k % n) / Double(n)
        cosines.append(cos(angle))
        sines.append(sign * sin(angle))
      }
    }
    return (cosines, sines)
  }
}

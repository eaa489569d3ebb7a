import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension FFTOp {
  func evaluated(_ operands: [ReferenceArray]) -> [ReferenceArray] {
    let re = operands[0]
    let rank = re.type.rank
    let extent = re.type.shape[rank - 1]
    let imaginary = operands.count > 1 ? operands[1].floats : re.floats.map { _ in 0 }
    let lines = stride(from: 0, to: re.count, by: extent).map { start in
      (Array(re.floats[start..<start + extent]), Array(imaginary[start..<start + extent]))
    }
    let results = lines.map { line in transformed(line.0, line.1) }
    var type = re.type
    switch self {
    case .forward, .inverse: break
    case .realForward: type.shape[rank - 1] = extent / 2 + 1
    case .realInverse(let length):
      type.shape[rank - 1] = length
      return [ReferenceArray(rounding: results.flatMap(\.0), type)]
    }
    return [
      ReferenceArray(rounding: results.flatMap(\.0), type),
      ReferenceArray(rounding: results.flatMap(\.1), type),
    ]
  }

  private func transformed(_ re: [Double], _ im: [Double]) -> ([Double], [Double]) {
    switch self {
    case .forward: return FFTOp.sums(re, im, bins: re.count, sign: -1)
    case .realForward: return FFTOp.sums(re, im, bins: re.count / 2 + 1, sign: -1)
    case .inverse:
      let (x, y) = FFTOp.sums(re, im, bins: re.count, sign: 1)
      let scale = Double(re.count)
      return (x.map { $0 / scale }, y.map { $0 / scale })
    case .realInverse(let length):
      // The other half of the spectrum mirrors this one; bins 0 and length / 2 count as real.
      var (fullRe, fullIm): ([Double], [Double]) = ([], [])
      for bin in 0..<length {
        let isMirrored = bin > length / 2
        let source = isMirrored ? length - bin : bin
        let isReal = source == 0 || 2 * source == length
        fullRe.append(re[source])
        fullIm.append(isReal ? 0 : isMirrored ? -im[source] : im[source])
      }
      return (FFTOp.sums(fullRe, fullIm, bins: length, sign: 1).0.map { $0 / Double(length) }, [])
    }
  }

  /// `sum over n of (re + i im)[n] e^(sign 2 pi i n k / N)` for the first bins k.
  private static func sums(
    _ re: [Double], _ im: [Double], bins: Int, sign: Double
  ) -> ([Double], [Double]) {
    let count = re.count
    let cosines = (0..<count).map { cosine(4 * $0, of: 4 * count) }
    let sines = (0..<count).map { sign * cosine(4 * $0 + 3 * count, of: 4 * count) }
    var (x, y): ([Double], [Double]) = ([], [])
    for bin in 0..<bins {
      var (sumRe, sumIm) = (0.0, 0.0)
      for n in 0..<count {
        let (c, s) = (cosines[n * bin % count], sines[n * bin % count])
        sumRe += re[n] * c - im[n] * s
        sumIm += re[n] * s + im[n] * c
      }
      x.append(sumRe)
      y.append(sumIm)
    }
    return (x, y)
  }

  /// `cos(2 pi k / n)`, exact at quarter turns.
  private static func cosine(_ k: Int, of n: Int) -> Double {
    let part = k % n
    if 4 * part % n == 0 { return [1, 0, -1, 0][4 * part / n] }
    return cos(2 * Double.pi * Double(part) / Double(n))
  }
}

extension RandomOp {
  func evaluated(_ operands: [ReferenceArray]) -> ReferenceArray {
    let seed = operands[0].integers.map { UInt32($0) }
    let shape = operands[2].type.shape + [count]
    let perRow = operands[2].type.shape[1]
    let key = SIMD2<UInt32>(seed[0] ^ stream, seed[1])
    var words: [Int64] = []
    for (n, position) in operands[2].integers.enumerated() {
      let row = UInt32(operands[1].integers[n / perRow])
      let place = UInt32(truncatingIfNeeded: position)
      for word in 0..<count {
        let counter = SIMD4<UInt32>(row, place, UInt32(word / 4), 0)
        words.append(Int64(Philox.words(key: key, counter: counter)[word % 4]))
      }
    }
    return ReferenceArray(wrapping: words, ValueType(.uint32, shape))
  }
}

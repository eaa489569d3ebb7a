import CKernels
import Testing

/// Sum in order of fused products, in chunks of 4096 terms: the defined result.
func sumInOrder(_ count: Int, _ term: (Int) -> (Float, Float)) -> Float {
  var total: Float = 0
  var sum: Float = 0
  for k in 0..<count {
    if k > 0 && k % 4096 == 0 {
      total = k == 4096 ? sum : total + sum
      sum = 0
    }
    let (a, b) = term(k)
    sum = sum.addingProduct(a, b)
  }
  return count > 4096 ? total + sum : sum
}

/// Memory of packed panels, given back at the end.
private func withPacked<Result>(
  _ b: [Float], kStride: Int, nStride: Int, k: Int, n: Int, _ body: (UnsafePointer<Float>) -> Result
) -> Result {
  let count = Int(sw_packed_count(Int64(k), Int64(n)))
  var panels = [Float](repeating: .nan, count: count)
  sw_pack(b, Int64(kStride), Int64(nStride), Int64(k), Int64(n), &panels)
  return panels.withUnsafeBufferPointer { panels in
    guard let base = panels.baseAddress else { preconditionFailure("Panels are never empty.") }
    return body(base)
  }
}

/// The columns of a packed product of m rows, `rowStride` apart, into the same columns of c.
private func multiply(
  _ a: [Float], _ m: Int, rowStride: Int, k: Int, _ panels: UnsafePointer<Float>, n: Int,
  columns: Range<Int>, _ epilogue: Epilogue, into c: inout [Float], masked: inout [Float]
) {
  a.withUnsafeBufferPointer { a in
    var rows = sw_rows(
      base: a.baseAddress, rowStride: Int64(rowStride), segments: 1, segmentLength: Int64(k),
      offsets: nil)
    var right = sw_panels(
      packed: panels, n: Int64(n), first: Int64(columns.lowerBound), count: Int64(columns.count))
    c.withUnsafeMutableBufferPointer { c in
      guard let base = c.baseAddress else { return }
      epilogue.withColumns(columns, of: n, masked: &masked) { epilogue in
        sw_gemm(&rows, Int64(m), &right, epilogue, base + columns.lowerBound, Int64(n))
      }
    }
  }
}

struct ProductShape: CustomTestStringConvertible, Sendable {
  let m, n, k: Int

  var testDescription: String { "\(m) x \(n) x \(k)" }

  static let all: [ProductShape] = [
    .init(m: 1, n: 1, k: 1), .init(m: 1, n: 64, k: 40), .init(m: 1, n: 130, k: 7),
    .init(m: 2, n: 33, k: 65), .init(m: 3, n: 16, k: 20), .init(m: 4, n: 17, k: 300),
    .init(m: 5, n: 100, k: 12), .init(m: 6, n: 63, k: 9), .init(m: 13, n: 70, k: 31),
    .init(m: 100, n: 20, k: 260), .init(m: 2, n: 18, k: 4100), .init(m: 7, n: 3, k: 8200),
    .init(m: 9, n: 5, k: 0), .init(m: 2, n: 130, k: 700), .init(m: 7, n: 20, k: 8200),
    .init(m: 39, n: 64, k: 1030), .init(m: 14, n: 65, k: 4200), .init(m: 41, n: 70, k: 300),
    .init(m: 450, n: 64, k: 200), .init(m: 200, n: 33, k: 700),
  ]
}

@Suite struct ProductTests {
  @Test(
    "a packed product is the sum in order, with its epilogue",
    arguments: ProductShape.all, 0..<Epilogue.kindCount)
  func packed(_ shape: ProductShape, _ kind: Int) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    var numbers = Numbers(m * 31 + n * 7 + k)
    let lda = k + 3
    let a = numbers.units(m * lda + 1)
    let b = numbers.units(k * n + 1)
    let epilogue = Epilogue(kind: kind, rows: m, columns: n, &numbers)
    let found = expectSameBits("product \(shape.testDescription)") {
      var c = [Float](repeating: -5, count: m * n)
      var masked = c
      withPacked(b, kStride: n, nStride: 1, k: k, n: n) { panels in
        multiply(
          a, m, rowStride: lda, k: k, panels, n: n, columns: 0..<n, epilogue, into: &c,
          masked: &masked)
      }
      return c + (epilogue.keepsAll ? masked : [])
    }
    let wrong = (0..<m * n).first { place in
      let (i, j) = place.quotientAndRemainder(dividingBy: n)
      let sum = sumInOrder(k) { (a[i * lda + $0], b[$0 * n + j]) }
      let wanted = epilogue.of(sum, row: i, column: j, n)
      return bits(found[place]) != bits(wanted.result)
        || (epilogue.keepsAll && bits(found[m * n + place]) != bits(wanted.masked))
    }
    #expect(wrong == nil, "at row \((wrong ?? 0) / n), column \((wrong ?? 0) % n)")
  }

  @Test(
    "columns of a packed product are those of the whole, wherever parts begin",
    arguments: [48, 64, 130, 160], [1, 5, 41])
  func parts(_ n: Int, _ m: Int) {
    let k = 70
    var numbers = Numbers(n + m)
    let (a, b) = (numbers.units(m * k), numbers.units(k * n))
    let epilogue = Epilogue(kind: Epilogue.kindCount - 1, rows: m, columns: n, &numbers)
    let expected = (0..<m * n).map { place in
      let sum = sumInOrder(k) { (a[place / n * k + $0], b[$0 * n + place % n]) }
      return epilogue.of(sum, row: place / n, column: place % n, n)
    }
    for width in [16, 32, 80] {
      var c = [Float](repeating: -5, count: m * n)
      var masked = c
      withPacked(b, kStride: n, nStride: 1, k: k, n: n) { panels in
        for first in stride(from: 0, to: n, by: width) {
          multiply(
            a, m, rowStride: k, k: k, panels, n: n, columns: first..<min(first + width, n),
            epilogue, into: &c, masked: &masked)
        }
      }
      #expect(c.map(bits) == expected.map { bits($0.result) }, "parts of \(width) columns")
      #expect(masked.map(bits) == expected.map { bits($0.masked) }, "parts of \(width) columns")
    }
  }

  @Test(
    "a convolution reads its taps where they lie",
    arguments: [(1, 3, 1, 80, 64), (2, 5, 1, 7, 20), (1, 3, 4, 16, 33), (3, 2, 2, 2048, 5)])
  func taps(_ stride: Int, _ taps: Int, _ dilation: Int, _ channels: Int, _ filters: Int) {
    var numbers = Numbers(stride + taps * 10 + channels)
    let rowCount = 9
    let length = (rowCount - 1) * stride + (taps - 1) * dilation + 1
    let x = numbers.units(length * channels)
    let kernel = numbers.units(taps * channels * filters)
    let offsets = (0..<taps).map { Int64($0 * dilation * channels) }
    let y = expectSameBits("convolution") {
      var y = [Float](repeating: 0, count: rowCount * filters)
      withPacked(kernel, kStride: filters, nStride: 1, k: taps * channels, n: filters) { panels in
        x.withUnsafeBufferPointer { x in
          offsets.withUnsafeBufferPointer { offsets in
            var rows = sw_rows(
              base: x.baseAddress, rowStride: Int64(stride * channels), segments: Int64(taps),
              segmentLength: Int64(channels), offsets: offsets.baseAddress)
            var right = sw_panels(
              packed: panels, n: Int64(filters), first: 0, count: Int64(filters))
            sw_gemm(&rows, Int64(rowCount), &right, nil, &y, Int64(filters))
          }
        }
      }
      return y
    }
    for t in 0..<rowCount {
      for f in 0..<filters {
        let exact = sumInOrder(taps * channels) { k in
          let row = t * stride + k / channels * dilation
          return (x[row * channels + k % channels], kernel[k * filters + f])
        }
        #expect(bits(y[t * filters + f]) == bits(exact), "at \(t), \(f)")
      }
    }
  }

  @Test("a product of activations has the packed bits for any strides", arguments: ProductShape.all)
  func activations(_ shape: ProductShape) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    var numbers = Numbers(m + n * 3 + k * 5)
    let a = numbers.units(m * k + 1)
    let b = numbers.units(k * n + 1)
    for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
      let aStrides = transposeA ? (1, m) : (k, 1)
      let bStrides = transposeB ? (1, k) : (n, 1)
      let c = expectSameBits("dot \(shape.testDescription) \(transposeA) \(transposeB)") {
        var c = [Float](repeating: -5, count: m * n)
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            var left = sw_matrix(
              base: a.baseAddress, rowStride: Int64(aStrides.0), columnStride: Int64(aStrides.1))
            var right = sw_matrix(
              base: b.baseAddress, rowStride: Int64(bStrides.0), columnStride: Int64(bStrides.1))
            sw_dot(&left, &right, Int64(m), Int64(n), Int64(k), &c, Int64(n))
          }
        }
        return c
      }
      for i in 0..<m {
        for j in 0..<n {
          let exact = sumInOrder(k) {
            (a[i * aStrides.0 + $0 * aStrides.1], b[$0 * bStrides.0 + j * bStrides.1])
          }
          #expect(bits(c[i * n + j]) == bits(exact), "at \(i), \(j)")
        }
      }
    }
  }

  @Test(
    "a row times columns apart has the packed bits", arguments: [8, 13, 33, 40],
    [64, 320, 512, 1024])
  func columnsApart(_ n: Int, _ stride: Int) {
    let k = 39
    var numbers = Numbers(n + stride)
    let (a, b) = (numbers.units(k), numbers.units(n * stride))
    let c = expectSameBits("columns \(stride) apart") {
      var c = [Float](repeating: -5, count: n)
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          var left = sw_matrix(base: a.baseAddress, rowStride: 0, columnStride: 1)
          var right = sw_matrix(base: b.baseAddress, rowStride: 1, columnStride: Int64(stride))
          sw_dot(&left, &right, 1, Int64(n), Int64(k), &c, Int64(n))
        }
      }
      return c
    }
    for j in 0..<n {
      #expect(bits(c[j]) == bits(sumInOrder(k) { (a[$0], b[j * stride + $0]) }), "at \(j)")
    }
  }

  @Test(
    "a depthwise convolution sums its taps in order, with its epilogue",
    arguments: [(3, 64, 1), (4, 5, 1), (2, 33, 3), (1, 16, 2), (4100, 2, 1)], 0..<Epilogue.kindCount
  )
  func depthwise(_ shape: (taps: Int, channels: Int, multiplier: Int), _ kind: Int) {
    let (taps, channels, multiplier) = shape
    var numbers = Numbers(taps + channels)
    let rowCount = 4
    let n = channels * multiplier
    let x = numbers.units((rowCount + taps - 1) * channels)
    let weights = numbers.units(taps * n)
    let offsets = (0..<taps).map { Int64($0 * channels) }
    let epilogue = Epilogue(kind: kind, rows: rowCount, columns: n, &numbers)
    let found = expectSameBits("depthwise") {
      var y = [Float](repeating: 0, count: rowCount * n)
      var masked = y
      x.withUnsafeBufferPointer { x in
        offsets.withUnsafeBufferPointer { offsets in
          var rows = sw_rows(
            base: x.baseAddress, rowStride: Int64(channels), segments: Int64(taps),
            segmentLength: Int64(channels), offsets: offsets.baseAddress)
          epilogue.withColumns(0..<n, of: n, masked: &masked) { epilogue in
            sw_depthwise(
              &rows, Int64(rowCount), weights, Int64(multiplier), epilogue, &y, Int64(n))
          }
        }
      }
      return y + (epilogue.keepsAll ? masked : [])
    }
    for t in 0..<rowCount {
      for j in 0..<n {
        let sum = sumInOrder(taps) {
          (x[(t + $0) * channels + j / multiplier], weights[$0 * n + j])
        }
        let wanted = epilogue.of(sum, row: t, column: j, n)
        #expect(bits(found[t * n + j]) == bits(wanted.result), "at \(t), \(j)")
        if epilogue.keepsAll {
          #expect(bits(found[(rowCount + t) * n + j]) == bits(wanted.masked), "at \(t), \(j)")
        }
      }
    }
  }

  @Test("denormals, infinities and NaN come out of every variant alike")
  func awkward() {
    var numbers = Numbers(77)
    for _ in 0..<20 {
      let a = numbers.awkward(5 * 9)
      let b = numbers.awkward(9 * 20)
      expectSameBits("awkward product") {
        var c = [Float](repeating: 0, count: 5 * 20)
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            var left = sw_matrix(base: a.baseAddress, rowStride: 9, columnStride: 1)
            var right = sw_matrix(base: b.baseAddress, rowStride: 20, columnStride: 1)
            sw_dot(&left, &right, 5, 20, 9, &c, 20)
          }
        }
        return c
      }
    }
  }
}

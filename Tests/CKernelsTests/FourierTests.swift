import CKernels
import Foundation
import Testing

@Suite struct FourierTests {
  static let lengths = [
    1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 20, 31, 49, 60, 64, 77, 100, 256, 400, 512,
  ]

  private func direct(_ re: [Float], _ im: [Float], sign: Double) -> (re: [Double], im: [Double]) {
    let n = re.count
    var result = (re: [Double](repeating: 0, count: n), im: [Double](repeating: 0, count: n))
    for k in 0..<n {
      for t in 0..<n {
        let angle = sign * 2 * Double.pi * Double(k * t % n) / Double(n)
        let (c, s) = (cos(angle), sin(angle))
        result.re[k] += Double(re[t]) * c - Double(im[t]) * s
        result.im[k] += Double(re[t]) * s + Double(im[t]) * c
      }
    }
    return result
  }

  private func close(
    _ y: ArraySlice<Float>, _ exact: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let scale = max(1, exact.map(abs).max() ?? 1)
    for (a, b) in zip(y, exact) {
      #expect(abs(Double(a) - b) <= 1e-6 * scale, sourceLocation: sourceLocation)
    }
  }

  private func withPlan(_ n: Int, real: Bool, _ body: (OpaquePointer, inout [Float]) -> Void) {
    guard let plan = sw_fft_plan_make(Int64(n), real ? 1 : 0) else {
      Issue.record("no plan for \(n)")
      return
    }
    defer { sw_fft_plan_free(plan) }
    var scratch = [Float](repeating: .nan, count: Int(sw_fft_scratch_count(plan)))
    body(plan, &scratch)
  }

  @Test("complex transforms agree with the direct sum", arguments: lengths)
  func complex(_ n: Int) {
    var numbers = Numbers(n)
    let re = numbers.units(n)
    let im = numbers.units(n)
    withPlan(n, real: false) { plan, scratch in
      for inverse in [false, true] {
        let y = expectSameBits("fft \(n)") {
          var yRe = [Float](repeating: 0, count: n)
          var yIm = yRe
          sw_fft(plan, inverse ? 1 : 0, re, im, &yRe, &yIm, &scratch)
          return yRe + yIm
        }
        let exact = direct(re, im, sign: inverse ? 1 : -1)
        let divisor = inverse ? Double(n) : 1
        close(y[..<n], exact.re.map { $0 / divisor })
        close(y[n...], exact.im.map { $0 / divisor })
      }
      // Without imaginary parts.
      for inverse in [Int32(0), 1] {
        var (aRe, aIm) = (re, re)
        var (bRe, bIm) = (re, re)
        sw_fft(plan, inverse, re, nil, &aRe, &aIm, &scratch)
        sw_fft(plan, inverse, re, [Float](repeating: 0, count: n), &bRe, &bIm, &scratch)
        #expect(aRe == bRe && aIm == bIm)
      }
    }
  }

  @Test("real transforms agree with the direct sum and come back", arguments: lengths)
  func real(_ n: Int) {
    var numbers = Numbers(n + 1)
    let x = numbers.units(n)
    let bins = n / 2 + 1
    withPlan(n, real: true) { plan, scratch in
      let y = expectSameBits("rfft \(n)") {
        var yRe = [Float](repeating: 0, count: bins)
        var yIm = yRe
        sw_rfft(plan, x, &yRe, &yIm, &scratch)
        return yRe + yIm
      }
      let exact = direct(x, [Float](repeating: 0, count: n), sign: -1)
      close(y[..<bins], Array(exact.re[..<bins]))
      close(y[bins...], Array(exact.im[..<bins]))
      // The imaginary parts that a real signal cannot have are ignored.
      var im = Array(y[bins...])
      im[0] = 7
      if n % 2 == 0 { im[n / 2] = -8 }
      let back = expectSameBits("irfft \(n)") {
        var back = [Float](repeating: 0, count: n)
        sw_irfft(plan, Array(y[..<bins]), im, &back, &scratch)
        return back
      }
      close(back[...], x.map(Double.init))
    }
  }

  @Test("no plan for a length below 1")
  func refused() {
    #expect(sw_fft_plan_make(0, 0) == nil)
  }
}

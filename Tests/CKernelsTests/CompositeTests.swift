import CKernels
import Testing

@Suite struct CompositeTests {
  @Test("softmax has the bits of its steps", arguments: [1, 5, 16, 33, 512, 5000])
  func softmax(_ n: Int) {
    var numbers = Numbers(n)
    let x = numbers.units(n).map { $0 * 20 }
    let y = expectSameBits("softmax \(n)") {
      var y = [Float](repeating: 0, count: n)
      sw_softmax(x, Int64(n), &y)
      return y
    }
    let top = x.max() ?? 0
    let e = apply(SW_EXP, x.map { $0 - top })
    let sum = sumOnLanes(e)
    #expect(y == e.map { $0 / sum })
    #expect(abs(y.reduce(0, +) - 1) < 1e-5)
  }

  @Test("norms have the bits of their steps", arguments: [1, 7, 64, 100, 4200])
  func norms(_ n: Int) {
    var numbers = Numbers(n)
    let x = numbers.units(n).map { $0 + 0.5 }
    let scale = numbers.units(n)
    let bias = numbers.units(n)
    let y = expectSameBits("norms \(n)") {
      var layer = [Float](repeating: 0, count: n)
      var rms = layer
      sw_layer_norm(x, Int64(n), 1e-5, scale, bias, &layer)
      sw_rms_norm(x, Int64(n), 1e-6, scale, &rms)
      return layer + rms
    }
    let mean = sumOnLanes(x) / Float(n)
    let centered = x.map { $0 - mean }
    let variance = sumOnLanes(centered.map { $0 * $0 }) / Float(n)
    let factor = 1 / (variance + 1e-5).squareRoot()
    let square = sumOnLanes(x.map { $0 * $0 }) / Float(n)
    let rmsFactor = 1 / (square + 1e-6).squareRoot()
    for i in 0..<n {
      let product = centered[i] * factor * scale[i]
      #expect(bits(y[i]) == bits(product + bias[i]))
      #expect(bits(y[n + i]) == bits(x[i] * rmsFactor * scale[i]))
    }
  }

  @Test("gates have the bits of their steps, and stand still where asked", arguments: [1, 16, 37])
  func gates(_ n: Int) {
    var numbers = Numbers(n)
    let gates = (0..<4).map { _ in numbers.units(n).map { $0 * 4 } }
    let more = (0..<4).flatMap { _ in numbers.units(n) }
    let c = numbers.units(n)
    let h = numbers.units(n)
    for keep in [Int32(0), 1] {
      let y = expectSameBits("gates \(n)") {
        var nextC = [Float](repeating: 0, count: n)
        var nextH = nextC
        sw_lstm_gates(
          gates[0], gates[1], gates[2], gates[3], nil, c, h, keep, &nextC, &nextH, Int64(n))
        return nextC + nextH
      }
      let twice = expectSameBits("gates \(n) in two parts") {
        var nextC = [Float](repeating: 0, count: n)
        var nextH = nextC
        sw_lstm_gates(
          gates[0], gates[1], gates[2], gates[3], more, c, h, keep, &nextC, &nextH, Int64(n))
        return nextC + nextH
      }
      let sums = gates.enumerated().map { part in
        part.element.indices.map { part.element[$0] + more[part.offset * n + $0] }
      }
      let once = expectSameBits("gates \(n) added before") {
        var nextC = [Float](repeating: 0, count: n)
        var nextH = nextC
        sw_lstm_gates(
          sums[0], sums[1], sums[2], sums[3], nil, c, h, keep, &nextC, &nextH, Int64(n))
        return nextC + nextH
      }
      #expect(twice == once)
      let i = apply(SW_SIGMOID, gates[0])
      let f = apply(SW_SIGMOID, gates[1])
      let g = apply(SW_TANH, gates[2])
      let o = apply(SW_SIGMOID, gates[3])
      let cell = (0..<n).map { f[$0] * c[$0] + i[$0] * g[$0] }
      let shown = zip(o, apply(SW_TANH, cell)).map(*)
      #expect(y == (keep == 1 ? c + h : cell + shown))
    }
  }
}

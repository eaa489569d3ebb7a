import Export
import Programs
import RandomPrograms
import Tensors
import Testing

/// Rewrites keep what programs compute, by the reference evaluator.
@Suite("Legalisation")
struct RewriteTests {
  static let batches: [Range<UInt64>] = (0..<7).map { number in
    let start = UInt64(number) * 15
    return start..<(start + 15)
  }

  @Test(
    "keeps every bit of programs without rounding",
    arguments: ExportTarget.allCases, batches)
  func keepsBits(target: ExportTarget, seeds: Range<UInt64>) throws {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed, options: .init(isExact: true))
      let sample = try Sample(drawn)
      let before = try sample.outputs()
      let after = try sample.outputs { try $0.legalized(for: target) { _ in nil } }
      for (old, new) in zip(before, after) {
        #expect(old.distance(to: new) == 0, "seed \(seed)")
      }
    }
  }

  @Test("each rewrite gives a verified program", arguments: ExportTarget.allCases, batches)
  func verified(target: ExportTarget, seeds: Range<UInt64>) throws {
    for seed in seeds {
      var program = RandomProgram(seed: seed).program
      for rewrite in target.rewrites {
        program = try program.rewritten(rewrite)
        #expect(program.verify().isEmpty, "\(rewrite.name), seed \(seed)")
      }
    }
  }

  @Test("parameters become constants of targets that keep them, and stay inputs of others")
  func parameters() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2, 3]))
    let kernel = builder.input("kernel", .parameter, ValueType(.float32, [3, 4]))
    builder.output("y", .output, x.matmul(kernel))
    let program = try builder.finish()
    let weights = Tensor((0..<12).map { Float($0) }, shape: [3, 4])
    for target in ExportTarget.allCases {
      let legal = try program.legalized(for: target) { _ in weights }
      #expect(legal.inputs.count == (target == .stableHLO ? 2 : 1))
    }
  }

  @Test("functions are within their bounds", arguments: [UnaryOp.erf, .expm1, .log1p, .rsqrt])
  func functions(op: UnaryOp) throws {
    let values = numbers.filter { op == .erf || op == .expm1 || $0 > -0.99 }
    let sample = try Sample(
      .unary(op), [Tensor(values, shape: [values.count]).converted(to: .float32)])
    let want = try sample.outputs()[0].doubles()
    let got = try sample.outputs { try $0.legalized(for: .liteRT) { _ in nil } }[0].doubles()
    for (index, (a, b)) in zip(got, want).enumerated() where a != b && !(a.isNaN && b.isNaN) {
      // Absolute for erf, relative for the others.
      let scale = op == .erf ? 1 : max(b.magnitude, 1e-30)
      #expect((a - b).magnitude <= 6e-7 * scale, "\(op.rawValue)(\(values[index]))")
    }
  }

  @Test("special values of functions stay special", arguments: [UnaryOp.erf, .isFinite])
  func specialValues(op: UnaryOp) throws {
    let sample = try Sample(
      .unary(op), [Tensor(specials, shape: [specials.count]).converted(to: .float32)])
    let got = try sample.outputs { try $0.legalized(for: .liteRT) { _ in nil } }
    #expect(got[0].distance(to: try sample.outputs()[0]) <= 1e-7)
  }

  @Test("random words are the same words", arguments: ExportTarget.allCases, [1, 4, 6])
  func random(target: ExportTarget, count: Int) throws {
    let inputs = [
      Tensor([UInt32(0xFFFF_FFF0), 77]), Tensor([UInt32(3), 0xDEAD_BEEF]),
      Tensor([Int32(-5), 0, 1 << 30, 3, 4, 5], shape: [2, 3]),
    ]
    let sample = try Sample(.random(RandomOp(stream: 0x1234_ABCD, count: count)), inputs)
    let got = try sample.outputs { try $0.legalized(for: target) { _ in nil } }
    #expect(got[0].bitsEqual(try sample.outputs()[0]))
  }

  @Test(
    "Fourier transforms are products of matrices",
    arguments: [1, 2, 3, 7, 12, 16, 30, 31, 64])
  func transforms(n: Int) throws {
    let re = Tensor((0..<2 * n).map { Float(($0 * 37) % 19) - 9 }, shape: [2, n])
    let im = Tensor((0..<2 * n).map { Float(($0 * 53) % 17) - 8 }, shape: [2, n])
    let bins = n / 2 + 1
    let half = [re, im].map {
      Tensor(Array($0.elements(as: Float.self)[..<bins]), shape: [1, bins])
    }
    for (op, inputs) in [
      (FFTOp.forward, [re, im]), (.inverse, [re, im]), (.realForward, [re]),
      (.realInverse(length: n), half),
    ] {
      let sample = try Sample(.fft(op), inputs)
      let want = try sample.outputs()
      let got = try sample.outputs { try $0.legalized(for: .onnx) { _ in nil } }
      for (a, b) in zip(got, want) { #expect(a.distance(to: b) <= 1e-6 * 9 * Double(n), "\(op)") }
    }
  }

  @Test("long loops run in blocks", arguments: [257, 300, 512], [false, true])
  func loops(tripCount: Int, reverse: Bool) throws {
    let x = Tensor((0..<2 * tripCount).map { Int32(($0 * 31) % 101) }, shape: [2, tripCount])
    let sample = try Sample([x, Tensor([Int32(3), 5])]) { values in
      let results = values[0].builder.loop(
        tripCount: tripCount, axis: 1, reverse: reverse, captured: [values[1]],
        carried: [values[1]], sliced: [values[0]]
      ) { captured, carried, slices in
        let next = carried[0].scaled(by: 3) + slices[0] - captured[0]
        return ([next], [next])
      }
      return results.carried + results.stacked
    }
    let want = try sample.outputs()
    let got = try sample.outputs { try $0.legalized(for: .liteRT) { _ in nil } }
    for (a, b) in zip(got, want) { #expect(a.bitsEqual(b)) }
    let legal = try sample.program.legalized(for: .liteRT) { _ in nil }
    let turns = legal.instructions.compactMap { instruction -> Int? in
      if case .loop(let loop) = instruction.op { loop.tripCount } else { nil }
    }
    #expect(turns.max() == max(tripCount / 32, tripCount % 32))
  }
}

extension Sample {
  init(_ drawn: RandomProgram) throws {
    try self.init([]) { _ in [] }
    program = drawn.program
    inputs = drawn.inputs
  }
}

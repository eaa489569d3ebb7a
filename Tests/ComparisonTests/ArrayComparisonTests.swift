import Comparison
import Serialization
import Tensors
import Testing

/// Seeded noise `[b, t, c]`.
private func noise(_ shape: [Int], seed: UInt64 = 1) -> Tensor {
  var random = RandomStream(seed: seed, name: "comparison")
  return Tensor((0..<shape.reduce(1, *)).map { _ in Float(random.normal()) }, shape: shape)
}

/// A copy with some elements changed.
private func changed(_ tensor: Tensor, _ changes: [([Int], Float)]) -> Tensor {
  var result = tensor
  let strides = tensor.shape.rowMajorStrides
  result.withUnsafeMutableElements(of: Float.self) { values in
    for (index, delta) in changes {
      values[zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }] += delta
    }
  }
  return result
}

/// The timesteps `range` of `[b, t, c]`, with `value` where there are none.
private func timesteps(_ tensor: Tensor, _ range: Range<Int>, padding value: Float = 0) -> Tensor {
  let (rows, times, width) = (tensor.shape[0], tensor.shape[1], tensor.shape[2])
  let values: [Float] = tensor.elements()
  var result: [Float] = []
  for row in 0..<rows {
    for time in range {
      for channel in 0..<width {
        let isInside = time >= 0 && time < times
        result.append(isInside ? values[(row * times + time) * width + channel] : value)
      }
    }
  }
  return Tensor(result, shape: [rows, range.count, width])
}

/// Two arrays that cannot be compared, and what the message must say.
struct Incomparable: CustomTestStringConvertible {
  let offline: [Int]
  let stream: [Int]
  let message: String
  var testDescription: String { "\(offline) with \(stream)" }

  init(_ offline: [Int], _ stream: [Int], _ message: String) {
    (self.offline, self.stream, self.message) = (offline, stream, message)
  }
}

@Suite struct ArrayComparisonTests {
  @Test("equal arrays are equal, and the largest difference is told")
  func equality() throws {
    let x = noise([2, 5, 3])
    let same = try ArrayComparison(offline: x, stream: x)
    #expect(same.areEqual)
    #expect(
      same.lines == ["equal within 0 · 10 timesteps compared · 2 rows · no difference"])
    #expect(same.verdict == .equal)
    let near = try ArrayComparison(offline: x, stream: changed(x, [([1, 2, 0], 1e-6)]))
    #expect(near.verdict == .rounding)
    #expect(near.unmoved.largest?.indexText == "[1, 2, 0]")
    #expect(
      try !ArrayComparison(
        offline: x, stream: changed(x, [([1, 2, 0], 1e-6)]), options: .init(tolerance: Tolerance())
      ).areEqual)
  }

  @Test("the first difference is the earliest in time")
  func firstDifference() throws {
    let x = Tensor(repeating: 1, shape: [2, 6, 3])
    let y = changed(x, [([0, 4, 0], 0.5), ([1, 2, 2], 0.25), ([1, 2, 1], 0.125)])
    let found = try ArrayComparison(offline: x, stream: y)
    #expect(!found.areEqual)
    #expect(found.unmoved.first?.indexText == "[1, 2, 1]")
    #expect(found.unmoved.largest?.indexText == "[0, 4, 0]")
    #expect(found.unmoved.differingCount == 2)
    #expect(found.unmoved.rows.keys.sorted() == [0, 1])
    #expect(
      found.lines[0]
        == "differ first at row 1, timestep 2, channel 1: offline 1, stream 1.125, |Δ| 0.125, "
        + "1,048,576 ulp")
    #expect(
      found.lines[1]
        == "2 of 12 timesteps differ by more than 2.4e-05 · 2 of 2 rows · largest |Δ| 0.5 at "
        + "[0, 4, 0], 4,194,304 ulp, 0.33 of the largest value 1.5"
    )
  }

  @Test(
    "differences of special numbers",
    arguments: [
      (1, 1, 0), (.nan, .nan, 0), (.nan, 1, .infinity), (1, .nan, .infinity),
      (.infinity, .infinity, 0), (.infinity, -.infinity, .infinity), (.infinity, 1, .infinity),
      (0, -0.0, 0), (1, 3, 2),
    ])
  func specialNumbers(a: Double, b: Double, difference: Double) {
    #expect(ValueDifference.between(a, b) == difference)
  }

  @Test("units in the last place count the numbers between")
  func ulps() {
    #expect(ValueDifference.ulps(1, Double(Float(1).nextUp), .float32) == 1)
    #expect(ValueDifference.ulps(1, 1.0.nextUp, .float64) == 1)
    #expect(ValueDifference.ulps(1, 1 + 0x1p-7, .bfloat16) == 1)
    #expect(ValueDifference.ulps(1, 1 + 0x1p-10, .float16) == 1)
    #expect(ValueDifference.ulps(0, -0.0, .float32) == 0)
    let tiny = Double(Float.leastNonzeroMagnitude)
    #expect(ValueDifference.ulps(tiny, -tiny, .float32) == 2)
    #expect(ValueDifference.ulps(.infinity, Double(Float.greatestFiniteMagnitude), .float32) == 1)
    #expect(ValueDifference.ulps(-.infinity, .infinity, .float64) == 0xFFE0_0000_0000_0000)
    #expect(ValueDifference.ulps(.nan, 1, .float32) == nil)
    #expect(ValueDifference.ulps(1, 2, .int32) == nil)
    #expect(ValueDifference.coarser(.float64, .bfloat16) == .bfloat16)
    #expect(ValueDifference.coarser(.complex64, .float64) == .float32)
  }

  @Test("a shift in time is found, either way", arguments: [-9, -2, -1, 1, 2, 5, 30])
  func shifts(shift: Int) throws {
    let x = noise([2, 90, 4])
    let late = timesteps(x, -shift..<90 - shift)
    let found = try ArrayComparison(offline: x, stream: late)
    #expect(!found.areEqual)
    #expect(found.shift == shift)
    #expect(found.explanations.first?.share == 1)
    #expect(found.explanations.first?.remaining.comparedCount == 2 * (90 - abs(shift)))
  }

  @Test("a stream that is longer by its latency agrees with the whole other array")
  func latency() throws {
    let x = noise([1, 20, 2])
    let found = try ArrayComparison(offline: x, stream: timesteps(x, -3..<20))
    #expect(found.shift == 3)
    #expect(found.explanations.first?.remaining.comparedCount == 20)
    #expect(found.extraCount == 3)
    #expect(
      found.lines.contains(
        "shift: STREAM is 3 timesteps late · explains 100 % of the differences"))
    #expect(found.lines.contains("STREAM has 3 valid timesteps behind the end of OFFLINE"))
  }

  @Test("a shift is found beside seams and noise of rounding")
  func shiftWithSeams() throws {
    let x = noise([1, 96, 3])
    let seams = stride(from: 16, to: 96, by: 16).map { ([0, $0, 1], Float(0.5)) }
    let late = timesteps(changed(x, seams), -4..<96)
    let found = try ArrayComparison(offline: x, stream: late)
    #expect(found.shift == 4)
    #expect(found.explanations.first?.remaining.differingCount == 5)
    #expect(found.seams?.period == 16)
    #expect(found.seams?.offsets == [4])
  }

  @Test("arrays that agree nowhere have no shift")
  func noShift() throws {
    let found = try ArrayComparison(
      offline: noise([1, 60, 2]), stream: noise([1, 60, 2], seed: 2))
    #expect(found.explanations.isEmpty)
    #expect(found.lines.contains { $0.hasPrefix("not found: a shift or drift in time") })
  }

  @Test("of equally good shifts the smallest is meant")
  func periodicShift() throws {
    let values = (0..<64).map { Float($0 % 8 == 0 ? 1 : 0) }
    let x = Tensor(values, shape: [1, 64, 1])
    let found = try ArrayComparison(offline: x, stream: timesteps(x, -3..<61))
    #expect(found.shift == 3)
  }

  @Test(
    "shapes that do not belong together are refused with both",
    arguments: [
      Incomparable([2, 3], [2, 3, 1], "they have 2 and 3 axes"),
      Incomparable([2, 3, 4], [1, 3, 4], "they have 2 and 1 rows"),
      Incomparable([2, 3, 4], [2, 3, 5], "channel axes differ"),
      Incomparable([2, 3, 4], [2, 4, 3], "one seems to be [b, c, t]"),
      Incomparable([2, 0, 4], [2, 3, 4], "nothing to compare"),
      Incomparable([2, 3, 0], [2, 3, 0], "nothing to compare"),
      Incomparable([], [2, 3], "a single number"),
    ])
  func incomparable(example: Incomparable) {
    let error = #expect(throws: ComparisonError.self) {
      try ArrayComparison(
        offline: Tensor(zeros: example.offline), stream: Tensor(zeros: example.stream))
    }
    let text = error?.description ?? ""
    #expect(text.contains(example.message), "\(text)")
    #expect(text.contains(example.offline.shapeText) && text.contains(example.stream.shapeText))
  }

  @Test("one axis is one row, and dtypes may differ")
  func oneAxis() throws {
    let x = Tensor([1.0, 2, 3])
    let y = Tensor([Float(1), 2, 4], shape: [1, 3])
    let found = try ArrayComparison(offline: x, stream: y)
    #expect(found.unmoved.first?.time == 2)
    #expect(found.criterion.budget.dtype == .float32)
  }

  @Test("complex numbers compare by both parts")
  func complexNumbers() throws {
    let x = Tensor([Complex64(1, 2), Complex64(3, 4)], shape: [1, 2])
    let y = Tensor([Complex64(1, 2), Complex64(3, 5)], shape: [1, 2])
    let found = try ArrayComparison(offline: x, stream: y)
    #expect(found.unmoved.first?.indexText == "[0, 1, 1]")
  }

  @Test("a mask of one array holds for both; two masks are compared")
  func masks() throws {
    let x = noise([2, 4, 2])
    let y = changed(x, [([0, 3, 0], 9)])
    let mask = Tensor([true, true, true, false, true, true, true, true], shape: [2, 4])
    let all = Tensor(repeating: 1, shape: [2, 4], .bool)
    #expect(try ArrayComparison(offline: x, stream: y, offlineMask: mask).areEqual)
    #expect(try ArrayComparison(offline: x, stream: y, streamMask: mask).areEqual)
    let both = try ArrayComparison(offline: x, stream: x, offlineMask: mask, streamMask: all)
    #expect(!both.areEqual)
    #expect(both.unmoved.firstMask?.time == 3)
    #expect(both.unmoved.firstMask?.isValidInOffline == false)
    #expect(both.lines.contains { $0.contains("valid in STREAM only") })
    let error = #expect(throws: ComparisonError.self) {
      try ArrayComparison(offline: x, stream: y, offlineMask: Tensor(zeros: [2, 3], .bool))
    }
    #expect(error?.code == .mask)
    #expect(throws: ComparisonError.self) {
      try ArrayComparison(offline: x, stream: y, offlineMask: Tensor(zeros: [2, 4], .bool))
    }
  }

  @Test("a difference in length alone is a difference")
  func lengths() throws {
    let x = noise([1, 10, 2])
    let found = try ArrayComparison(offline: x, stream: timesteps(x, 0..<8))
    #expect(!found.areEqual)
    #expect(found.extraCount == -2)
    #expect(found.lines[0].hasPrefix("differ in length or mask: equal within 0 · 8 timesteps"))
    #expect(found.lines[1] == "OFFLINE has 2 valid timesteps behind the end of STREAM")
  }

  @Test("the document for programs is JSON that says the same")
  func document() throws {
    let x = noise([1, 40, 2])
    let seams = stride(from: 8, to: 40, by: 8).map { ([0, $0, 1], Float.infinity) }
    let found = try ArrayComparison(offline: x, stream: changed(x, seams), options: .init(block: 8))
    let document = try JSONValue.parse(Array(found.json.text(indented: true).utf8))
    #expect(document["verdict"]?.string == "differ")
    #expect(document["unmoved"]?["first"]?["timestep"]?.integer == 8)
    #expect(document["unmoved"]?["first"]?["difference"]?.string == "inf")
    #expect(document["seams"]?["period"]?.integer == 8)
    #expect(document["follows_block"] == .bool(true))
    #expect(document["offline"]?["shape"]?.array?.compactMap(\.integer) == [1, 40, 2])
  }
}

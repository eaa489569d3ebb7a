import Diagnostics
import Tensors
import Testing

struct NumberCase: CustomTestStringConvertible {
  let value: Double
  let digits: Int
  let text: String
  var testDescription: String { "\(value) with \(digits) digits" }

  init(_ value: Double, _ digits: Int, _ text: String) {
    (self.value, self.digits, self.text) = (value, digits, text)
  }
}

@Suite struct TensorTextTests {
  @Test(
    "numbers have the fewest digits that tell the truth",
    arguments: [
      NumberCase(0, 4, "0"), NumberCase(-0.0, 4, "0"), NumberCase(3, 4, "3"),
      NumberCase(-48000, 4, "-48000"), NumberCase(0.5, 4, "0.5"),
      NumberCase(0.184502, 4, "0.1845"), NumberCase(-0.92031, 3, "-0.92"),
      NumberCase(0.99996, 4, "1"), NumberCase(9.9996, 4, "10"), NumberCase(99.999, 3, "100"),
      NumberCase(12345.678, 4, "12350"), NumberCase(1234567.5, 4, "1.235e+06"),
      NumberCase(1e6, 4, "1e+06"), NumberCase(1e-7, 4, "1e-07"),
      NumberCase(0.00012345, 4, "0.0001235"), NumberCase(0.00001234, 4, "1.234e-05"),
      NumberCase(1.23456e300, 4, "1.235e+300"), NumberCase(.leastNonzeroMagnitude, 4, "5e-324"),
      NumberCase(.nan, 4, "nan"), NumberCase(-.infinity, 4, "-inf"),
      NumberCase(.infinity, 4, "inf"),
    ])
  func shortNumbers(example: NumberCase) {
    #expect(NumberText.short(example.value, digits: example.digits) == example.text)
  }

  @Test("rounded text is within half a unit of its last digit")
  func roundingIsRight() {
    var random = RandomStream(seed: 1, name: "text")
    for _ in 0..<2000 {
      let exponent = Int(random.next() % 40) - 20
      let value = random.normal() * Double(sign: .plus, exponent: exponent, significand: 1)
      guard let read = Double(NumberText.short(value, digits: 5)) else {
        Issue.record("\(value) became no number")
        continue
      }
      #expect((read - value).magnitude <= 0.5000001e-4 * value.magnitude)
    }
  }

  @Test("exact text reads back as the same value")
  func exactNumbers() {
    #expect(NumberText.exact(Double(Float(0.1)), .float32) == "0.1")
    #expect(NumberText.exact(0.1) == "0.1")
    #expect(NumberText.exact(3, .float32) == "3")
    #expect(NumberText.exact(-7, .int32) == "-7")
    #expect(NumberText.exact(Double(Int64.max), .int64) == "9.223372036854776e+18")
  }

  @Test("long numbers are grouped by thousands")
  func grouping() {
    #expect(NumberText.grouped(48000) == "48,000")
    #expect(NumberText.grouped(-1_234_567) == "-1,234,567")
    #expect(NumberText.grouped(999) == "999")
    #expect(NumberText.grouped(Int.min) == "-9,223,372,036,854,775,808")
  }

  @Test("a tensor shows dtype, shape and a few elements")
  func descriptions() {
    #expect("\(Tensor([Float(1), 2.5, -3]))" == "float32 [3] [1, 2.5, -3]")
    #expect("\(Tensor(scalar: Float(0.1)))" == "float32 [] 0.1")
    #expect("\(Tensor([true, false]))" == "bool [2] [true, false]")
    #expect("\(Tensor([Complex64(1, -2), Complex64(0, 1)]))" == "complex64 [2] [1-2i, 0+1i]")
    #expect("\(Tensor([Int64.max]))" == "int64 [1] [9223372036854775807]")
    #expect("\(Tensor(zeros: [2, 0]))" == "float32 [2, 0] [[], []]")
  }

  @Test("what is left out is counted on each axis")
  func elision() {
    #expect(Tensor(zeros: [50]).text() == "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, … 38 more]")
    let cube = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
    #expect(cube.text(limit: 2) == "[[[0, 1, … 2 more], … 2 more], … 1 more]")
    #expect(cube.text(limit: 5) == "[[[0, 1, 2, 3], [4, … 3 more], … 1 more], … 1 more]")
    #expect(Tensor(zeros: [1000, 0]).text(limit: 2) == "[[], [], … 998 more]")
  }
}

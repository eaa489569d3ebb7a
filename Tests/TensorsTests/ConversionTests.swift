import Tensors
import Testing

/// Values of one dtype, with what each must become in another.
struct ConversionCase: CustomTestStringConvertible {
  let source: DType
  let target: DType
  var testDescription: String { "\(source.shortName) to \(target.shortName)" }

  static let all: [ConversionCase] = DType.allCases.flatMap { source in
    DType.allCases.map { ConversionCase(source: source, target: $0) }
  }
}

@Suite struct ConversionTests {
  /// Doubles around every limit and tie of the twelve dtypes.
  static let probes: [Double] = {
    var values: [Double] = [0, 0.5, 1, 1.5, 2.5, 100.25, 127, 128, 255, 256, 300, 32767, 32768]
    values += [65504, 65519.99, 65520, 65535, 1e5, 0x1p31, 0x1p31 - 1, 0x1p32, 0x1p63, 1e20, 3e38]
    values += [3.4028235677973366e38, 1e300, .infinity, .greatestFiniteMagnitude]
    values += [0x1p-24, 0x1p-25, 0x1.8p-25, 0x1p-14, 0x1p-126, 0x1p-149, 0x1p-150, 1e-300]
    // One above and one below a tie of bfloat16, float16 and float32, by less than a single shows.
    for tie in [1 + 0x1p-8, 1 + 0x1.8p-7, 1 + 0x1p-11, 1 + 0x1.8p-10, 1 + 0x1p-24, 1 + 0x1.8p-23] {
      values += [tie, tie + 0x1p-50, tie - 0x1p-50]
    }
    return values + values.map(-) + [.nan]
  }()

  @Test("every pair of dtypes converts by the stated rules", arguments: ConversionCase.all)
  func conversion(example: ConversionCase) {
    let source = Tensor(ConversionTests.probes).converted(to: example.source)
    let result = source.converted(to: example.target)
    #expect(result.dtype == example.target)
    #expect(result.shape == source.shape)
    for position in 0..<source.count {
      let from = source.double(at: position)
      let expected = ConversionTests.expected(from, source: example.source, target: example.target)
      let found = result.double(at: position)
      #expect(
        found == expected || (found.isNaN && expected.isNaN),
        "\(from) became \(found) instead of \(expected)")
    }
  }

  /// The rule, stated with Swift's own types: correct rounding, saturation, wrapping.
  private static func expected(_ value: Double, source: DType, target: DType) -> Double {
    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Double {
      if source.isInteger, let whole = Int64(exactly: value) {
        return Double(Integer(truncatingIfNeeded: whole))
      }
      if source.isInteger { return Double(Integer(truncatingIfNeeded: Int64.max)) }
      if value.isNaN { return 0 }
      if value < Double(Integer.min) { return Double(Integer.min) }
      return Integer(exactly: value.rounded(.towardZero)).map { Double($0) } ?? Double(Integer.max)
    }
    switch target {
    case .float64: return value
    case .float32, .complex64: return Double(Float(value))
    case .float16: return Double(Float16(value))
    case .bfloat16: return nearestBFloat16(value)
    case .bool: return value == 0 ? 0 : 1
    case .int8: return integer(Int8.self)
    case .int16: return integer(Int16.self)
    case .int32: return integer(Int32.self)
    case .int64: return integer(Int64.self)
    case .uint8: return integer(UInt8.self)
    case .uint32: return integer(UInt32.self)
    }
  }

  /// The bfloat16 value nearest to a double, by comparing distances; ties go to the even pattern.
  private static func nearestBFloat16(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return value }
    var exponent = max(value.magnitude.exponent, -126)
    exponent = min(exponent, 200)
    let unit = Double(sign: .plus, exponent: exponent - 7, significand: 1)
    let rounded = (value / unit).rounded(.toNearestOrEven) * unit
    let limit = Double(BFloat16(bits: 0x7F7F).float)
    return rounded.magnitude > limit ? value.sign == .minus ? -.infinity : .infinity : rounded
  }

  @Test("float16 reads every bit pattern as Swift's own half does")
  func halfPatterns() {
    for bits in UInt16.min...UInt16.max {
      let ours = HalfFloat(bits: bits).float
      let theirs = Float(Float16(bitPattern: bits))
      #expect(ours == theirs || (ours.isNaN && theirs.isNaN), "pattern \(bits)")
      if !ours.isNaN { #expect(HalfFloat(ours).bits == bits) }
    }
  }

  @Test("float16 rounds singles as Swift's own half does, around every tie")
  func halfRounding() {
    for bits in stride(from: UInt16.min, to: 0x7C00, by: 7) {
      let low = Float(Float16(bitPattern: bits))
      let high = Float(Float16(bitPattern: bits + 1))
      let middle = high.isInfinite ? 65520 : (low + high) / 2
      for value in [middle, middle.nextUp, middle.nextDown, -middle, -middle.nextUp] {
        #expect(HalfFloat(value).bits == Float16(value).bitPattern, "\(value)")
      }
    }
  }

  @Test("bfloat16 rounds a tie to even and keeps NaN a NaN")
  func bfloatRounding() {
    #expect(BFloat16(Float(bitPattern: 0x3F80_8000)).bits == 0x3F80)
    #expect(BFloat16(Float(bitPattern: 0x3F81_8000)).bits == 0x3F82)
    #expect(BFloat16(Float(bitPattern: 0x3F80_8001)).bits == 0x3F81)
    #expect(BFloat16(Float.greatestFiniteMagnitude).float == .infinity)
    #expect(BFloat16(Float(bitPattern: 0x7F80_0001)).float.isNaN)
    #expect(BFloat16(Float(bitPattern: 0xFFFF_FFFF)).float.isNaN)
  }

  @Test(
    "a 64-bit integer is rounded once",
    arguments: [Int64(1) << 53 + 1, .max, .min, 0x4040_0000_0000_0001, -0x4040_4000_0000_0001])
  func wideIntegers(value: Int64) {
    let tensor = Tensor([value])
    #expect(tensor.converted(to: .float32).elements(as: Float.self) == [Float(value)])
    #expect(tensor.converted(to: .float64).elements(as: Double.self) == [Double(value)])
    #expect(tensor.converted(to: .int64).elements(as: Int64.self) == [value])
    #expect(tensor.converted(to: .int32).elements() == [Int32(truncatingIfNeeded: value)])
  }

  @Test("a 64-bit integer just above a bfloat16 tie goes up")
  func wideIntegerToBFloat16() {
    let justAbove = Tensor([Int64(0x4040_0000_0000_0001), 0x4040_0000_0000_0000])
    let found = justAbove.converted(to: .bfloat16).withUnsafeElements(of: BFloat16.self) {
      $0.map(\.bits)
    }
    #expect(found == [0x5E81, 0x5E80])
  }

  @Test("a complex number is true if either part is not zero, and real without its other part")
  func complexNumbers() {
    let values = Tensor([Complex64(0, 2), Complex64(0, 0), Complex64(-1.5, 3)])
    #expect(values.converted(to: .bool).elements() == [true, false, true])
    #expect(values.converted(to: .float32).elements() == [Float(0), 0, -1.5])
    #expect(values.converted(to: .int8).elements() == [Int8(0), 0, -1])
  }
}

import CKernels
import Testing

@Suite struct HalfTests {
  private static let floats: [Float] = {
    var values = awkwardValues
    for word in stride(from: UInt64(0), to: 1 << 32, by: 70001) {
      values.append(Float(bitPattern: UInt32(word)))
    }
    // Halfway cases between neighbouring float16 values, and just beside them.
    for bits in stride(from: UInt16(0), to: 0x7c00, by: 7) {
      let low = Float(Float16(bitPattern: bits))
      let middle = (low + Float(Float16(bitPattern: bits + 1))) / 2
      values += [middle, middle.nextUp, middle.nextDown, -middle]
    }
    return values
  }()

  @Test("float16 conversion rounds to nearest even, as the hardware does")
  func toFloat16() {
    let x = Self.floats
    var y = [UInt16](repeating: 0, count: x.count)
    sw_f32_to_f16(x, &y, Int64(x.count))
    for k in x.indices {
      let exact = Float16(x[k])
      let same = exact.isNaN ? Float16(bitPattern: y[k]).isNaN : y[k] == exact.bitPattern
      #expect(same, "\(x[k])")
    }
  }

  @Test("every float16 and bfloat16 widens exactly")
  func widen() {
    let all = (0...UInt16.max).map { $0 }
    var y = [Float](repeating: 0, count: all.count)
    sw_f16_to_f32(all, &y, Int64(all.count))
    #expect(y.map(bits) == all.map { bits(Float(Float16(bitPattern: $0))) })
    sw_bf16_to_f32(all, &y, Int64(all.count))
    #expect(y.map(bits) == all.map { bits(Float(bitPattern: UInt32($0) << 16)) })
  }

  @Test("bfloat16 conversion picks the nearer neighbour, even on ties")
  func toBfloat16() {
    let x = Self.floats
    var y = [UInt16](repeating: 0, count: x.count)
    sw_f32_to_bf16(x, &y, Int64(x.count))
    for k in x.indices {
      let got = Float(bitPattern: UInt32(y[k]) << 16)
      if x[k].isNaN {
        #expect(got.isNaN)
        continue
      }
      let word = x[k].bitPattern
      let remainder = word & 0xffff
      let up = remainder > 0x8000 || (remainder == 0x8000 && word & 0x1_0000 != 0)
      #expect(UInt32(y[k]) == (word >> 16) + (up ? 1 : 0), "\(x[k])")
    }
  }
}

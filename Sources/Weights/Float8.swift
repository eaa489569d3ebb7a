/// The floats of one byte that safetensors files have, and what each of their bytes means.
///
/// - Source: Micikevicius et al., "FP8 Formats for Deep Learning"; OCP Microscaling formats for E8M0.
package enum Float8: String, Hashable, Sendable, CaseIterable {
  /// 4 exponent bits, 3 fraction bits, no infinities, one NaN of each sign: up to 448.
  case e4m3 = "F8_E4M3"
  /// 5 exponent bits, 2 fraction bits, infinities and NaN as in half precision: up to 57344.
  case e5m2 = "F8_E5M2"
  /// 4 exponent bits, no infinities and no negative zero, whose byte is NaN: up to 240.
  case e4m3fnuz = "F8_E4M3FNUZ"
  /// 5 exponent bits, no infinities and no negative zero, whose byte is NaN: up to 57344.
  case e5m2fnuz = "F8_E5M2FNUZ"
  /// A power of two without a sign: the scale of a block.
  case e8m0 = "F8_E8M0"

  /// The value of each byte; `float32` holds all of them exactly.
  package var values: [Float] { (0...255).map { value(of: UInt8($0)) } }

  private func value(of byte: UInt8) -> Float {
    switch self {
    case .e8m0:
      return byte == 0xFF ? .nan : Float(sign: .plus, exponent: Int(byte) - 127, significand: 1)
    case .e4m3: return byte & 0x7F == 0x7F ? .nan : finite(byte, fractionBits: 3, bias: 7)
    case .e5m2:
      guard byte & 0x7C == 0x7C else { return finite(byte, fractionBits: 2, bias: 15) }
      return byte & 3 != 0 ? .nan : byte & 0x80 == 0 ? .infinity : -.infinity
    case .e4m3fnuz: return byte == 0x80 ? .nan : finite(byte, fractionBits: 3, bias: 8)
    case .e5m2fnuz: return byte == 0x80 ? .nan : finite(byte, fractionBits: 2, bias: 16)
    }
  }

  /// Sign, exponent and fraction; exponent 0 has no leading one.
  private func finite(_ byte: UInt8, fractionBits: Int, bias: Int) -> Float {
    let fraction = Float(byte & (1 << fractionBits - 1)) / Float(1 << fractionBits)
    let exponent = Int(byte & 0x7F) >> fractionBits
    let magnitude =
      exponent == 0
      ? Float(sign: .plus, exponent: 1 - bias, significand: 1) * fraction
      : Float(sign: .plus, exponent: exponent - bias, significand: 1) * (1 + fraction)
    return byte & 0x80 == 0 ? magnitude : -magnitude
  }
}

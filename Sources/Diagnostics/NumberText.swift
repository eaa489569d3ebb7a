/// Writes numbers for people: the fewest digits that are exact, the same in every locale.
package enum NumberText {
  /// The value rounded to at most `digits` significant digits, without trailing zeros.
  ///
  /// Whole numbers below 10^6 keep all their digits; very large and very small values are written
  /// with an exponent, such as `1.5e-07`.
  package static func short(_ value: Double, digits: Int = 4) -> String {
    precondition(digits > 0, "A number needs at least one digit.")
    if let special = special(value) { return special }
    if value.magnitude < 1e6, value == value.rounded(.towardZero) {
      return "\(Int(value))"
    }
    var number = DecimalDigits(value)
    number.round(to: digits)
    let sign = value < 0 ? "-" : ""
    let isPlain = number.exponent >= -3 && number.exponent <= max(digits, 6)
    return sign + (isPlain ? number.plain : number.scientific)
  }

  /// The shortest text that reads back as exactly this value.
  package static func exact(_ value: Double) -> String {
    special(value) ?? withoutFraction(value.description)
  }

  /// The shortest text that reads back as exactly this value in single precision.
  package static func exact(_ value: Float) -> String {
    special(Double(value)) ?? withoutFraction(value.description)
  }

  private static func withoutFraction(_ text: String) -> String {
    text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A whole number with separators: `48,000`.
  package static func grouped(_ value: Int) -> String {
    var reversed: [Character] = []
    for (place, digit) in String(value.magnitude).reversed().enumerated() {
      if place > 0, place % 3 == 0 { reversed.append(",") }
      reversed.append(digit)
    }
    return (value < 0 ? "-" : "") + String(reversed.reversed())
  }

  private static func special(_ value: Double) -> String? {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return value == 0 ? "0" : nil
  }
}

/// The decimal digits of a finite number: `0.d₁d₂d₃… × 10^exponent`.
private struct DecimalDigits {
  private var digits: [UInt8] = []
  private(set) var exponent = 0

  /// Takes the digits of the shortest text that reads back as `value`.
  init(_ value: Double) {
    var scale = 0
    var fraction = false
    var bytes = value.magnitude.description.utf8[...]
    if let mark = bytes.firstIndex(of: UInt8(ascii: "e")) {
      scale = Int(Substring(bytes[bytes.index(after: mark)...])) ?? 0
      bytes = bytes[..<mark]
    }
    for byte in bytes {
      if byte == UInt8(ascii: ".") {
        fraction = true
        continue
      }
      if !(digits.isEmpty && byte == UInt8(ascii: "0")) {
        digits.append(byte - UInt8(ascii: "0"))
        if !fraction { exponent += 1 }
      } else if fraction {
        exponent -= 1
      }
    }
    exponent += scale
    dropTrailingZeros()
  }

  mutating func round(to count: Int) {
    guard digits.count > count else { return }
    let isUp = digits[count] >= 5
    digits.removeSubrange(count...)
    if isUp {
      while digits.last == 9 { digits.removeLast() }
      if digits.isEmpty {
        digits = [1]
        exponent += 1
      } else {
        digits[digits.count - 1] += 1
      }
    }
    dropTrailingZeros()
  }

  var plain: String {
    if exponent <= 0 {
      return "0." + String(repeating: "0", count: -exponent) + text(digits[...])
    }
    if digits.count <= exponent {
      return text(digits[...]) + String(repeating: "0", count: exponent - digits.count)
    }
    return text(digits[..<exponent]) + "." + text(digits[exponent...])
  }

  var scientific: String {
    let power = exponent - 1
    let fraction = digits.count > 1 ? "." + text(digits[1...]) : ""
    let padding = power.magnitude < 10 ? "0" : ""
    return "\(text(digits[..<1]))\(fraction)e\(power < 0 ? "-" : "+")\(padding)\(power.magnitude)"
  }

  private mutating func dropTrailingZeros() {
    while digits.last == 0 { digits.removeLast() }
  }

  private func text(_ part: ArraySlice<UInt8>) -> String {
    part.map(String.init).joined()
  }
}

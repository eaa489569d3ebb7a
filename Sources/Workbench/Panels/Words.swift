import Tensors
import TerminalUI

/// Numbers and texts as they stand in columns.
enum Words {
  /// A text in at most `width` columns; a cut one ends in `…`.
  static func fitted(_ text: String, _ width: Int) -> String {
    guard text.columns > width else { return text }
    guard width > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
      let columns = String(character).columns
      guard used + columns < width else { break }
      result.append(character)
      used += columns
    }
    return result + "…"
  }

  /// A text with blanks before it, `width` columns wide.
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.columns)) + text
  }

  /// A text with blanks after it, `width` columns wide.
  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.columns))
  }

  /// `13.7 kB`, in powers of 1000.
  static func bytes(_ count: Int) -> String {
    guard count >= 1000 else { return "\(count) B" }
    var value = Double(count) / 1000
    for unit in ["kB", "MB", "GB"] {
      if value < 999.95 || unit == "GB" { return "\(decimal(value, digits: 1)) \(unit)" }
      value /= 1000
    }
    return "\(count) B"
  }

  /// A number with so many digits after the point, which keeps its width while stepping.
  ///
  /// What does not fit so is written short, with an exponent.
  static func decimal(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value.magnitude < 1e6 else { return NumberText.short(value, digits: 4) }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let whole = scaled / Int(scale)
    let fraction = String(scaled % Int(scale))
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(whole).\(zeros)\(fraction)"
  }

  static func short(_ value: Float) -> String { NumberText.short(Double(value), digits: 4) }
}

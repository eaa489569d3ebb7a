import Diagnostics
import TerminalUI

/// Numbers and texts as they stand in columns.
enum TextFormatting {
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

  static let missingResult =
    "The layer-wise result is not there: it was stopped. The next command computes it."

  /// An input timestep as a time, to the millisecond wherever it stands.
  static func seconds(_ timestep: Int, _ rate: Double) -> String {
    "\(decimal(Double(timestep) / rate, digits: 3)) s"
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

  /// A count as it is, with an exponent where it is long: `481,875`, `2.1e9`.
  static func count(_ value: Int) -> String {
    value.magnitude < 1_000_000
      ? NumberText.grouped(value) : NumberText.short(Double(value), digits: 2)
  }

  /// The pieces that fit in a width when joined, in their order.
  ///
  /// Those of a lower rank are kept first; the first rank is kept in any case.
  static func fitting(
    _ pieces: [(text: String, rank: Int)], separator: String, width: Int
  ) -> [String] {
    var kept: Set<Int> = []
    var used = -separator.columns
    let order = pieces.indices.sorted { (pieces[$0].rank, $0) < (pieces[$1].rank, $1) }
    for (place, index) in order.enumerated() {
      let columns = separator.columns + pieces[index].text.columns
      guard place == 0 || used + columns <= width else { continue }
      used += columns
      kept.insert(index)
    }
    return pieces.indices.filter(kept.contains).map { pieces[$0].text }
  }

  /// Pieces joined by dots, as many from the front as fit.
  static func joined(_ pieces: [String], width: Int) -> String {
    var line = pieces.first ?? ""
    for piece in pieces.dropFirst() {
      guard line.columns + 3 + piece.columns <= width else { break }
      line += " · " + piece
    }
    return fitted(line, width)
  }

  /// A text cut at blanks into lines of at most `width` columns; words that are longer are cut.
  static func wrapped(_ text: String, _ width: Int) -> [String] {
    guard text.columns > width, width > 0 else { return [text] }
    var lines: [String] = []
    var line = ""
    var word = ""
    func close(_ piece: String) {
      if line.columns + piece.columns <= width {
        line += piece
        return
      }
      if !line.isEmpty { lines.append(line) }
      line = String(piece.drop { $0 == " " })
      while line.columns > width {
        var head = ""
        while let next = line.first, head.columns + String(next).columns <= width {
          head.append(line.removeFirst())
        }
        guard !head.isEmpty else { return }
        lines.append(head)
      }
    }
    for character in text {
      if character == " ", word.contains(where: { $0 != " " }) {
        close(word)
        word = ""
      }
      word.append(character)
    }
    close(word)
    return lines + [line]
  }

  static func short(_ value: Float) -> String { NumberText.short(Double(value), digits: 4) }
}

import Diagnostics
import Layers
import Sessions
package import TerminalUI

extension DecodePanel {
  private static let nameWidth = 9
  /// Tokens, sources, surprise, entropy, the cursor, and a blank.
  private static let textRows = 6

  static func tokenColumns(_ columns: Int) -> Int { max(1, columns - nameWidth - 3) }

  /// Half of what is below the text, so that layers have room too.
  static func candidateRows(_ rows: Int) -> Int {
    max(1, min(12, (rows - textRows - 4) / 2))
  }

  package func draw(_ model: AppModel, into region: Region) {
    guard let table = model.view[Self.self] else {
      draw(empty: empty(model), into: region)
      return
    }
    drawText(table, into: region.part(row: 0, rows: Self.textRows))
    let below = region.part(row: Self.textRows, rows: region.rows - Self.textRows)
    // Side by side where there is room.
    if region.columns >= 110 {
      let left = region.columns / 2
      drawCandidates(
        table, model, into: below.part(row: 0, column: 0, rows: below.rows, columns: left - 1))
      drawLens(
        table,
        into: below.part(row: 0, column: left, rows: below.rows, columns: region.columns - left))
    } else {
      let rows = min(table.candidates.count, Self.candidateRows(region.rows)) + 2
      drawCandidates(table, model, into: below.part(row: 0, rows: rows))
      drawLens(table, into: below.part(row: rows, rows: below.rows - rows))
    }
  }

  private func empty(_ model: AppModel) -> String {
    if model.isNew { return "Tokens, what could be next, and what layers say appear here." }
    if let obstacle = model.view.facts.notSteppable {
      return "This stack cannot step: \(obstacle)."
    }
    guard model.view.facts.hasInput else { return withoutInput(model) }
    return
      "This stack gives no logits of tokens: that takes int32 tokens in, such as input text \"…\", and "
      + "logits [vocabulary] out at every timestep, without latency."
  }

  // MARK: Text

  private func drawText(_ table: DecodeTable, into region: Region) {
    for (row, name) in ["token", "from", "surprise", "entropy"].enumerated() {
      region.text(row: row, column: 1, name, .role(.faint))
    }
    let start = Self.nameWidth + 2
    var largest: (time: Int, bits: Double)?
    for (column, (time, token)) in zip(table.times, table.tokens).enumerated() {
      let x = start + column
      let isCursor = time == table.time
      // A name of several letters is cut to its first: the whole of it stands below the cursor.
      let glyph = token.text.unicodeScalars.first ?? " "
      region.set(
        row: 0, column: x, Cell(glyph, style: isCursor ? .role(.title).with(.reverse) : .plain))
      region.text(row: 1, column: x, String(token.sourceSign), Self.style(token))
      drawBar(token.surprise, row: 2, column: x, into: region)
      drawBar(token.entropy, row: 3, column: x, into: region)
      if let bits = token.surprise, bits > largest?.bits ?? 0 { largest = (time, bits) }
    }
    guard let time = table.time, table.times.contains(time) else { return }
    drawCursor(table, time, largest, start: start, into: region)
  }

  private static func style(_ token: DecodeTable.Token) -> Style {
    switch token.source {
    case nil: .role(.faint)
    case .sampled: .role(.step)
    case .forced: .role(.caution)
    }
  }

  private func drawBar(_ bits: Double?, row: Int, column: Int, into region: Region) {
    guard let bits else { return }
    let range = ValueRange(low: 0, high: Float(DecodeTable.Token.fullBits))
    let value = Float(min(bits, DecodeTable.Token.fullBits))
    region.sparkline(
      row: row, column: column, [value], range: range, .role(bits > 8 ? .caution : .layer))
  }

  private func drawCursor(
    _ table: DecodeTable, _ time: Int, _ largest: (time: Int, bits: Double)?, start: Int,
    into region: Region
  ) {
    let token = table.tokens[time - table.times.lowerBound]
    var words = "t \(NumberText.grouped(time)) \(token.text) \(token.id)"
    if let surprise = token.surprise { words += " · surprise \(Self.bits(surprise))" }
    if let entropy = token.entropy { words += " · entropy \(Self.bits(entropy)) bit" }
    if let largest, largest.time != time {
      words +=
        " · largest surprise \(Self.bits(largest.bits)) at t \(NumberText.grouped(largest.time))"
    }
    let column = start + time - table.times.lowerBound
    let fitted = TextFormatting.fitted(words, region.columns - 4)
    let isRight = column + 2 + fitted.columns < region.columns
    if isRight {
      region.spans(row: 4, column: column, [("▲ ", .role(.key)), (fitted, .plain)])
    } else if column - fitted.columns - 1 > 0 {
      region.spans(
        row: 4, column: column - fitted.columns - 1, [(fitted, .plain), (" ▲", .role(.key))])
    } else {
      region.text(row: 4, column: column, "▲", .role(.key))
      region.text(row: 5, column: 1, fitted)
    }
  }

  private static func bits(_ value: Double) -> String {
    value.isFinite ? NumberText.short(value, digits: 3) : "∞"
  }

  // MARK: Candidates

  private func drawCandidates(_ table: DecodeTable, _ model: AppModel, into region: Region) {
    guard let time = table.time else {
      region.text(row: 0, column: 1, "Nothing was stepped over yet: s steps.", .role(.faint))
      return
    }
    let title =
      "next after t \(NumberText.grouped(time)), of \(NumberText.grouped(table.vocabulary))"
    region.text(row: 0, column: 1, title, .role(.title))
    let ends = [26, 33, 42, 51, 56]
    for (end, head) in zip(ends, ["p", "sampled", "step", "layer", "rank"]) {
      region.textRight(row: 1, end: end, head, .role(.faint))
    }
    for (row, candidate) in table.candidates.enumerated() where row + 2 < region.rows {
      draw(
        candidate, ends: ends, isSelected: row == model[Self.self].candidate,
        into: region.part(row: row + 2, rows: 1))
    }
  }

  private func draw(
    _ candidate: DecodeTable.Candidate, ends: [Int], isSelected: Bool, into region: Region
  ) {
    region.text(row: 0, isSelected ? "›" : " ", .role(.key))
    region.text(row: 0, column: 2, TextFormatting.fitted(candidate.text, 9))
    for place in 0..<9 {
      // Eighths of a cell.
      let eighths = min(8, Int(candidate.probability * 72) - 8 * place)
      guard eighths > 0 else { break }
      let blocks: [Unicode.Scalar] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
      region.set(row: 0, column: 11 + place, Cell(blocks[eighths - 1], style: .role(.step)))
    }
    let isCut = candidate.sampled == 0
    let differs = candidate.layer.map { $0 != candidate.step } ?? false
    let cells: [(String, Style)] = [
      (Self.probability(candidate.probability), .plain),
      (isCut ? "cut" : Self.probability(candidate.sampled), isCut ? .role(.faint) : .plain),
      (NumberText.short(candidate.step, digits: 4), .plain),
      (
        candidate.layer.map { NumberText.short($0, digits: 4) } ?? "–",
        differs ? .role(.caution) : .plain
      ),
      ("\(candidate.rank)", .plain),
    ]
    for (end, cell) in zip(ends, cells) {
      region.textRight(row: 0, end: end, cell.0, cell.1)
    }
    if candidate.isTaken { region.text(row: 0, column: 58, "taken", .role(.good)) }
    if isSelected { region.emphasize(row: 0, columns: 0..<57, .bold) }
  }

  private static func probability(_ value: Double) -> String {
    value > 0 && value < 0.001 ? "<.001" : TextFormatting.decimal(value, digits: 3)
  }

  // MARK: Layers

  private func drawLens(_ table: DecodeTable, into region: Region) {
    guard region.rows > 2 else { return }
    guard let lens = table.lens else {
      let text =
        "No layers can be read as logits: that takes layers without state or children behind the last block."
      draw(empty: text, into: region)
      return
    }
    region.text(
      row: 0, column: 1,
      TextFormatting.fitted("each layer read by \(lens.head)", region.columns - 2),
      .role(.title))
    let name = max(10, min(20, region.columns - 46))
    let columns = (0..<3).map { 2 + name + 8 * $0 }
    for (column, head) in zip(columns, ["1st", "2nd", "3rd"]) {
      region.text(row: 1, column: column, head, .role(.faint))
    }
    let ends = [2 + name + 33, 2 + name + 38, 2 + name + 44]
    for (end, head) in zip(ends, ["p(\(TextFormatting.fitted(lens.token, 5)))", "rank", "KL"]) {
      region.textRight(row: 1, end: end, head, .role(.faint))
    }
    let room = region.rows - 2
    let shown = lens.lines.count > room ? lens.lines.suffix(room - 1) : lens.lines[...]
    let names = ShortNames.fitted(shown.map(\.path.shown), name)
    for (row, line) in shown.enumerated() {
      let place = row + 2
      region.text(row: place, column: 1, names[row])
      for (column, token) in zip(columns, line.likeliest) {
        let text = "\(TextFormatting.fitted(token.text, 3)) \(Self.short(token.probability))"
        region.text(row: place, column: column, TextFormatting.fitted(text, 7))
      }
      let cells = [
        Self.probability(line.probability), "\(line.rank)", Self.bits(line.divergence),
      ]
      for (end, cell) in zip(ends, cells) { region.textRight(row: place, end: end, cell) }
    }
    let hidden = lens.lines.count - shown.count
    if hidden > 0 {
      region.text(row: region.rows - 1, column: 1, "… \(hidden) layers before", .role(.faint))
    }
  }

  /// Two digits of a probability, such as `.54`.
  private static func short(_ value: Double) -> String {
    let text = TextFormatting.decimal(value, digits: 2)
    return text.hasPrefix("0") ? String(text.dropFirst()) : text
  }
}

import Diagnostics
import Layers
import Sessions
package import TerminalUI

extension DecodePanel {
  private static let nameWidth = 9
  /// Tokens, sources, surprise, entropy, the cursor, and a blank.
  private static let textRows = 6

  static func tokenColumns(_ columns: Int) -> Int { max(1, columns - nameWidth - 3) }

  /// Whether candidates and layers have room side by side.
  private static func isSideBySide(_ size: Size) -> Bool { size.columns >= 110 }

  /// All of what is below the text, or half of it, so that layers have room too.
  static func candidateRows(_ size: Size) -> Int {
    let rows = size.rows - textRows
    return max(1, min(20, isSideBySide(size) ? rows - 1 : (rows - 3) / 2))
  }

  /// How many layers there is room for.
  static func lensRows(_ size: Size) -> Int {
    let rows = size.rows - textRows
    return max(1, isSideBySide(size) ? rows - 2 : rows - candidateRows(size) - 3)
  }

  package func draw(_ model: AppModel, into region: Region) {
    guard let table = model.view[Self.self] else {
      draw(empty: empty(model), into: region)
      return
    }
    drawText(table, into: region.part(row: 0, rows: Self.textRows))
    let below = region.part(row: Self.textRows, rows: region.rows - Self.textRows)
    // Side by side where there is room.
    let size = Size(rows: region.rows, columns: region.columns)
    if Self.isSideBySide(size) {
      let left = region.columns / 2
      drawCandidates(
        table, model, into: below.part(row: 0, column: 0, rows: below.rows, columns: left - 1))
      drawLens(
        table, model,
        into: below.part(row: 0, column: left, rows: below.rows, columns: region.columns - left))
    } else {
      let rows = min(table.candidates.count, Self.candidateRows(size)) + 1
      drawCandidates(table, model, into: below.part(row: 0, rows: rows))
      drawLens(table, model, into: below.part(row: rows, rows: below.rows - rows))
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
    let row = TokenRow(
      table.tokens.map(\.text), cursor: table.time.map { $0 - table.times.lowerBound },
      width: region.columns - start - 1)
    var largest: (time: Int, bits: Double)?
    var cursor: TokenRow.Place?
    for place in row.places {
      let (time, token) = (table.times.lowerBound + place.index, table.tokens[place.index])
      let x = start + place.column
      if time == table.time { cursor = place }
      region.text(
        row: 0, column: x, place.text,
        time == table.time ? .role(.title).with(.reverse) : .plain)
      region.text(row: 1, column: x, String(token.sourceSign), Self.style(token))
      drawBar(token.surprise, row: 2, column: x, width: place.width, into: region)
      drawBar(token.entropy, row: 3, column: x, width: place.width, into: region)
      if let bits = token.surprise, bits > largest?.bits ?? 0 { largest = (time, bits) }
    }
    guard let time = table.time, let cursor else { return }
    drawCursor(table, time, largest, column: start + cursor.column, into: region)
  }

  private static func style(_ token: DecodeTable.Token) -> Style {
    switch token.source {
    case nil: .role(.faint)
    case .sampled: .role(.step)
    case .forced: .role(.caution)
    }
  }

  private func drawBar(
    _ bits: Double?, row: Int, column: Int, width: Int, into region: Region
  ) {
    guard let bits else { return }
    let range = ValueRange(low: 0, high: Float(DecodeTable.Token.fullBits))
    let value = bits.isNaN ? .nan : Float(min(bits, DecodeTable.Token.fullBits))
    region.sparkline(
      row: row, column: column, Array(repeating: value, count: width), range: range,
      .role(bits > 8 ? .caution : .layer))
  }

  /// What there is to say of the token under the cursor, beside its mark or below it.
  private func drawCursor(
    _ table: DecodeTable, _ time: Int, _ largest: (time: Int, bits: Double)?, column: Int,
    into region: Region
  ) {
    let token = table.tokens[time - table.times.lowerBound]
    let name = token.text == String(token.id) ? "\(token.id)" : "\(token.text) (\(token.id))"
    var pieces = ["t \(NumberText.grouped(time)): \(name)"]
    if let surprise = token.surprise { pieces.append("surprise \(Self.bits(surprise)) bit") }
    if let entropy = token.entropy { pieces.append("entropy \(Self.bits(entropy)) bit") }
    if let largest, largest.time != time {
      pieces.append(
        "largest surprise \(Self.bits(largest.bits)) bit at t \(NumberText.grouped(largest.time))")
    }
    let right = region.columns - column - 4
    let words = pieces.joined(separator: " · ")
    if words.columns <= right {
      region.spans(row: 4, column: column, [("▲ ", .role(.key)), (words, .plain)])
    } else if words.columns < column - 1 {
      region.spans(
        row: 4, column: column - words.columns - 1, [(words, .plain), (" ▲", .role(.key))])
    } else {
      region.text(row: 4, column: column, "▲", .role(.key))
      region.text(row: 5, column: 1, TextFormatting.joined(pieces, width: region.columns - 3))
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
    region.text(row: 0, column: 1, "next after t \(NumberText.grouped(time))", .role(.title))
    let ends = [26, 34, 43, 52, 57]
    for (end, head) in zip(ends, ["p", "sampled", "step", "layer", "rank"]) {
      region.textRight(row: 0, end: end, head, .role(.faint))
    }
    for (row, candidate) in table.candidates.enumerated() where row + 1 < region.rows {
      draw(
        candidate, ends: ends, isSelected: row == model[Self.self].candidate,
        into: region.part(row: row + 1, rows: 1))
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
    if candidate.isTaken {
      region.text(row: 0, column: 59, "taken", .role(.good), width: region.columns - 59)
    }
    if isSelected { region.emphasize(row: 0, columns: 0..<58, .bold) }
  }

  private static func probability(_ value: Double) -> String {
    value > 0 && value < 0.001 ? "<.001" : TextFormatting.decimal(value, digits: 3)
  }

  // MARK: Layers

  private func drawLens(_ table: DecodeTable, _ model: AppModel, into region: Region) {
    guard region.rows > 2 else { return }
    guard let lens = table.lens else {
      let text =
        "No layers can be read as logits: that takes layers without state or children at the end of the stack, and "
        + "before them layers that give what they take."
      draw(empty: text, into: region)
      return
    }
    let shown = lens.lines.prefix(region.rows - 2)
    let isAll = shown.count == lens.readableCount
    let count = isAll ? "each layer" : "\(shown.count) of \(lens.readableCount) layers"
    region.text(
      row: 0, column: 1,
      TextFormatting.fitted("\(count), read by \(lens.head)", region.columns - 2),
      .role(.title))
    let name = max(10, min(24, region.columns - 48))
    let token = max(7, min(14, (region.columns - name - 23) / 3 - 1))
    let columns = (0..<3).map { 2 + name + (token + 1) * $0 }
    for (column, head) in zip(columns, ["1st", "2nd", "3rd"]) {
      region.text(row: 1, column: column, head, .role(.faint))
    }
    let ends = [9, 15, 21].map { 2 + name + 3 * (token + 1) + $0 }
    for (end, head) in zip(ends, ["p(\(TextFormatting.fitted(lens.token, 5)))", "rank", "KL"]) {
      region.textRight(row: 1, end: end, head, .role(.faint))
    }
    let names = ShortNames.fitted(shown.map(\.path.shown), name)
    for (row, line) in shown.enumerated() {
      let place = row + 2
      let isSelected = line.path.shown == model.selectedPath
      region.text(row: place, isSelected ? "›" : " ", .role(.key))
      region.text(row: place, column: 1, names[row])
      for (column, likely) in zip(columns, line.likeliest) {
        let text =
          "\(TextFormatting.fitted(likely.text, token - 4)) \(Self.short(likely.probability))"
        region.text(row: place, column: column, text)
      }
      let cells = [
        Self.probability(line.probability), "\(line.rank)", Self.bits(line.divergence),
      ]
      for (end, cell) in zip(ends, cells) { region.textRight(row: place, end: end, cell) }
      if isSelected { region.emphasize(row: place, columns: 0..<ends[2], .bold) }
    }
  }

  /// Two digits of a probability, such as `.54`.
  private static func short(_ value: Double) -> String {
    let text = TextFormatting.decimal(value, digits: 2)
    return text.hasPrefix("0") ? String(text.dropFirst()) : text
  }
}

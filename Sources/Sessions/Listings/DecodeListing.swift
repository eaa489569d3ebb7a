import Diagnostics
import Layers

extension DecodeTable.Token {
  /// Bits that a full bar of surprise or entropy stands for.
  package static let fullBits = 8.0
}

/// The text as tokens, the candidates and the readout of layers, as text.
enum DecodeListing {
  private static let tokenCount = 60
  private static let candidateCount = 20

  /// Of the newest timestep, or of `tokens[row, t]`.
  static func table(_ session: Session, row: Int, time: Int?) throws -> ListingTable {
    let table = try session.decodeTable(
      row: row, time: time, count: tokenCount, candidates: candidateCount)
    var lines: [String] = []
    let range =
      "t \(table.times.lowerBound) to \(max(table.times.lowerBound, table.times.upperBound - 1))"
    lines.append("row \(row), \(range) of \(table.timeCount); p prompt, d decoded, f forced; bits")
    var rows = [["t", "token", "id", "from", "surprise", "entropy"]]
    var numbers: [[Double]] = []
    for (time, token) in zip(table.times, table.tokens) {
      rows.append([
        "\(time)", token.text, "\(token.id)", "\(token.sourceSign)", bits(token.surprise),
        bits(token.entropy),
      ])
      numbers.append([Double(time), Double(token.id), token.surprise ?? -1, token.entropy ?? -1])
    }
    lines += TextTable.lines(rows, rightAligned: [0, 2, 4, 5])
    if let time = table.time {
      lines.append("next token after t \(time), of \(NumberText.grouped(table.vocabulary))")
      lines += TextTable.lines(candidates(table), rightAligned: [0, 2, 3, 4, 5])
    }
    if let lens = table.lens { lines += self.lens(lens) }
    return ListingTable(lines, ["t", "token", "surprise", "entropy"], numbers)
  }

  private static func candidates(_ table: DecodeTable) -> [[String]] {
    [["rank", "token", "p", "sampled", "step", "layer", ""]]
      + table.candidates.map { candidate in
        [
          "\(candidate.rank)", candidate.text, probability(candidate.probability),
          probability(candidate.sampled), NumberText.short(candidate.step, digits: 4),
          candidate.layer.map { NumberText.short($0, digits: 4) } ?? "–",
          candidate.isTaken ? "taken" : "",
        ]
      }
  }

  private static func lens(_ lens: LensTable) -> [String] {
    var rows = [["layer", "1st", "2nd", "3rd", "p(\(lens.token))", "rank", "KL"]]
    for line in lens.lines {
      let likeliest = line.likeliest.map { "\($0.text) \(probability($0.probability))" }
      rows.append(
        [line.path.shown] + likeliest + Array(repeating: "", count: 3 - min(3, likeliest.count)) + [
          probability(line.probability), "\(line.rank)", bits(line.divergence),
        ])
    }
    return ["each layer read by \(lens.head); KL to the end in bits"]
      + TextTable.lines(rows, rightAligned: [4, 5, 6])
  }

  static func bits(_ value: Double?) -> String {
    value.map { $0.isFinite ? NumberText.short($0, digits: 3) : "∞" } ?? "–"
  }

  static func probability(_ value: Double) -> String { NumberText.short(value, digits: 3) }
}

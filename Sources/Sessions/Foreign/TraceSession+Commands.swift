import Comparison
import Diagnostics
import Layers
import Runtime
import Serialization
import Tensors
import Traces

extension TraceSession {
  /// One command of two traces.
  private struct Entry: Sendable {
    let usage: String
    let summary: String
    let perform: @Sendable (TraceSession, CommandLine) throws -> CommandOutput

    var name: String { String(usage.prefix { $0 != " " }) }
  }

  private static let table: [Entry] = [
    Entry(
      usage: "diff [PATH | PATH[row, t] | all]",
      summary: "Compares both runs at a place, channel by channel at a timestep, or at all places."
    ) { try $0.diff($1) },
    Entry(usage: "bisect", summary: "The first wrong place, and the likely cause, in a sentence.") {
      session, line in
      try line.none()
      return session.found(session.diagnosis.findingLines + [session.diagnosis.sentence])
    },
    Entry(usage: "causes", summary: "The known causes with what speaks for and against each.") {
      session, line in
      try line.none()
      return session.found(session.diagnosis.findingLines)
    },
    Entry(
      usage: "show differences[row] | places | names | PATH[row, t]",
      summary: "Where both runs part, what was recorded, what was matched, or values of both."
    ) { try $0.show($1) },
    Entry(
      usage: "goto T | i:N | first-difference | end",
      summary: "Goes to a block of STREAM or a timestep."
    ) { try $0.goto($1) },
    Entry(usage: "step [N]", summary: "Goes N blocks on.") { try $0.move($1, by: 1) },
    Entry(usage: "back [N]", summary: "Goes N blocks back.") { try $0.move($1, by: -1) },
    Entry(usage: "run", summary: "Goes to the end.") { session, line in
      try line.none()
      return session.go(to: session.pair.stream.blocks.count)
    },
    Entry(usage: "reset", summary: "Goes to the beginning.") { session, line in
      try line.none()
      return session.go(to: 0)
    },
    Entry(usage: "help", summary: "Lists these commands.") { _, _ in
      CommandOutput(TextTable.lines(table.map { [$0.usage, $0.summary] }))
    },
    Entry(usage: "quit", summary: "Leaves.") { _, _ in
      var output = CommandOutput()
      output.effect = .quit
      return output
    },
  ]

  /// The names of the commands, with their forms.
  package static var commands: [(name: String, usage: String)] {
    table.map { ($0.name, $0.usage) }
  }

  /// Carries out one line; mistakes are in the outcome.
  package func perform(_ text: String) -> Session.Outcome {
    var outcome = Session.Outcome()
    do {
      guard let line = CommandLine(TypedText.normalized(text)) else { return outcome }
      let output = try Self.entry(line.name).perform(self, line)
      outcome.lines = output.lines
      outcome.effect = output.effect
    } catch {
      outcome.error = CommandError(error)
      outcome.status = 3
    }
    return outcome
  }

  private static func entry(_ name: String) throws(CommandError) -> Entry {
    if let entry = table.first(where: { $0.name == name }) { return entry }
    let names = table.map(\.name).joined(separator: ", ")
    guard let command = try? CommandTable.find(name) else {
      throw CommandError(
        .unknownCommand, found: "there is no command '\(name)'", expected: "one of \(names)",
        suggestion: NearestName.of(name, among: table.map(\.name)).map { "did you mean \($0)?" })
    }
    throw CommandError(
      .notReady, found: "\(command.name) needs a model, and these are two recorded runs",
      expected: "one of \(names)",
      suggestion: "a stack or a model file opens with workbench FILE")
  }

  private func found(_ lines: [String]) -> CommandOutput {
    diagnosis.finding == nil
      ? CommandOutput([diagnosis.summary, diagnosis.sentence]) : CommandOutput(lines)
  }

  private func comparison(named text: String) throws(CommandError) -> PlaceComparison {
    let paths = comparisons.map(\.pair.path)
    if let exact = comparison(text) { return exact }
    let ends = paths.filter { $0.hasSuffix("/" + text) || $0.hasSuffix("." + text) }
    if ends.count == 1, let only = comparison(ends[0]) { return only }
    if let obstacle = diagnosis.obstacles.first(where: { $0.path == text }) {
      throw CommandError(.notReady, found: "\(text) cannot be compared: \(obstacle.reason)")
    }
    throw CommandError(
      .unknownPath, found: "no place is called \(text)",
      expected: ends.isEmpty
        ? "a place such as \(paths.first ?? "")" : ends.joined(separator: ", "),
      suggestion: NearestName.of(text, among: paths).map { "did you mean \($0)?" })
  }

  private func diff(_ line: CommandLine) throws -> CommandOutput {
    guard let what = line.operands.first, what != "." else {
      return CommandOutput([diagnosis.summary, diagnosis.sentence])
    }
    let place = line.operands.joined(separator: " ")
    if place.hasSuffix("]"), comparison(place) == nil { return try showValues(place) }
    _ = try line.single("PATH or all")
    guard what != "all" else { return CommandOutput(diagnosis.placeLines) }
    let path = try comparison(named: what).pair.path
    let lines = diagnosis.placeLines.filter { $0.contains(path) }
    return CommandOutput(lines.isEmpty ? [try comparison(named: what).brief] : lines)
  }

  private func show(_ line: CommandLine) throws -> CommandOutput {
    let text = line.operands.joined(separator: " ")
    switch text {
    case "", "places": return CommandOutput(pair.lines.prefix(2) + diagnosis.placeLines)
    case "names": return CommandOutput(pair.names.lines)
    default: break
    }
    if text.hasPrefix("differences") {
      let row = Int(text.filter(\.isNumber)) ?? 0
      guard (0..<rowCount).contains(row) else {
        throw CommandError(
          .invalidOperand, found: text, expected: "a row of the batch, 0 to \(rowCount - 1)")
      }
      return CommandOutput(
        DifferenceListing.lines(
          try differences(row: row, columns: DifferenceListing.columns), row: row,
          rowCount: rowCount, extent: "t 0 to \(max(0, timeCount - 1))",
          cause: diagnosis.finding == nil ? nil : diagnosis.sentence))
    }
    return try showValues(text)
  }

  private func showValues(_ text: String) throws -> CommandOutput {
    let path = String(text.prefix { $0 != "[" })
    let comparison = try comparison(named: path)
    let parts = text.dropFirst(path.count).dropFirst().dropLast().split(separator: ",").map {
      Int($0.filter { $0 != " " })
    }
    let times = comparison.pair.times
    let newest = max(
      times.lowerBound, min(times.upperBound, time(comparison, atInput: passedTime)) - 1)
    let row = parts.first.map { $0 ?? -1 } ?? 0
    let time = parts.count > 1 ? parts[1] ?? -1 : newest
    guard (0..<rowCount).contains(row), let both = try values(comparison, time..<time + 1) else {
      throw CommandError(
        .invalidOperand, found: text,
        expected:
          "[row, t]: row 0 to \(rowCount - 1), t \(times.lowerBound) to \(times.upperBound - 1)")
    }
    let (a, b) = (
      both.offline.rows([row]).values.doubles(), both.stream.rows([row]).values.doubles()
    )
    let most = 24
    let rows = zip(a, b).enumerated().prefix(most).map { channel, pair in
      [
        "\(channel)", NumberText.short(pair.0), NumberText.short(pair.1),
        NumberText.short(ValueDifference.between(pair.0, pair.1), digits: 3),
      ]
    }
    let more = a.count > most ? ["… \(a.count - most) more channels"] : []
    return CommandOutput(
      ["\(comparison.pair.path)  row \(row), t \(time)"]
        + TextTable.lines([["ch", "OFFLINE", "STREAM", "|Δ|"]] + rows, rightAligned: [0, 1, 2, 3])
        + more)
  }

  // MARK: - Time

  private func go(to step: Int) -> CommandOutput {
    position = min(max(0, step), pair.stream.blocks.count)
    return CommandOutput(
      "block \(position) of \(pair.stream.blocks.count), \(NumberText.grouped(passedTime)) of "
        + "\(NumberText.grouped(timeCount)) timesteps")
  }

  private func move(_ line: CommandLine, by direction: Int) throws -> CommandOutput {
    let count = line.operands.isEmpty ? 1 : try line.count("a number of blocks")
    let target = position + direction * count
    guard (0...pair.stream.blocks.count).contains(target) else {
      throw CommandError(
        .atTheEnd,
        found: "at \(direction > 0 ? "the end" : "block \(position)"): there are blocks 0 to "
          + "\(pair.stream.blocks.count)")
    }
    return go(to: target)
  }

  private func goto(_ line: CommandLine) throws -> CommandOutput {
    let text = try line.single("a block, i:N, first-difference or end")
    if text == "end" || text == "flushed" { return go(to: pair.stream.blocks.count) }
    if text == "first-difference" {
      guard let finding = diagnosis.finding else {
        throw CommandError(.notReady, found: "there is no difference: \(diagnosis.sentence)")
      }
      let time = inputTime(comparisons[finding.index], at: finding.time)
      return go(to: try block(holding: time, text) + 1)
    }
    if text.hasPrefix("i:"), let time = Int(text.dropFirst(2)) {
      return go(to: try block(holding: time, text) + 1)
    }
    guard let step = Int(text), (0...pair.stream.blocks.count).contains(step) else {
      throw CommandError(
        .invalidOperand, found: text,
        expected: "0 to \(pair.stream.blocks.count), i:N, first-difference or end")
    }
    return go(to: step)
  }

  private func block(holding time: Int, _ text: String) throws(CommandError) -> Int {
    guard (0..<timeCount).contains(time) else {
      throw CommandError(
        .invalidOperand, found: text, expected: "a timestep, 0 to \(max(0, timeCount - 1))")
    }
    let blocks = pair.stream.blocks
    var (low, high) = (0, blocks.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if blocks.start(of: middle) <= time { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

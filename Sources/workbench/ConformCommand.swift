import ArgumentParser
import LayerTesting
import Runtime
import Serialization

/// `workbench conform DIR`: runs conformance cases made by the original.
struct ConformCommand: ParsableCommand, MemoryLimited, Interruptible {
  static let configuration = CommandConfiguration(
    commandName: "conform",
    abstract: "Run conformance cases: what the original computed, against what this library does.")

  @Argument(help: "The folder of cases, with its manifest.json.")
  var folder: String

  @Option(help: "Only cases whose FAMILY/CASE matches; * stands for any text.")
  var filter: String?

  @Flag(help: "Verify the contract of sequence layers on every case too.")
  var verify = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    let set = try ConformanceSet(folder: folder)
    let names = set.names.filter { name in filter.map { Glob($0).matches(name) } ?? true }
    var report = ConformReport()
    for name in names where !Interruption.isAsked {
      let outcome = set.run(
        name, verifies: verify, options: RunOptions(cancel: Interruption.flag))
      // A case that was stopped in the middle has failed for that reason alone.
      if Interruption.isAsked { break }
      report.add(name, outcome)
      if !json { ConformReport.lines(name, outcome).forEach { print($0) } }
    }
    report.left = names.count - report.passed - report.failed - report.skipped
    if json {
      print(report.json.text(indented: true))
    } else {
      report.table.forEach { print($0) }
      print("\(report.passed) passed, \(report.failed) failed, \(report.skipped) skipped")
      report.aliasLines.forEach { print($0) }
      if report.left > 0 { print("stopped: \(report.left) cases were not run") }
    }
    if report.failed > 0 { throw ExitCode(1) }
  }
}

/// Counts of outcomes, by family.
private struct ConformReport {
  private struct Row {
    var passed = 0
    var failed = 0
    var skipped = 0
  }

  private var rows: [(family: String, row: Row)] = []
  private var failures: [ConformanceFailure] = []
  private var skips: [(name: String, reason: String)] = []
  private var aliases: [(name: String, parameters: [String: String])] = []
  /// Cases that were not run, because the command was stopped.
  var left = 0

  var passed: Int { rows.reduce(0) { $0 + $1.row.passed } }
  var failed: Int { rows.reduce(0) { $0 + $1.row.failed } }
  var skipped: Int { rows.reduce(0) { $0 + $1.row.skipped } }

  mutating func add(_ name: String, _ outcome: ConformanceSet.Outcome) {
    let family = String(name.prefix { $0 != "/" })
    if rows.last?.family != family { rows.append((family, Row())) }
    let index = rows.count - 1
    switch outcome {
    case .passed(let parameters):
      rows[index].row.passed += 1
      if !parameters.isEmpty { aliases.append((name, parameters)) }
    case .failed(let all):
      rows[index].row.failed += 1
      failures += all
    case .skipped(let reason):
      rows[index].row.skipped += 1
      skips.append((name, reason))
    }
  }

  static func lines(_ name: String, _ outcome: ConformanceSet.Outcome) -> [String] {
    switch outcome {
    case .passed: []
    case .failed(let failures): failures.map { "FAIL \(name)  \($0.check): \($0.detail)" }
    case .skipped(let reason): ["skip \(name)  \(reason)"]
    }
  }

  /// Which cases have parameters in other names or layouts than the library.
  var aliasLines: [String] {
    guard !aliases.isEmpty else { return [] }
    let cases = aliases.count == 1 ? "1 of them has" : "\(aliases.count) of them have"
    return ["\(cases) parameters in names or layouts of the original's TensorFlow library:"]
      + aliases.map { name, parameters in
        let list = parameters.sorted { $0.key < $1.key }.map { own, other in
          own == other ? own : "\(other) as \(own)"
        }
        return "  \(name): \(list.joined(separator: ", "))"
      }
  }

  var table: [String] {
    let width = max(6, rows.map(\.family.count).max() ?? 0)
    func cell(_ text: String, _ size: Int) -> String {
      String(repeating: " ", count: max(0, size - text.count)) + text
    }
    func line(_ cells: [String]) -> String {
      cells[0] + String(repeating: " ", count: width - cells[0].count)
        + cells.dropFirst().map { cell($0, 9) }.joined()
    }
    return [line(["family", "passed", "failed", "skipped"])]
      + rows.map { line([$0.family, "\($0.row.passed)", "\($0.row.failed)", "\($0.row.skipped)"]) }
  }

  var json: JSONValue {
    .object([
      .init("passed", .integer(passed)), .init("failed", .integer(failed)),
      .init("skipped", .integer(skipped)), .init("not_run", .integer(left)),
      .init(
        "aliases",
        .array(
          aliases.map { name, parameters in
            .object([
              .init("case", .string(name)),
              .init(
                "parameters",
                .object(
                  parameters.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
            ])
          })),
      .init(
        "failures",
        .array(
          failures.map { failure in
            .object([
              .init("case", .string(failure.name)), .init("check", .string(failure.check)),
              .init("detail", .string(failure.detail)),
            ])
          })),
      .init(
        "skips",
        .array(
          skips.map { skip in
            .object([.init("case", .string(skip.name)), .init("reason", .string(skip.reason))])
          })),
    ])
  }
}

import ArgumentParser
import Layers
import Notation
import ONNX
import Serialization

/// `workbench lint FILE`: what mixes timesteps without a state.
struct LintCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Name every operation that mixes time without a state, before anything runs.",
    discussion: """
      Each finding says where it is, what it makes wrong at which timesteps, and the cure; what \
      cannot be judged from the file is said too. Exit status: 0 none, 1 some.
      """)

  @Argument(help: "A layer config, a session, or a model (.onnx).")
  var file: String

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    let report = try report()
    if json {
      print(Self.json(report).text(indented: true))
    } else {
      report.lines.forEach { print($0) }
    }
    if !report.findings.isEmpty { throw ExitCode(1) }
  }

  private func report() throws -> LintReport {
    if SpecFile(path: file).isModel {
      return try LayerLint.report(try SpecFile.modelConfig(file), try ByteFile(path: file))
    }
    let notation = LayerNotation(registry: .withModels)
    let reading = try SpecFile(path: file).read(notation)
    return LayerLint.report(try notation.registry.makeLayer(reading.spec))
  }

  private static func json(_ report: LintReport) -> JSONValue {
    .object([
      .init(
        "findings",
        .array(
          report.findings.map { finding in
            .object([
              .init("place", .string(finding.place)),
              .init("operation", .string(finding.operation)),
              .init("cause", .string(finding.cause)), .init("effect", .string(finding.effect)),
              .init("cure", .string(finding.cure)),
            ])
          })),
      .init("not_judged", .array(report.limits.map { .string($0) })),
    ])
  }
}

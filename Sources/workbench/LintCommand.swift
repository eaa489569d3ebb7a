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
      Each finding says where it is, what it makes wrong at which timesteps, and the cure. Exit \
      status: 0 none, 1 some.
      """)

  @Argument(help: "A layer config, a session, or a model (.onnx).")
  var file: String

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    let findings = try found()
    if json {
      print(Self.json(findings).text(indented: true))
    } else {
      findings.flatMap(\.lines).forEach { print($0) }
      print(
        findings.isEmpty
          ? "nothing mixes time without a state"
          : "\(findings.count) \(findings.count == 1 ? "operation mixes" : "operations mix") time without a state"
      )
    }
    if !findings.isEmpty { throw ExitCode(1) }
  }

  private func found() throws -> [LintFinding] {
    if SpecFile(path: file).isModel {
      return try LayerLint.findings(try SpecFile.modelConfig(file), try ByteFile(path: file))
    }
    let notation = LayerNotation(registry: .withModels)
    let reading = try SpecFile(path: file).read(notation)
    return LayerLint.findings(try notation.registry.makeLayer(reading.spec))
  }

  private static func json(_ findings: [LintFinding]) -> JSONValue {
    .object([
      .init(
        "findings",
        .array(
          findings.map { finding in
            .object([
              .init("place", .string(finding.place)),
              .init("operation", .string(finding.operation)),
              .init("cause", .string(finding.cause)), .init("effect", .string(finding.effect)),
              .init("cure", .string(finding.cure)),
            ])
          }))
    ])
  }
}

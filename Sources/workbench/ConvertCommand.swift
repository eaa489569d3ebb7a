import ArgumentParser
import Notation
import ONNX
import Serialization

/// `workbench convert SPEC --to FORMAT`: a stack in another notation.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a stack in another notation.",
    discussion: """
      SPEC is a layer config: text format (.textproto), JSON (.json), binary (.binpb) or Swift \
      (.swift), or a session (.session), whose stack it is. The result goes to standard output, checked and in canonical form: fields at their \
      defaults are left out.
      """)

  @Argument(help: "The config to read.")
  var spec: String

  @Option(help: "The notation to write: text, json, binary or swift.", transform: Self.format)
  var to: NotationFormat

  @Option(help: "The file to write, instead of standard output.")
  var output: String?

  @OptionGroup var trust: TrustOptions

  func run() throws {
    let notation = LayerNotation(registry: .withModels)
    let reading = try SpecFile(path: spec, trusted: trust.files).read(notation)
    let bytes = try notation.write(reading.spec, as: to)
    guard let output else {
      // Text has no control characters in it: the notations write them as escapes.
      StandardOutput.write(bytes)
      return
    }
    try AtomicFile.write(bytes, to: output)
  }

  private static func format(_ name: String) throws -> NotationFormat {
    if let format = NotationFormat(rawValue: name) { return format }
    let names = NotationFormat.allCases.map(\.rawValue)
    throw ValidationError(
      "\(name) is no notation, expected one of \(names.joined(separator: ", "))")
  }
}

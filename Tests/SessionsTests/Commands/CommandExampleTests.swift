import Datasets
import Layers
import Runtime
import Serialization
import Sessions
import Tensors
import Testing
import Weights

/// An example of a command's help.
struct CommandExample: Sendable, CustomTestStringConvertible {
  let command: String
  let text: String
  var testDescription: String { "\(command): \(text)" }

  static let all = CommandTable.all.flatMap { command in
    command.examples.map { CommandExample(command: command.name, text: $0) }
  }
}

@Suite struct CommandExampleTests {
  @Test("every command has a form, a sentence of help and an example that uses it")
  func help() throws {
    for command in CommandTable.all {
      #expect(command.usage.hasPrefix(command.name))
      #expect(command.summary.hasSuffix("."))
      #expect(command.examples.contains { $0.contains(command.name) }, "\(command.name)")
    }
    let names = CommandTable.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
  }

  @Test("the examples of help work", arguments: CommandExample.all)
  func example(example: CommandExample) throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let workspace = try scratch.workspace(CommandTable.exampleSetup)
    try Self.fill(scratch, workspace)
    try workspace.performAll([example.text])
  }

  /// A small model that belongs to a bundled session.
  private static var bundledModel: String {
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
      + "/Sessions/onnx/streaming.onnx"
  }

  /// Writes the files that examples may read.
  private static func fill(_ scratch: Scratch, _ workspace: Workspace) throws {
    let rows = Tensor((0..<72).map { Float($0 % 7) - 3 }, shape: [2, 12, 3])
    try scratch.write(Npy.encoded(rows), "rows.npy")
    let mask = Tensor((0..<24).map { $0 % 12 < 9 }, shape: [2, 12])
    try scratch.write(Npy.encoded(mask), "mask.npy")
    let samples = Tensor((0..<40).map { Float($0 % 5) / 5 }, shape: [40, 1])
    try scratch.write(Wav.encoded(samples, sampleRateHz: 8000, as: .integer(bits: 16)), "voice.wav")
    try scratch.write(Array("a\nb\nc\n".utf8), "names.txt")
    try scratch.write(try ByteFile(path: bundledModel).readAll(), "model.onnx")
    try workspace.performAll(["show .:layer > reference.npy", "convert text > stack.textproto"])
    let layer = try #require(workspace.session.document.layer)
    let weighted = try Model(layer, input: ChannelSpec([3], .float32))
    let tensors = weighted.fileTensors.map { (name: $0.key, tensor: $0.value) }
    try scratch.write(Safetensors.encoded(tensors), "weights.safetensors")
    try workspace.performAll(["save run.session"])
  }
}

import Layers
import Notation
import ONNX
import Serialization
import Sessions

/// A layer config in a file, in the notation that its name ends in, or the stack of a session.
struct SpecFile {
  let path: String
  /// Files outside its folder that a session may read.
  var trusted: [String] = []

  /// Reads and checks the config; what it drops is reported on standard error.
  func read(_ notation: LayerNotation) throws -> LayerNotation.ParsedConfig {
    let ending = path.split(separator: ".").last.map(String.init) ?? ""
    if ending == "session" { return try readSession(notation) }
    if isModel { return try readModel(notation) }
    guard let format = NotationFormat(fileExtension: ending) else {
      throw Failure(
        "\(path): no notation ends in .\(ending), expected .textproto, .json, .binpb or .swift")
    }
    let bytes = try ByteFile(path: path).readAll()
    do throws(ConfigError) {
      let reading = try notation.read(bytes, as: format)
      for note in reading.notes { StandardError.write("\(path): \(note)") }
      return reading
    } catch {
      throw Failure("\(path): \(error)")
    }
  }

  /// Whether the file is an ONNX model, by what it begins with or else by its name.
  var isModel: Bool { OnnxModels.isModel(path, try? ByteFile(path: path)) }

  /// The layer of a model file, opened as the file beside it says.
  private func readModel(_ notation: LayerNotation) throws -> LayerNotation.ParsedConfig {
    try notation.read(notation.text(try Self.modelConfig(path).node), as: .text)
  }

  /// How a model is opened: as the file beside it says, else as the graph says.
  static func modelConfig(_ path: String) throws -> OnnxGraph.Config {
    guard let file = try? ByteFile(path: OpeningFile.path(for: path)) else {
      var config = OnnxGraph.Config()
      config.file = path
      return config
    }
    return try OpeningFile.config(
      String(decoding: try file.readAll(), as: UTF8.self), model: path)
  }

  /// The stack that a session came to.
  private func readSession(_ notation: LayerNotation) throws -> LayerNotation.ParsedConfig {
    let file = try SessionFile(bytes: try ByteFile(path: path).readAll(), name: path)
    do {
      let (stack, notes) = try file.stack(notation.registry, name: path, trusted: trusted)
      notes.forEach { StandardError.write($0) }
      return try notation.read(notation.text(stack), as: .text)
    } catch {
      throw Failure("\(path): \(CommandError(error))")
    }
  }
}

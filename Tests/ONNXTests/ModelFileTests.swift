import Foundation
import Serialization
import Sessions
import Testing

/// Model files in a session: opened, compared, their states overridden, kept beside them.
@Suite struct ModelFileTests {
  /// A workspace in a folder of its own, which holds a bundled model.
  private func workspace(_ model: String, _ body: (Workspace, String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "models-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let bundled = OracleProgram.root.appending(path: "Sessions/onnx/\(model).onnx").path()
    try AtomicFile.write(try ByteFile(path: bundled).readAll(), to: "\(folder)/model.onnx")
    let workspace = Workspace(
      keepsJournal: false, folder: folder, agreements: Agreements(directory: "\(folder)/state"))
    try body(workspace, folder)
  }

  /// Performs lines that must succeed.
  private func perform(_ workspace: Workspace, _ lines: [String]) throws {
    for line in lines {
      let outcome = workspace.perform(line)
      try #require(outcome.status == 0, "\(line): \(outcome.error.map { "\($0)" } ?? "")")
    }
  }

  private static let setup = [
    "stack OnnxGraph(file: \"model.onnx\")", "input noise --channels 4 --time 12 --seed 1",
    "run end",
  ]

  @Test(
    "a model is known by what is in the file, whatever its name", arguments: ["m", "m.bin", "m.pt"])
  func byContent(name: String) throws {
    try workspace("streaming") { workspace, folder in
      let bytes = try ByteFile(path: "\(folder)/model.onnx").readAll()
      try AtomicFile.write(bytes, to: "\(folder)/\(name)")
      try perform(workspace, ["stack @\(name)", "states"])
    }
  }

  @Test("an offline export beside the model is the truth that steps are held against")
  func offline() throws {
    try workspace("stale") { workspace, folder in
      let other = OracleProgram.root.appending(path: "Sessions/onnx/offline.onnx").path()
      try AtomicFile.write(try ByteFile(path: other).readAll(), to: "\(folder)/offline.onnx")
      let graph = "OnnxGraph(file: \"model.onnx\", offline: \"offline.onnx\")"
      try perform(workspace, ["stack \(graph)"] + Self.setup.dropFirst())
      let found = workspace.perform("bisect")
      #expect(found.lines.contains { $0.contains("encoder/depthwise") }, "\(found.lines)")
    }
  }

  @Test("steps of a graph with right states equal the whole sequence")
  func equal() throws {
    try workspace("streaming") { workspace, folder in
      try perform(workspace, Self.setup + ["check equal --tol 1e-6"])
    }
  }

  @Test("a stale cache is found at its convolution, and what came before is equal")
  func stale() throws {
    try workspace("stale") { workspace, folder in
      try perform(workspace, Self.setup)
      let lines = workspace.perform("diff all --tol 1e-6").lines
      func line(_ path: String) -> String { lines.first { $0.hasPrefix(path + " ") } ?? "" }
      #expect(line("encoder/relu/relu").contains("equal"))
      #expect(line("encoder/depthwise/depthwise").contains("differs first at row 0, t 1"))
    }
  }

  @Test("states are shown, overridden and kept beside the model")
  func states() throws {
    try workspace("streaming") { workspace, folder in
      try perform(workspace, Self.setup)
      #expect(workspace.perform("states").lines.contains { $0.contains("h → hn") })
      // Inputs that nobody feeds are asked for by name, and nothing changes.
      let refused = workspace.perform("states h=hn")
      #expect(refused.error.map { "\($0)" }?.contains("conv_cache") == true)
      let pairs = "h=hn,conv_cache=new_conv_cache,depthwise_cache=new_depthwise_cache"
      try perform(
        workspace, ["states \(pairs)", "run end", "check equal --tol 1e-6", "states confirm"])
      let kept = try ByteFile(path: "\(folder)/model.onnx.open").readAll()
      #expect(String(decoding: kept, as: UTF8.self).contains("state h=hn"))
    }
  }

  @Test("a part of a graph cannot be edited, and nothing changes")
  func edits() throws {
    try workspace("streaming") { workspace, folder in
      try perform(workspace, Self.setup)
      for line in [
        "remove encoder/relu/relu", "replace encoder Tanh()", "insert Tanh() after encoder",
        "set encoder.name \"a\"",
      ] {
        #expect(workspace.perform(line).status == 3, "\(line)")
      }
      try perform(workspace, ["check equal --tol 1e-6"])
    }
  }

  @Test("a model that is not there, or is none, is an error that names it")
  func missing() throws {
    try workspace("streaming") { workspace, folder in
      try AtomicFile.write(Array("no model".utf8), to: "\(folder)/bad.onnx")
      for name in ["absent.onnx", "bad.onnx"] {
        let outcome = workspace.perform("stack OnnxGraph(file: \"\(name)\")")
        #expect(outcome.status == 3)
        #expect("\(outcome.error.map { "\($0)" } ?? "")".contains(name))
      }
    }
  }
}

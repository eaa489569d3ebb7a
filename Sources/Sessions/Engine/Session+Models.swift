import Layers
import Notation
import ONNX
import Runtime
import Serialization

// Layers whose graphs lie in files of their own.
extension Session {
  /// Makes the layer of a config; the model files that it names are read as the present command may.
  func makeLayer(_ spec: SpecNode) throws -> any SequenceLayer {
    for path in spec.modelFiles {
      let folder = RelativePath.folder(of: path)
      do {
        try models.take(path, try files.open(path)) { name in
          try files.open(folder.isEmpty || folder == "." ? name : "\(folder)/\(name)")
        }
      } catch let error as OnnxError {
        throw CommandError(.file, found: "\(error)")
      }
    }
    return try notation.registry.makeLayer(spec)
  }

  /// The graph of an ONNX file at a path; the only one where no path is given.
  func requireGraph(_ path: String?) throws -> (node: LayerNode, graph: OnnxGraph) {
    let (_, tree) = try requireTree()
    let graphs = tree.nodes.compactMap { node in
      (node.layer as? OnnxGraph).map { (node: node, graph: $0) }
    }
    if let path {
      let node = try tree.resolve(path)
      if let graph = node.layer as? OnnxGraph { return (node, graph) }
      throw CommandError(
        .invalidOperand, found: "\(node.path.shown) is a \(node.typeName)", expected: "an OnnxGraph"
      )
    }
    guard graphs.count == 1 else {
      throw CommandError(
        .invalidOperand,
        found: graphs.isEmpty ? "no OnnxGraph in the stack" : "\(graphs.count) graphs",
        expected: graphs.isEmpty
          ? "one: open a .onnx file"
          : "one of \(graphs.map(\.node.path.shown).joined(separator: ", "))")
    }
    return graphs[0]
  }

  /// Whether a file is an ONNX model, by what it begins with or else by its name.
  func isModel(_ path: String) -> Bool {
    OnnxModels.isModel(path, try? ByteFile(path: files.resolved(path), isStopped: files.isStopped))
  }

  /// The layer of a model file: as the file beside it says, or as the graph itself says.
  func modelSpec(_ model: String) throws -> SpecNode {
    let beside = OpeningFile.path(for: model)
    var config = OnnxGraph.Config()
    config.file = model
    if let file = try? ByteFile(path: files.resolved(beside)) {
      do {
        config = try OpeningFile.config(
          String(decoding: try file.readAll(), as: UTF8.self), model: model)
      } catch let error as OnnxError { throw CommandError(.file, found: "\(error)") }
    }
    return try config.node
  }
}

extension SpecNode {
  /// The model files that layers of a config name.
  fileprivate var modelFiles: [String] {
    let names = message == OnnxGraph.table.message ? ["file", "offline"] : []
    let own = names.compactMap { name -> String? in
      if case .text(let path)? = self[name]?.values.first { path } else { nil }
    }
    return own
      + fields.flatMap { field in
        field.values.flatMap { value -> [String] in
          if case .node(let node) = value { node.modelFiles } else { [] }
        }
      }
  }
}

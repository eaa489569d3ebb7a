package import Serialization
import Synchronization
import Tensors

/// A model that was opened: its structure, and its weights as they are read for the first time.
package final class OnnxSource: Sendable {
  /// The path as the user gave it.
  package let path: String
  package let model: OnnxModel
  /// Where each node stands in the tree of scopes.
  let scopes: ScopeTree
  /// Tells apart files of one path that changed.
  package let digest: Int
  private let file: ByteFile
  private let open: @Sendable (String) throws -> ByteFile
  private let tensors = Mutex<[String: Tensor]>([:])
  let outlines = Mutex<[GraphOutline.Key: GraphOutline]>([:])

  /// Opens a model.
  ///
  /// `open` opens files in the folder of the model, by their paths below it.
  /// - Throws: ``OnnxError`` for a file that is damaged, or for operators that are not supported, all at
  ///   once.
  package init(
    _ file: ByteFile, checksOperators: Bool = true,
    open: (@Sendable (String) throws -> ByteFile)? = nil
  ) throws {
    self.file = file
    path = file.path
    let folder = file.path.lastIndex(of: "/").map { String(file.path[...$0]) } ?? ""
    self.open = open ?? { try ByteFile(path: folder + $0) }
    model = try ModelReader(file).model()
    scopes = ScopeTree(model.graph)
    var hasher = Hasher()
    hasher.combine(path)
    hasher.combine(file.count)
    digest = hasher.finalize()
    if checksOperators { try UnsupportedOperators.check(model, scopes, path: path) }
  }

  /// The files in the folder of a model that hold some of its weights.
  static func filesBeside(_ file: ByteFile) throws -> [String] {
    var names: Set<String> = []
    for tensor in try ModelReader(file).model().graph.initializers {
      if case .external(let name, _, _) = tensor.data {
        names.insert(try TensorReader.checked(name, file.path))
      }
    }
    return names.sorted()
  }

  /// A stored array, read once.
  func tensor(_ stored: OnnxTensor, named name: String) throws -> Tensor {
    let key = "\(name)#\(stored.name)#\(stored.key)"
    if let known = tensors.withLock({ $0[key] }) { return known }
    let read = try TensorReader(file: file, open: open).tensor(stored)
    tensors.withLock { $0[key] = read }
    return read
  }
}

extension OnnxTensor {
  /// Tells apart arrays of one name.
  fileprivate var key: String {
    switch data {
    case .slice(let part): "\(part.lowerBound)"
    case .external(let file, let offset, _): "\(file)@\(offset)"
    case .numbers(let numbers, _):
      "\(shape)\(elementType)\(numbers.count)\(numbers.prefix(8))\(numbers.hashValue)"
    }
  }
}

/// Names every operator of a model that is not supported, before anything is traced.
enum UnsupportedOperators {
  static func check(_ model: OnnxModel, _ scopes: ScopeTree, path: String) throws {
    var found: [(operation: String, places: [String])] = []
    func visit(_ nodes: [OnnxNode], _ place: (Int) -> String) {
      for (index, node) in nodes.enumerated() {
        for case .graph(let graph) in node.attributes.values {
          let outer = place(index)
          visit(graph.nodes) { _ in outer }
        }
        let isFunction = model.functions["\(node.domain)::\(node.op)"] != nil
        let isConstant = node.op == "Constant" && (node.domain.isEmpty || node.domain == "ai.onnx")
        guard !isFunction, !isConstant, OperatorTable.find(node) == nil else { continue }
        let name = place(index)
        let shown = name.isEmpty ? node.name : name
        if let known = found.firstIndex(where: { $0.operation == node.operation }) {
          found[known].places.append(shown)
        } else {
          found.append((node.operation, [shown]))
        }
      }
    }
    visit(model.graph.nodes) { scopes.places[$0] }
    for function in model.functions.values { visit(function.nodes) { _ in function.name } }
    guard !found.isEmpty else { return }
    let list = found.sorted { $0.operation < $1.operation }.map { row in
      let most = 4
      let places = row.places.filter { !$0.isEmpty }.prefix(most).joined(separator: ", ")
      let more = row.places.count > most ? ", … (\(row.places.count) nodes)" : ""
      return row.operation + (places.isEmpty ? "" : " in \(places)\(more)")
    }
    throw OnnxError(
      .unsupported, path,
      found: "operators that are not supported: \(list.joined(separator: "; "))",
      suggestion:
        "record its values where it runs (workbench recorder onnxruntime) and compare them")
  }
}

import Layers
import Notation
import Runtime
import Tensors
import Weights

extension Session {
  /// Reads a layer as typed: Swift, text format, or `@FILE`.
  func readLayer(_ text: String) throws -> (spec: SpecNode, notes: [String]) {
    let trimmed = text.trimmingBlanks
    guard !trimmed.isEmpty else {
      throw CommandError(
        .invalidOperand, found: "no layer", expected: "such as Dense(features: 8) or @FILE")
    }
    guard trimmed.hasPrefix("@") else {
      let reading = try notation.readTyped(trimmed)
      return (reading.spec, reading.notes)
    }
    let path = String(trimmed.dropFirst())
    let suffix = path.split(separator: ".").last.map(String.init) ?? ""
    guard let format = NotationFormat(fileExtension: suffix) else {
      throw CommandError(
        .file, found: path, expected: "a file that ends in .textproto, .json or .binpb")
    }
    let reading = try notation.read(try ByteFile(path: path).readAll(), as: format)
    return (reading.spec, reading.notes)
  }

  /// The stack and its layers.
  func requireTree() throws(CommandError) -> (any SequenceLayer, LayerTree) {
    guard let layer = document.layer else {
      throw CommandError(
        .notReady, found: "there is no stack yet", expected: "",
        suggestion: "type stack Serial([Dense(features: 8)])")
    }
    return (layer, LayerTree(layer))
  }

  /// A path with `%` replaced by the selected layer.
  func expand(_ path: String) -> String {
    path == "%" ? (selected.isEmpty ? "." : selected) : path
  }

  /// The text before the last word `separator`, and the word behind it.
  func split(_ text: String, at separator: String) -> (String, String) {
    let words = text.split(separator: " ")
    guard let place = words.lastIndex(where: { $0 == separator }) else { return (text, ".") }
    return (
      words[..<place].joined(separator: " "), words[(place + 1)...].joined(separator: " ")
    )
  }

  /// Carries out an edit of the stack; parameters follow their layers.
  ///
  /// - Returns: which layers kept, moved or got new parameters, and a summary of the stack.
  func apply(_ edit: StackEdit, as command: String) throws -> [String] {
    let (_, oldTree) = try requireTree()
    let checked = try notation.read(notation.text(edit.spec), as: .text)
    let layer = try notation.registry.makeLayer(checked.spec)
    let newTree = LayerTree(layer)
    var document = self.document
    document.layer = layer
    var moves: [(old: String, new: String)] = []
    for node in oldTree.nodes {
      guard let index = edit.moved(node.index), let target = newTree[index] else { continue }
      moves.append((node.path, target.path))
    }
    document.parameters = Self.moved(self.document.parameters, moves)
    document.origins = Self.moved(self.document.origins, moves)
    document.faults = self.document.faults.compactMap { fault in
      moves.first { $0.old == fault.path }.map { move in
        Fault(path: move.new, kind: fault.kind, step: fault.step)
      }
    }
    let kept = document.parameters
    try commit(document, as: command)
    return weightLog(kept: kept, moves: moves) + checked.notes + stackSummary
  }

  /// Values under the paths that their layers have now; the longest path decides.
  private static func moved<Value>(
    _ values: [String: Value], _ moves: [(old: String, new: String)]
  ) -> [String: Value] {
    var result: [String: Value] = [:]
    for (path, value) in values {
      let owner = moves.filter { path.isInside($0.old) }.max { $0.old.count < $1.old.count }
      guard let owner else { continue }
      let rest = path.dropFirst(owner.old.isEmpty ? 0 : owner.old.count + 1)
      result[LayerPath.join(owner.new, String(rest))] = value
    }
    return result
  }

  private func weightLog(
    kept: [String: Tensor], moves: [(old: String, new: String)]
  ) -> [String] {
    guard let run else { return [] }
    let paths = LayerTree(run.model.layer).nodes.map(\.path)
    func owner(_ path: String) -> String {
      paths.filter { path.isInside($0) }.max { $0.count < $1.count } ?? ""
    }
    func isKept(_ spec: ParameterSpec) -> Bool { kept[spec.path]?.shape == spec.shape }
    let specs = run.model.parameterSpecs
    let new = Set(specs.filter { !isKept($0) }.map { owner($0.path) })
    let old = Set(specs.filter(isKept).map { owner($0.path) }).subtracting(new)
    let renamed = moves.filter { $0.old != $0.new && old.contains($0.new) }
    var parts: [String] = []
    let stayed = old.subtracting(renamed.map(\.new)).sorted()
    if !stayed.isEmpty { parts.append("kept " + stayed.map(\.shown).joined(separator: ", ")) }
    if !new.isEmpty {
      let names = new.sorted().map(\.shown).joined(separator: ", ")
      parts.append("new \(names) (seed \(document.seed))")
    }
    parts += renamed.map { "moved \($0.old.shown) → \($0.new.shown)" }
    return parts.isEmpty ? [] : [parts.joined(separator: "; ")]
  }

  /// The values of a field as typed in the notation of Swift, checked.
  func setting(
    _ field: String, of layer: SpecNode, to text: String
  ) throws -> (name: String, values: [SpecValue]) {
    guard let (_, node) = layer.layerCase,
      let table = notation.registry.entry(message: node.message)?.table
    else { throw CommandError(.invalidOperand, found: field, expected: "a field") }
    guard let row = table.fields.first(where: { $0.swiftName == field || $0.name == field }) else {
      let nearest = NearestName.of(field, among: table.fields.map(\.swiftName))
      throw CommandError(
        .unknownFacet, found: "\(table.message) has no field '\(field)'",
        expected: table.fields.map(\.swiftName).joined(separator: ", "),
        suggestion: nearest.map { "did you mean \($0)?" })
    }
    return (row.name, try notation.readValues(text, of: row))
  }

  /// The name of a layer's kind.
  func shortName(_ spec: SpecNode) -> String { spec.layerCase?.node.message ?? "layer" }

  /// Facts about the stack in one or two lines.
  var stackSummary: [String] {
    guard let layer = document.layer else { return [] }
    guard let run else {
      return ["\(LayerTree(layer).nodes.count) layers; shapes are known once there is an input"]
    }
    let model = run.model
    let steps =
      layer.supportsStep
      ? "block \(layer.blockSize) · ratio \(layer.outputRatio) · latency \(layer.inputLatency)→\(layer.outputLatency)"
      : "cannot step: \(layer.stepObstacle ?? "")"
    return [
      "\(model.input) → \(model.output) · \(steps) · "
        + "\(NumberText.grouped(model.parameterCount)) parameters"
    ]
  }
}

extension String {
  /// The text without blanks at its ends.
  var trimmingBlanks: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// A path as people write it: the root is a dot.
  package var shown: String { isEmpty ? "." : self }

  /// Whether a path lies at or below a layer.
  package func isInside(_ layer: String) -> Bool {
    layer.isEmpty || self == layer || hasPrefix(layer + "/") || hasPrefix(layer + "[")
  }
}

import Diagnostics
import Layers
import Notation
import Runtime
import Serialization
import Tensors

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
    return try layerFile(String(trimmed.dropFirst()))
  }

  /// The layer in a file: a config, or the stack that a session came to.
  private func layerFile(_ path: String) throws -> (spec: SpecNode, notes: [String]) {
    let suffix = path.split(separator: ".").last.map(String.init) ?? ""
    let format = NotationFormat(fileExtension: suffix)
    let isModel = !files.isRecorded && isModel(path)
    guard format != nil || isModel || suffix == "session" else {
      throw CommandError(
        .file, found: path,
        expected: "an ONNX model, or a file that ends in .textproto, .json, .binpb or .session")
    }
    // Not an input to be kept: the event spells the layer out.
    guard !files.isRecorded else {
      throw CommandError(
        .file, found: "@\(path) in a recorded command",
        expected: "the layer itself: a session never names a file for it")
    }
    if isModel { return (try modelSpec(path), []) }
    let bytes = try ByteFile(path: files.resolved(path), isStopped: files.isStopped).readAll()
    guard let format else {
      return try SessionFile(bytes: bytes, name: path).stack(notation.registry, name: path)
    }
    do throws(ConfigError) {
      let reading = try notation.read(bytes, as: format)
      return (reading.spec, reading.notes)
    } catch {
      throw CommandError(error, in: path)
    }
  }

  /// A new stack; parameters and faults of the old one are gone with it.
  func setStack(_ spec: SpecNode, _ notes: [String]) throws -> CommandOutput {
    var document = self.document
    let layer = try makeLayer(spec)
    try StackCheck.check(layer, spec)
    document.layer = layer
    document.parameters = [:]
    document.origins = [:]
    document.faults = []
    document.expectations = []
    (document.edits, document.breaks) = ([], [])
    context.canonical = "stack " + notation.swift(spec, width: .max)
    do { try commit(document, as: "stack", restart: true) } catch {
      guard let input = document.input?.sequence else { throw error }
      var known = CommandError(error)
      guard known.code == .invalidStack || known.code == .invalidOperand else { throw error }
      known.suggestion =
        (known.suggestion.map { "\($0); " } ?? "")
        + "the present input is \(input.channelSpec): for a stack with another one, input clear first"
      throw known
    }
    let rates = document.input.map { rateNotes($0) } ?? []
    return CommandOutput(notes + rates + stackSummary)
  }

  /// Carries out an edit of the stack; parameters follow their layers.
  ///
  /// - Returns: which layers kept, moved or got new parameters, and a summary of the stack.
  func apply(_ edit: StackEdit, as command: String) throws -> [String] {
    let (_, oldTree) = try requireTree()
    let checked = try notation.read(notation.text(edit.spec), as: .text)
    let layer = try makeLayer(checked.spec)
    try StackCheck.check(layer, checked.spec)
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
        Fault(path: move.new, kind: fault.kind, step: fault.step, goesOn: fault.goesOn)
      }
    }
    document.expectations = self.document.expectations.compactMap { expected in
      guard let move = moves.first(where: { $0.old == expected.path }) else { return nil }
      var moved = expected
      moved.path = move.new
      return moved
    }
    let kept = document.parameters
    try commit(document, as: command)
    return weightLog(kept: kept, moves: moves) + checked.notes + stackSummary
  }

  /// Values under the paths that their layers have now; the longest path decides.
  private static func moved<Value>(
    _ values: [String: Value], _ moves: [(old: String, new: String)]
  ) -> [String: Value] {
    let targets = Dictionary(moves.map { ($0.old, $0.new) }) { first, _ in first }
    var result: [String: Value] = [:]
    for (path, value) in values {
      guard let old = path.layersAround.first(where: { targets[$0] != nil }), let new = targets[old]
      else { continue }
      let rest = path.dropFirst(old.isEmpty ? 0 : old.count + 1)
      result[LayerPath.join(new, String(rest))] = value
    }
    return result
  }

  private func weightLog(
    kept: [String: Tensor], moves: [(old: String, new: String)]
  ) -> [String] {
    guard let run else { return [] }
    let paths = Set(LayerTree(run.model.layer).nodes.map(\.path))
    func owner(_ path: String) -> String { path.layersAround.first(where: paths.contains) ?? "" }
    func isKept(_ spec: ParameterSpec) -> Bool { kept[spec.path]?.shape == spec.shape }
    let specs = run.model.parameterSpecs
    let new = Set(specs.filter { !isKept($0) }.map { owner($0.path) })
    let old = Set(specs.filter(isKept).map { owner($0.path) }).subtracting(new)
    let renamed = moves.filter { $0.old != $0.new && old.contains($0.new) }
    var parts: [String] = []
    let stayed = old.subtracting(renamed.map(\.new)).sorted()
    if !stayed.isEmpty { parts.append("kept \(Self.listed(stayed))") }
    if !new.isEmpty { parts.append("new \(Self.listed(new.sorted())) (seed \(document.seed))") }
    parts += renamed.map { "moved \($0.old.shown) → \($0.new.shown)" }
    return parts.isEmpty ? [] : [parts.joined(separator: "; ")]
  }

  /// The layers by name, or how many where that would be a long list.
  private static func listed(_ paths: [String]) -> String {
    let most = 6
    return paths.count <= most
      ? paths.map(\.shown).joined(separator: ", ") : NumberText.counted(paths.count, "layer")
  }

  /// The row of a field in the table of a layer's message.
  func fieldRow(_ field: String, of layer: SpecNode) throws(CommandError) -> FieldRow {
    guard let (_, node) = layer.layerCase,
      let table = notation.registry.entry(message: node.message)?.table
    else { throw CommandError(.unknownFacet, found: "a layer without fields: \(field)") }
    guard let row = table.fields.first(where: { $0.swiftName == field || $0.name == field }) else {
      let nearest = NearestName.of(field, among: table.fields.map(\.swiftName))
      throw CommandError(
        .unknownFacet, found: "\(table.message) has no field '\(field)'",
        expected: table.fields.map(\.swiftName).joined(separator: ", "),
        suggestion: nearest.map { "did you mean \($0)?" })
    }
    return row
  }

  /// The fields of a layer's message in the order of its table.
  func fieldNames(of layer: SpecNode) throws(CommandError) -> [String] {
    guard let (_, node) = layer.layerCase,
      let table = notation.registry.entry(message: node.message)?.table
    else { return [] }
    return table.fields.map(\.name)
  }

  /// The values of a field as typed in the notation of Swift, checked.
  func setting(
    _ field: String, of layer: SpecNode, to text: String
  ) throws -> (name: String, values: [SpecValue]) {
    let row = try fieldRow(field, of: layer)
    return (row.name, try notation.readValues(text, of: row))
  }

  /// The value of a config field, in Swift notation.
  func fieldLine(_ path: String, _ field: String) throws -> String {
    let (_, tree) = try requireTree()
    let node = try tree.resolve(path)
    let spec = try self.spec(of: node.layer)
    let row = try fieldRow(field, of: spec)
    let given = spec.layerCase?.node[row.name]?.values ?? row.defaults
    let text = given.isEmpty ? "nil" : notation.swift(given, of: row)
    return "\(node.path.shown).\(row.swiftName) = \(text)  \(row.doc)"
  }

  /// The tree of a layer, those of other packages inside.
  func spec(of layer: any SequenceLayer) throws(ConfigError) -> SpecNode {
    try SpecNode(layer: layer, registry: notation.registry)
  }

  /// The stack in Swift notation, on one line; nil without one, or where it has no notation.
  package var stackText: String? {
    guard let layer = document.layer, let spec = try? self.spec(of: layer) else { return nil }
    return notation.swift(spec, width: .max)
  }

  /// A layer for a footer: as it is written where that is short.
  func shortText(_ spec: SpecNode) -> String {
    let text = notation.swift(spec, width: .max)
    return text.count <= 40 ? text : "\(spec.layerCase?.node.message ?? "layer")(…)"
  }

  /// The stack and the position, as far as there are such.
  var placeLines: [String] {
    guard run != nil else { return stackSummary }
    return stackSummary + (plan == nil ? [] : [positionLine])
  }

  /// Facts about the stack in one or two lines.
  var stackSummary: [String] {
    guard let layer = document.layer else { return [] }
    guard let run else {
      let layers = NumberText.counted(layerCount, "layer")
      return ["\(layers); shapes are known once there is an input"]
    }
    let model = run.model
    let steps =
      layer.supportsStep
      ? "block \(layer.blockSize) · ratio \(layer.outputRatio) · latency \(layer.inputLatency)→\(layer.outputLatency)"
      : "cannot step: \(layer.stepObstacle ?? "")"
    let cures = stepCures
    return [
      "\(model.input) → \(model.output) · \(steps) · "
        + "\(NumberText.grouped(model.parameterCount)) parameters"
    ] + (cures.isEmpty ? [] : ["without another result it steps after:"] + cures)
  }
}

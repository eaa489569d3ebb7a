import Datasets
import Serialization
import Tensors
import Weights

/// Files of named arrays for the parameters of a stack: safetensors, or state dictionaries of PyTorch.
enum WeightFile {
  /// Opens a file; a state dictionary is read without executing anything.
  static func open(_ path: String, _ session: Session) throws -> Safetensors {
    let file = try session.files.open(path)
    if case .foreign(let kind) = try FileKind.of(file), kind.isTorch {
      return try TorchCheckpoint(file).safetensors()
    }
    return try Safetensors(path: path, open: session.files.open)
  }

  /// The arrays under the names that a map gives them, and what became of each.
  static func translated(
    _ file: Safetensors, by map: String, _ session: Session
  ) throws -> (Safetensors, [String]) {
    let text = String(decoding: try session.files.open(map).readAll(), as: UTF8.self)
    let result = try WeightMap(text, path: map).apply(file.names) { try file.tensor($0) }
    var lines = result.moves.map { move in
      "\(move.source) \(move.from.shapeText) → \(move.target) \(move.to.shapeText)"
    }
    if !result.unmatched.isEmpty {
      lines.append("no line for: \(result.unmatched.joined(separator: ", "))")
    }
    if !result.idle.isEmpty {
      lines.append("lines without an array: \(result.idle.joined(separator: ", "))")
    }
    return (try Safetensors(bytes: Safetensors.encoded(result.tensors), name: file.path), lines)
  }

  /// What would go where.
  static func preview(_ report: WeightReport) -> [String] {
    var lines = report.sources.sorted { $0.key < $1.key }.map { "\($0.value) → \($0.key)" }
    lines += report.missing.map { missing in
      "missing: \(missing.request.path) \(missing.request.shape.shapeText)"
        + (missing.nearest.map { "; \($0) is near" } ?? "")
    }
    lines += report.unfit.map { unfit in
      "misshapen: \(unfit.name) is \(unfit.found), \(unfit.request.path) is \(unfit.request.shape.shapeText)"
        + (unfit.hint.map { "; \($0)" } ?? "")
    }
    lines += report.ambiguous.map {
      "several for \($0.request.path): \($0.names.joined(separator: ", "))"
    }
    if !report.unused.isEmpty { lines.append("unused: \(report.unused.joined(separator: ", "))") }
    return lines
  }
}

import Layers
package import Runtime
import Tensors

/// The probabilities that one attention layer emits for the whole input.
package struct AttentionEmit: Sendable {
  /// What was emitted, as `show PATH:emit` names it.
  package var name: String
  /// The path of the layer.
  package var path: String
  /// `[b, t, heads, keys]`, learned sinks before the keys of the sequence.
  package var probabilities: SequenceTensor
  /// Which keys are valid, without the sinks; nil where that is not known.
  package var keys: SequenceTensor?
  /// How far before and behind a timestep the layer sees; keys of another sequence are all seen.
  package var reach: ClosedRange<Double>?
}

extension Session {
  /// The attention layers that there are probabilities of.
  package var attentionPaths: [String] { attentionNames.map(\.path) }

  /// The size of all probabilities, where they are too large to be kept and were not requested yet.
  package var attentionBytes: Int? {
    guard let run, run.hasLayerWise, !run.hasEmits else { return nil }
    return run.demand.emitByteCount
  }

  /// The first attention layer at or inside a path; nil where there is none.
  package func attention(_ path: String) -> AttentionEmit? {
    guard let run, run.hasEmits, let emits = try? emits(run),
      let (name, owner, source) = attentionNames.first(where: { $0.path.isInside(path) }),
      let probabilities = emits[name], probabilities.values.rank == 4
    else { return nil }
    guard source.isEmpty else {
      let keys: SequenceTensor? =
        switch document.constants[source] {
        case .sequence(let x)?, .streamed(let x)?: x
        case .array?, nil: nil
        }
      return AttentionEmit(name: name, path: owner, probabilities: probabilities, keys: keys)
    }
    let field = nodes.first { $0.path == owner }?.layer.receptiveFieldPerStep.overall
    return AttentionEmit(
      name: name, path: owner, probabilities: probabilities, keys: inputSequence(of: owner),
      reach: field.map { $0.start...max($0.start, $0.end) })
  }

  /// What attention layers emit, with layer and source, in the order of the stack.
  private var attentionNames: [(name: String, path: String, source: String)] {
    guard let run, run.hasLayerWise else { return [] }
    let order = Dictionary(
      nodes.enumerated().map { ($0.element.path, $0.offset) }, uniquingKeysWith: { a, _ in a })
    let found = run.demand.emitters.compactMap { name, path -> (String, String, String)? in
      let parts = name.split(separator: "/").map(String.init)
      if parts.last == "probabilities" { return (name, path, "") }
      guard parts.dropLast().last == "probabilities_by_source" else { return nil }
      return (name, path, parts[parts.count - 1])
    }
    return found.sorted { (order[$0.1] ?? .max, $0.0) < (order[$1.1] ?? .max, $1.0) }
  }
}

import Comparison
import Execution
import Layers
import Runtime
import Tensors

/// The layer-wise run of an input: whole where the outputs of all layers fit, else in pieces that are
/// computed when they are looked at.
final class LayerWiseRun {
  private enum Form {
    case whole(RunOutput)
    case pieces(LayerWisePieces)
  }

  /// A part of a layer's output as it lies in memory.
  struct Segment {
    let output: SequenceTensor
    /// The timestep of ``output`` at which it begins.
    let offset: Int
    let count: Int
  }

  /// The layers that were traced, children before parents.
  let layers: [LayerTrace.LayerPlace]
  private let form: Form
  let root: SequenceTensor
  private var largest: [String: Double] = [:]
  /// Whole outputs of single layers that were put together of pieces, the newest last.
  private var joined: [(path: String, output: SequenceTensor)] = []

  init(whole output: RunOutput, root: SequenceTensor) {
    (form, layers, self.root) = (.whole(output), output.layers, root)
  }

  init(_ pieces: LayerWisePieces, root: SequenceTensor) {
    (form, layers, self.root) = (.pieces(pieces), pieces.layers, root)
  }

  /// The whole run, where it is kept.
  var whole: RunOutput? { if case .whole(let output) = form { output } else { nil } }
  /// The pieces, where it is not.
  var pieces: LayerWisePieces? { if case .pieces(let pieces) = form { pieces } else { nil } }

  /// What it takes in memory.
  var byteCount: Int {
    let kept = joined.reduce(0) { $0 + $1.output.byteCount }
    switch form {
    case .whole(let output): return kept + output.taps.values.reduce(0) { $0 + $1.byteCount }
    case .pieces(let pieces): return kept + pieces.byteCount
    }
  }

  /// The timesteps of a layer's output; nil for one without output of its own.
  func time(_ path: String) -> Int? {
    switch form {
    case .whole(let output): output.taps[path]?.time
    case .pieces(let pieces): pieces.times[path]
    }
  }

  /// What a timestep of a layer's output is.
  func spec(_ path: String) -> ChannelSpec? {
    switch form {
    case .whole(let output): output.taps[path]?.channelSpec
    case .pieces(let pieces): pieces.spec(path)
    }
  }

  /// The output of a layer from a timestep on, at most `limit` timesteps of it and at least one.
  ///
  /// - Precondition: the timestep is within ``time(_:)``.
  func segment(_ path: String, at time: Int, limit: Int) throws -> Segment? {
    switch form {
    case .whole(let output):
      output.taps[path].map { Segment(output: $0, offset: time, count: min(limit, $0.time - time)) }
    case .pieces(let pieces): try pieces.segment(path, at: time, limit: limit)
    }
  }

  /// Some timesteps of a layer's output, as far as there are such; nil for a layer without output.
  func sequence(_ path: String, _ range: Range<Int>) throws -> SequenceTensor? {
    guard let time = time(path) else { return nil }
    let range = min(range.lowerBound, time)..<min(range.upperBound, time)
    var parts: [SequenceTensor] = []
    var next = range.lowerBound
    while next < range.upperBound {
      guard let part = try segment(path, at: next, limit: range.upperBound - next) else {
        return nil
      }
      parts.append(part.output.timesteps(part.offset..<part.offset + part.count))
      next += part.count
    }
    if parts.isEmpty {
      return try segment(path, at: 0, limit: 1)?.output.timesteps(0..<0) ?? whole?.taps[path]
    }
    return parts.count == 1 ? parts[0] : .concatenate(parts)
  }

  /// The whole output of one layer; nil for a layer without output.
  func output(_ path: String) throws -> SequenceTensor? {
    switch form {
    case .whole(let output): return output.taps[path]
    case .pieces:
      if let known = joined.first(where: { $0.path == path }) { return known.output }
      guard let time = time(path), let made = try sequence(path, 0..<time) else { return nil }
      // One layer at a time, or two that are looked at side by side.
      if joined.count == 2 { joined.removeFirst() }
      joined.append((path, made))
      return made
    }
  }

  /// What goes into a layer; nil for a layer that did not run.
  func input(of path: String) throws -> SequenceTensor? {
    switch form {
    case .whole(let output): return output.input(of: path, root: root)
    case .pieces:
      guard let place = layers.first(where: { $0.path == path }) else { return nil }
      return switch place.input {
      case .root: root
      case .output(let other): try output(other)
      case .made: try output(LayerWisePieces.inputName(path))
      }
    }
  }

  /// The first NaN at a valid timestep of a layer's output.
  func firstNaN(_ path: String) -> NaNPlace? {
    switch form {
    case .whole(let output): output.taps[path]?.firstNaN
    case .pieces(let pieces): pieces.nans[path]
    }
  }

  /// The largest finite magnitude of a layer's valid outputs.
  func largest(_ path: String) throws -> Double {
    if let known = largest[path] { return known }
    let found: Double
    switch form {
    case .whole(let output): found = output.taps[path].map(Verdict.largestMagnitude) ?? 0
    case .pieces(let pieces): found = pieces.largest[path] ?? 0
    }
    largest[path] = found
    return found
  }
}

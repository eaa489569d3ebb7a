import Layers
import Runtime
package import Tensors

/// An array that a facet stands for, with what is known of its time axis.
package struct FacetValue: Sendable {
  package var tensor: Tensor
  /// Which timesteps are valid, `[b, t]`, where the array has rows and times.
  package var mask: Tensor?
  /// A heading, such as `c2:state.buffer [3, 4, 64] f32`.
  package var title: String
}

extension Session {
  /// The array that a facet means at the present position, before its slice is taken.
  package func value(of facet: Facet) throws -> FacetValue {
    let run = try requireRun()
    let (_, tree) = try requireTree()
    let path = try tree.resolve(facet.path).path
    func made(_ name: String, _ tensor: Tensor, _ mask: Tensor? = nil) -> FacetValue {
      let shape = tensor.shape.shapeText
      return FacetValue(
        tensor: tensor, mask: mask,
        title: "\(path.shown):\(name) \(shape) \(tensor.dtype.shortName)")
    }
    func sequence(_ name: String, _ x: SequenceTensor) -> FacetValue {
      made(name, x.values, x.mask)
    }
    switch facet.kind {
    case .input:
      guard let node = tree.nodes.first(where: { $0.path == path }) else {
        return sequence("in", run.input)
      }
      return sequence("in", try input(of: node.path, run))
    case .layer: return sequence("layer", try layerWise(path, run))
    case .out:
      guard let step = run.stepWise(path) else {
        throw CommandError(
          .notReady, found: "no step-wise output at step 0", expected: "",
          suggestion: "step, or show \(path.shown):layer")
      }
      let latency = run.latency(path)
      if let warm = facet.slice?.entries.dropFirst().first, case .warmUp(let place) = warm {
        guard place < latency else {
          throw CommandError(
            .invalidOperand, found: "w\(place)",
            expected: latency == 0
              ? "no warm-up output: the output latency of \(path.shown) is 0"
              : latency == 1
                ? "w0, the warm-up output of \(path.shown)"
                : "w0 to w\(latency - 1), the warm-up outputs of \(path.shown)")
        }
        return sequence("out warm-up", step.timesteps(0..<min(latency, step.time)))
      }
      return sequence("out", step.timesteps(min(latency, step.time)..<step.time))
    case .mask: return made("mask", try layerWise(path, run).mask)
    case .diff:
      let layer = try layerWise(path, run)
      let latency = run.latency(path)
      let step = run.stepWise(path)
      let time = min(layer.time, max(0, (step?.time ?? 0) - latency))
      let aligned = step?.timesteps(latency..<(latency + time))
      let zero = layer.timesteps(0..<time)
      let pairs = zip((aligned ?? zero).values.doubles(), zero.values.doubles())
      let difference = Tensor(pairs.map { $0 - $1 }, shape: zero.values.shape)
      return made("diff", difference, zero.mask)
    case .expected:
      guard let expected = document.expectations.last(where: { $0.path == path }) else {
        throw CommandError(
          .notReady, found: "nothing is expected at \(path.shown)", expected: "",
          suggestion: "expect FILE at \(path.shown)")
      }
      return made("expected", expected.values)
    case .state(let leaf): return try stateLeaf(path, leaf, run)
    case .parameter(let leaf): return try parameter(path, leaf, run)
    case .emit(let leaf):
      let names = run.emitNames(inside: path)
      let emits = names.isEmpty ? [:] : try emits(run)
      let name = leaf ?? names.first ?? ""
      let found = names.first { $0 == name } ?? names.first { $0.hasSuffix("/\(name)") }
      guard let found, let value = emits[found] else {
        let isSilent = names.isEmpty
        let isStackSilent = run.demand.emitters.isEmpty
        throw CommandError(
          .unknownFacet,
          found: isSilent
            ? "\(isStackSilent ? "this stack" : path.shown) emits nothing"
            : "\(path.shown) has no emit '\(name)'",
          expected: isSilent && isStackSilent ? "a stack that emits" : "",
          suggestion: isSilent
            ? run.emitNames(inside: "").first.map { "the first emit is .:emit.\($0)" }
            : "it has \(names.joined(separator: ", "))")
      }
      return sequence("emit.\(found)", value)
    case .field(let name):
      throw CommandError(
        .unknownFacet, found: "\(path.shown).\(name) is a field of the config",
        expected: "show it with show \(path.shown).\(name)")
    }
  }

  /// The names of the state leaves or parameters that a facet without a name could mean.
  func leafNames(of facet: Facet) throws -> [String] {
    let run = try requireRun()
    let path = try requireTree().1.resolve(facet.path).path
    let paths: [String]
    switch facet.kind {
    case .state: paths = run.stream?.leaves.map(\.path) ?? []
    case .emit: return run.emitNames(inside: path)
    default: paths = run.model.parameterSpecs.map(\.path)
    }
    return paths.filter { $0.isInside(path) }.map { LayerPath.relative($0, to: path) }
  }

  /// The paths of all state leaves, parameters and emits, under the facets that show them.
  package var leafPaths: [String: [String]] {
    guard let run else { return [:] }
    return [
      "state": run.stream?.leaves.map(\.path) ?? [],
      "param": run.model.parameterSpecs.map(\.path),
      "emit": run.emitNames(inside: ""),
    ]
  }

  private func layerWise(_ path: String, _ run: ModelRun) throws -> SequenceTensor {
    guard let value = try layerWise(run).taps[path] else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no output of its own")
    }
    return value
  }

  /// What a layer sees layer-wise; nil where that cannot be had.
  func inputSequence(of path: String) -> SequenceTensor? {
    guard let run else { return nil }
    return try? input(of: path, run)
  }

  /// What a layer sees layer-wise, as it was recorded while the stack was traced.
  func input(of path: String, _ run: ModelRun) throws -> SequenceTensor {
    guard !path.isEmpty else { return run.input }
    guard let value = try layerWise(run).input(of: path, root: run.input) else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no input of its own")
    }
    return value
  }

  private func stateLeaf(_ path: String, _ leaf: String?, _ run: ModelRun) throws -> FacetValue {
    guard let stream = run.stream else {
      throw CommandError(.notReady, found: "this stack cannot step, so it has no state")
    }
    let own = stream.leaves.enumerated().filter { $0.element.path.isInside(path) }
    let names = own.map { LayerPath.relative($0.element.path, to: path) }
    guard !own.isEmpty else {
      throw CommandError(.unknownFacet, found: "\(path.shown) keeps no state")
    }
    let place = leaf.map { wanted in names.firstIndex(of: wanted) } ?? 0
    guard let place else {
      throw CommandError(
        .unknownFacet, found: "\(path.shown) has no state leaf '\(leaf ?? "")'",
        expected: names.joined(separator: ", "),
        suggestion: NearestName.of(leaf ?? "", among: names).map { "did you mean \($0)?" })
    }
    let value = stream.value(of: own[place].offset)
    return FacetValue(
      tensor: value, mask: nil,
      title: "\(path.shown):state.\(names[place]) \(value.shape.shapeText) \(value.dtype.shortName)"
    )
  }

  private func parameter(_ path: String, _ leaf: String?, _ run: ModelRun) throws -> FacetValue {
    let own = run.model.parameterSpecs.map(\.path).filter { $0.isInside(path) }
    let names = own.map { LayerPath.relative($0, to: path) }
    let wanted = leaf ?? names.first ?? ""
    guard let place = names.firstIndex(of: wanted), let value = run.model[parameter: own[place]]
    else {
      throw CommandError(
        .unknownFacet, found: "\(path.shown) has no parameter '\(wanted)'",
        expected: names.isEmpty ? "a layer with parameters" : names.joined(separator: ", "),
        suggestion: NearestName.of(wanted, among: names).map { "did you mean \($0)?" })
    }
    return FacetValue(
      tensor: value, mask: nil,
      title: "\(path.shown):param.\(wanted) \(value.shape.shapeText) \(value.dtype.shortName)")
  }
}

extension LayerPath {
  /// The part of a path below a layer.
  package static func relative(_ path: String, to layer: String) -> String {
    layer.isEmpty ? path : String(path.dropFirst(layer.count + 1))
  }
}

import Diagnostics
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
  /// What is left to take of the array: timesteps that were not requested are not in it.
  package var slice: Slice?
}

extension Session {
  /// The array that a facet means at the present position, of whose slice at least the timesteps are
  /// taken.
  package func value(of facet: Facet) throws -> FacetValue {
    let run = try requireRun()
    let (_, tree) = try requireTree()
    let path = try tree.resolve(facet.path).path
    let reader = SequenceReader(path: path, rows: run.input.batch, slice: facet.slice)
    switch facet.kind {
    case .input:
      guard tree.nodes.contains(where: { $0.path == path }) else {
        return try reader.read("in", run.input)
      }
      return try reader.read("in", try input(of: path, run))
    case .layer, .mask:
      let layerWise = try layerWise(run)
      guard let time = layerWise.time(path), let spec = layerWise.spec(path) else {
        throw CommandError(.unknownPath, found: "\(path.shown) has no output of its own")
      }
      let isMask = facet.kind == .mask
      return try reader.read(isMask ? "mask" : "layer", spec, time: time, isMask: isMask) {
        try layerWise.sequence(path, $0)
      }
    case .out: return try stepWise(path, reader, run)
    case .diff:
      let layerWise = try layerWise(run)
      let latency = run.latency(path)
      guard let time = layerWise.time(path), let spec = layerWise.spec(path) else {
        throw CommandError(.unknownPath, found: "\(path.shown) has no output of its own")
      }
      let made = min(time, max(0, run.stepWiseTime(path) - latency))
      return try reader.read("diff", ChannelSpec(spec.shape, .float64), time: made) { range in
        guard let layer = try layerWise.sequence(path, range) else { return nil }
        let moved = range.lowerBound + latency..<range.upperBound + latency
        let step = try run.stepWise(path, moved, cancel: cancel) ?? layer
        let pairs = zip(step.values.doubles(), layer.values.doubles())
        return try SequenceTensor(
          values: Tensor(pairs.map { $0 - $1 }, shape: layer.values.shape), mask: layer.mask)
      }
    case .expected:
      guard let expected = document.expectations.last(where: { $0.path == path }) else {
        throw CommandError(
          .notReady, found: "nothing is expected at \(path.shown)",
          suggestion: "expect FILE at \(path.shown)")
      }
      return FacetValue(
        tensor: expected.values, mask: nil,
        title: SequenceReader.title(path, "expected", expected.values.shape, expected.values.dtype),
        slice: facet.slice)
    case .state(let leaf): return try stateLeaf(path, leaf, facet.slice, run)
    case .parameter(let leaf): return try parameter(path, leaf, facet.slice, run)
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
      return try reader.read("emit.\(found)", value)
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

  private func stepWise(
    _ path: String, _ reader: SequenceReader, _ run: ModelRun
  ) throws -> FacetValue {
    let time = run.stepWiseTime(path)
    guard position > 0, let trace = run.trace, let spec = trace.spec(path) else {
      throw CommandError(
        .notReady, found: "no step-wise output at step 0",
        suggestion: "step, or show \(path.shown):layer")
    }
    let latency = run.latency(path)
    func read(_ name: String, from start: Int, time: Int) throws -> FacetValue {
      try reader.read(name, spec, time: time) {
        try run.stepWise(path, $0.lowerBound + start..<$0.upperBound + start, cancel: cancel)
      }
    }
    guard let warm = reader.warmUp else {
      return try read("out", from: min(latency, time), time: max(0, time - latency))
    }
    guard warm < latency else {
      throw CommandError(
        .invalidOperand, found: "w\(warm)",
        expected: latency == 0
          ? "no warm-up output: the output latency of \(path.shown) is 0"
          : latency == 1
            ? "w0, the warm-up output of \(path.shown)"
            : "w0 to w\(latency - 1), the warm-up outputs of \(path.shown)")
    }
    return try read("out warm-up", from: 0, time: min(latency, time))
  }

  /// What a layer sees layer-wise; nil where that cannot be had.
  func inputSequence(of path: String) -> SequenceTensor? {
    guard let run else { return nil }
    return try? input(of: path, run)
  }

  /// What a layer sees layer-wise, as it was recorded while the stack was traced.
  func input(of path: String, _ run: ModelRun) throws -> SequenceTensor {
    guard !path.isEmpty else { return run.input }
    guard let value = try layerWise(run).input(of: path) else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no input of its own")
    }
    return value
  }

  private func stateLeaf(
    _ path: String, _ leaf: String?, _ slice: Slice?, _ run: ModelRun
  ) throws -> FacetValue {
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
      title: SequenceReader.title(path, "state.\(names[place])", value.shape, value.dtype),
      slice: slice)
  }

  private func parameter(
    _ path: String, _ leaf: String?, _ slice: Slice?, _ run: ModelRun
  ) throws -> FacetValue {
    let (name, wanted) = try parameterName(path, leaf, run)
    guard let value = run.model[parameter: name] else {
      throw CommandError(.unknownFacet, found: "\(path.shown) has no parameter '\(wanted)'")
    }
    return FacetValue(
      tensor: value, mask: nil,
      title: SequenceReader.title(path, "param.\(wanted)", value.shape, value.dtype), slice: slice)
  }

  /// The path of the parameter that a facet means.
  func parameterPath(_ facet: Facet, _ path: String, _ run: ModelRun) throws -> String {
    guard case .parameter(let leaf) = facet.kind else {
      throw CommandError(.unknownFacet, found: facet.path, expected: "PATH:param.LEAF")
    }
    return try parameterName(path, leaf, run).path
  }

  private func parameterName(
    _ path: String, _ leaf: String?, _ run: ModelRun
  ) throws -> (path: String, name: String) {
    let own = run.model.parameterSpecs.map(\.path).filter { $0.isInside(path) }
    let names = own.map { LayerPath.relative($0, to: path) }
    let wanted = leaf ?? names.first ?? ""
    guard let place = names.firstIndex(of: wanted) else {
      throw CommandError(
        .unknownFacet, found: "\(path.shown) has no parameter '\(wanted)'",
        expected: names.isEmpty ? "a layer with parameters" : names.joined(separator: ", "),
        suggestion: NearestName.of(wanted, among: names).map { "did you mean \($0)?" })
    }
    return (own[place], wanted)
  }
}

extension LayerPath {
  /// The part of a path below a layer.
  package static func relative(_ path: String, to layer: String) -> String {
    layer.isEmpty ? path : String(path.dropFirst(layer.count + 1))
  }
}

import Diagnostics
import Layers
import Programs
import Runtime
import Tensors

/// Finds what a condition names in a run, and refuses what can never hold.
struct ConditionBinder {
  let run: ModelRun
  let tree: LayerTree
  let trace: StepTrace
  let layout: StepLayout
  let plan: StepPlan

  /// - Throws: ``CommandError`` where the stack cannot step.
  init(_ session: Session) throws {
    let (run, plan) = try session.requireSteps()
    guard let trace = run.trace, let layout = try run.requireLayout(session.cancel) else {
      throw CommandError(.notReady, found: "there are no steps", suggestion: "input FILE")
    }
    (self.run, self.trace, self.layout, self.plan) = (run, trace, layout, plan)
    tree = try session.requireTree().1
  }

  /// The array that a facet means.
  ///
  /// - Throws: ``CommandError`` naming the place in the condition and the nearest names.
  func array(_ facet: Facet, _ place: Int) throws(CommandError) -> StepArray {
    do throws(CommandError) {
      let path = try tree.resolve(facet.path).path
      switch facet.kind {
      case .out: return .output(tap: try tap(path), isMask: false)
      case .mask: return .output(tap: try tap(path), isMask: true)
      case .layer: return .layer(tap: try tap(path), isDifference: false)
      case .diff: return .layer(tap: try tap(path), isDifference: true)
      case .input: return .input(path: path)
      case .state(let leaf): return .state(leaf: try self.leaf(path, leaf))
      case .expected, .parameter, .emit, .field:
        throw CommandError(
          .unknownFacet, found: "'\(facet.path)' with a facet that no step changes",
          expected: ":out :in :mask :layer :diff :state.LEAF")
      }
    } catch {
      var error = error
      error.found += " at character \(place)"
      throw error
    }
  }

  private func tap(_ path: String) throws(CommandError) -> Int {
    guard let tap = layout.position(of: path) else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no output of its own")
    }
    return tap
  }

  private func leaf(_ path: String, _ name: String?) throws(CommandError) -> Int {
    let leaves = run.stream?.leaves ?? []
    let own = leaves.indices.filter { leaves[$0].path.isInside(path) }
    let names = own.map { LayerPath.relative(leaves[$0].path, to: path) }
    guard !own.isEmpty else {
      throw CommandError(.unknownFacet, found: "\(path.shown) keeps no state")
    }
    guard let name else {
      guard own.count == 1 else {
        throw CommandError(
          .unknownFacet, found: "\(path.shown):state, which has several leaves",
          expected: names.map { "\(path.shown):state.\($0)" }.joined(separator: ", "))
      }
      return own[0]
    }
    guard let place = names.firstIndex(of: name) else {
      throw CommandError(
        .unknownFacet, found: "\(path.shown) has no state leaf '\(name)'",
        expected: names.joined(separator: ", "),
        suggestion: NearestName.of(name, among: names).map { "did you mean \($0)?" })
    }
    return own[place]
  }

  /// Shape and dtype of an array; the time axis as it is in the longest step.
  func type(_ array: StepArray) -> (shape: Shape, dtype: DType) {
    let longest =
      (0..<plan.lastStep).map { plan.boundaries[$0 + 1] - plan.boundaries[$0] }.max() ?? 1
    func output(_ tap: Int) -> (shape: Shape, dtype: DType) {
      let place = layout.taps[tap]
      let time = layout.unitTimes[place.mask] * (longest / trace.blockSize)
      return ([layout.rows, time] + layout.channelShape(place.values), layout.dtype(place.values))
    }
    switch array {
    case .state(let leaf):
      let type = run.stream?.leaves[leaf].type ?? ValueType(.float32, [])
      return (type.shape, type.dtype)
    case .output(let tap, let isMask):
      let (shape, dtype) = output(tap)
      return isMask ? (Array(shape.prefix(2)), .bool) : (shape, dtype)
    case .layer(let tap, let isDifference):
      let (shape, dtype) = output(tap)
      return (shape, isDifference ? .float64 : dtype)
    case .input(let path):
      guard let place = run.places.first(where: { $0.path == path }) else { return ([], .float32) }
      switch place.input {
      case .root:
        return ([run.input.batch, longest] + run.input.channelShape, run.input.values.dtype)
      case .output(let other): return layout.position(of: other).map(output) ?? ([], .float32)
      case .made:
        guard let tap = layout.input(of: path) else { return ([], .float32) }
        let time = layout.unitTimes[tap.mask] * (longest / trace.blockSize)
        return ([layout.rows, time] + layout.channelShape(tap.values), layout.dtype(tap.values))
      }
    }
  }

  /// The elements of a facet that a condition looks at.
  ///
  /// - Throws: ``CommandError`` for positions that no step has; with `single`, unless it is one element.
  func selection(
    _ facet: Facet, _ array: StepArray, _ place: Int, filters: ElementSelection,
    single: Bool = false
  ) throws(CommandError) -> ElementSelection {
    var result = filters
    result.slice = facet.slice
    let shape = type(array).shape
    guard let slice = facet.slice else { return result }
    do throws(CommandError) { _ = try slice.positions(in: shape) } catch {
      var error = error
      error.found += " of \(shape.shapeText) at character \(place)"
      throw error
    }
    let isSingle =
      slice.entries.count == shape.count
      && slice.entries.allSatisfy { if case .index = $0 { true } else { false } }
    guard !single || isSingle else {
      throw CommandError(
        .syntax, found: "several elements of \(shape.shapeText) at character \(place)",
        expected: "one element, or a measure such as absmax(\(facet.path)[…])")
    }
    return result
  }
}

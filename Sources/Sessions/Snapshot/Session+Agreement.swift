import Layers
import Runtime
import Tensors

// What the marks in the tree of layers say: which layers agree, and where the first NaN is.
extension Session {
  /// Thrown when a comparison has cost as much as it may.
  private struct Spent: Error {}

  /// Goes on comparing a layer's outputs, and takes what that costs from `budget`; true once all up to
  /// the position are compared, so that ``comparison(_:)`` costs nothing.
  ///
  /// A unit is one step of a small layer. What was compared is kept: the next call goes on there.
  package func compare(_ path: String, spending budget: inout Int) -> Bool {
    guard let run, position > 0, run.hasLayerWise else { return true }
    var left = budget
    defer { budget = left }
    var compared = run.comparison?.count ?? 0
    do {
      _ = try run.verdict(path, tolerance: nil) { done in
        // All layers are compared at once.
        left -= (done - compared) * max(1, run.places.count)
        compared = done
        if left < 0 { throw Spent() }
      }
      return true
    } catch { return false }
  }

  /// An expected array against what came out so far; nil before anything can be compared.
  package func comparison(of expected: Expectation) -> Verdict? {
    guard hasLayerWise else { return nil }
    let shift = expected.isConfirmed ? expected.shift : 0
    let verdict = try? verdict(expected, shift: shift, tolerance: nil)
    return verdict.flatMap { $0.comparedSteps > 0 ? $0 : nil }
  }

  /// Where a NaN comes from: the input, or the first layer whose output has one.
  package struct NaNOrigin: Hashable, Sendable {
    /// The layer; nil where the input has it already.
    package var path: String?
    package var place: NaNPlace

    /// Such as `NaN from c1 on: row 0, t 12`.
    package var text: String {
      "NaN from \(path.map(\.shown) ?? "the input") on: \(place.text)"
    }
  }

  /// The first NaN at a valid timestep of a layer's layer-wise output.
  package func firstNaN(_ path: String) -> NaNPlace? {
    guard let run, run.hasLayerWise else { return nil }
    return run.firstNaN(path)
  }

  /// Where the first NaN is, in the order in which data flows; nil where there is none.
  package var nanOrigin: NaNOrigin? {
    if let place = inputFacts?.firstNaN { return NaNOrigin(path: nil, place: place) }
    guard let path = nanPath, let place = firstNaN(path) else { return nil }
    return NaNOrigin(path: path, place: place)
  }

  /// The first layer whose layer-wise output has a NaN at a valid timestep.
  package var nanPath: String? {
    guard let run, run.hasLayerWise else { return nil }
    if let known = run.nanPath { return known }
    let inFlow = run.places.map(\.path)
    let inTree = nodes.filter { $0.layer.children.isEmpty } + nodes
    let found = (inFlow.isEmpty ? inTree.map(\.path) : inFlow).first { firstNaN($0) != nil }
    run.nanPath = .some(found)
    return found
  }
}

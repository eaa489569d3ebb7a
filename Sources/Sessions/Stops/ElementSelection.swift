import Tensors

/// Which elements of an array a condition looks at: those of a slice, at valid timesteps, in the rows and
/// timesteps that are requested.
struct ElementSelection {
  var slice: Slice?
  var filters:
    [(variable: StepCondition.Variable, relation: StepCondition.Relation, bound: Double)] =
      []

  /// Whether it is everything.
  var isWhole: Bool { slice == nil && filters.isEmpty }

  private func allows(_ variable: StepCondition.Variable, _ value: Int) -> Bool {
    filters.allSatisfy { $0.variable != variable || $0.relation.holds(Double(value), $0.bound) }
  }

  /// Calls `body` with every element, its position in the array, and the position of its timestep.
  func visit(_ part: StepArray.Part, _ body: (_ value: Double, _ index: [Int]) -> Void) {
    let values = part.values
    guard values.count > 0 else { return }
    let strides = values.shape.rowMajorStrides
    var axes: [[Int]] = values.shape.map { Array(0..<$0) }
    if let slice {
      // A position that this step does not have, such as a third timestep, selects nothing.
      guard let kept = try? slice.positions(in: values.shape) else { return }
      axes = kept.map(\.kept)
    }
    let flags = part.mask?.elements(as: Bool.self)
    var index = Array(repeating: 0, count: axes.count)
    func walk(_ axis: Int, _ base: Int) {
      guard axis < axes.count else {
        body(values.double(at: base), index)
        return
      }
      for place in axes[axis] {
        index[axis] = place
        if axis == 0, part.firstTime != nil || part.mask != nil, !allows(.row, place) { continue }
        if axis == 1, let flags, !flags[index[0] * values.shape[1] + place] { continue }
        if axis == 1, let first = part.firstTime {
          // Warm-up has no time.
          guard first + place >= 0, allows(.t, first + place) else { continue }
        }
        walk(axis + 1, base + place * strides[axis])
      }
    }
    walk(0, 0)
  }

  /// Whether the step is requested at all; steps count from 1.
  func allowsStep(_ position: Int) -> Bool { allows(.step, position) }
}

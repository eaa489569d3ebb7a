import Programs
import Tensors
import Testing

@Suite("Movement and indexing ops")
struct MovementTests {
  @Test("give hand-computed values", arguments: movement)
  func movementValues(_ example: OpCase) throws { try example.check() }

  @Test("at computed positions give hand-computed values", arguments: indexing)
  func indexingValues(_ example: OpCase) throws { try example.check() }

  private static let grid = i32([0, 1, 2, 3, 4, 5], [2, 3])

  static let movement: [OpCase] = [
    OpCase(
      "reshape", .movement(.reshape([3, 2])), [grid], gives: i32([0, 1, 2, 3, 4, 5], [3, 2])),
    OpCase(
      "transpose", .movement(.transpose(permutation: [1, 0])), [grid],
      gives: i32([0, 3, 1, 4, 2, 5], [3, 2])),
    OpCase(
      "transpose of three axes", .movement(.transpose(permutation: [2, 0, 1])),
      [i32([0, 1, 2, 3, 4, 5], [1, 2, 3])], gives: i32([0, 3, 1, 4, 2, 5], [3, 1, 2])),
    OpCase(
      "broadcast a new leading axis", .movement(.broadcast([2, 2], axes: [1])), [i32([7, 8])],
      gives: i32([7, 8, 7, 8], [2, 2])),
    OpCase(
      "broadcast stretches 1", .movement(.broadcast([2, 2], axes: [0, 1])), [i32([7, 8], [2, 1])],
      gives: i32([7, 7, 8, 8], [2, 2])),
    OpCase(
      "slice with stride", .movement(.slice(start: [0, 0], limit: [2, 3], stride: [1, 2])), [grid],
      gives: i32([0, 2, 3, 5], [2, 2])),
    OpCase(
      "slice of nothing", .movement(.slice(start: [1, 0], limit: [1, 3], stride: [1, 1])), [grid],
      gives: i32([], [0, 3])),
    OpCase(
      "pad at the ends and between", .movement(.pad(low: [1], high: [2], interior: [1])),
      [f32([5, 6]), f32([9], [])], gives: f32([9, 5, 9, 6, 9, 9])),
    OpCase(
      "negative pad cuts", .movement(.pad(low: [-1], high: [-1], interior: [1])),
      [f32([5, 6, 7]), f32([9], [])], gives: f32([9, 6, 9])),
    OpCase(
      "reverse", .movement(.reverse(axes: [1])), [grid], gives: i32([2, 1, 0, 5, 4, 3], [2, 3])),
    OpCase(
      "concatenate", .movement(.concatenate(axis: 1)), [grid, i32([8, 9], [2, 1])],
      gives: i32([0, 1, 2, 8, 3, 4, 5, 9], [2, 4])),
  ]

  private static func gather(_ rule: OutOfRangeRule, axis: Int = 0, batch: Int = 0) -> Op {
    .indexing(.gather(axis: axis, batchAxes: batch, outOfRange: rule))
  }

  static let indexing: [OpCase] = [
    OpCase(
      "gather rows", gather(.clamp), [f32([0, 1, 2, 3, 4, 5], [3, 2]), i32([2, 0])],
      gives: f32([4, 5, 0, 1], [2, 2])),
    OpCase(
      "gather clamps", gather(.clamp), [f32([7, 8, 9]), i32([-1, 3, 1])], gives: f32([7, 9, 8])),
    OpCase(
      "gather gives NaN outside", gather(.nan), [f32([7, 8, 9]), i32([-1, 3, 1])],
      gives: f32([.nan, .nan, 8])),
    OpCase(
      "gather of integers gives 0 outside", gather(.nan), [i32([7, 8, 9]), i32([-1, 1])],
      gives: i32([0, 8])),
    OpCase(
      "gather gives 0 outside", gather(.zero), [f32([7, 8]), i32([2, 0])], gives: f32([0, 7])),
    OpCase(
      "gather pairs batch axes", gather(.clamp, axis: 1, batch: 1),
      [f32([0, 1, 2, 3, 4, 5], [2, 3]), i32([2, 0, 1, 1], [2, 2])],
      gives: f32([2, 0, 4, 4], [2, 2])),
    OpCase(
      "gather keeps axes between batch and axis", gather(.clamp, axis: 2, batch: 1),
      [i32([0, 1, 2, 3], [1, 2, 2]), i32([1], [1])], gives: i32([1, 3], [1, 2])),
    OpCase(
      "gather scalar index removes the axis", gather(.clamp, axis: 1),
      [f32([0, 1, 2, 3], [2, 2]), i32([1], [])], gives: f32([1, 3])),
    OpCase(
      "scatterAdd sums repeats and drops outside", .indexing(.scatterAdd(axis: 0, batchAxes: 0)),
      [f32([1, 1, 1]), i32([2, 2, 5, -1]), f32([10, 20, 30, 40])], gives: f32([1, 1, 31])),
    OpCase(
      "scatterAdd pairs batch axes", .indexing(.scatterAdd(axis: 1, batchAxes: 1)),
      [i32([0, 0, 0, 0], [2, 2]), i32([0, 1], [2, 1]), i32([5, 6], [2, 1])],
      gives: i32([5, 0, 0, 6], [2, 2])),
    OpCase(
      "dynamicSlice", .indexing(.dynamicSlice(axis: 0, size: 2)), [f32([1, 2, 3]), i32([1], [])],
      gives: f32([2, 3])),
    OpCase(
      "dynamicSlice moves inside", .indexing(.dynamicSlice(axis: 0, size: 2)),
      [f32([1, 2, 3]), i32([9], [])], gives: f32([2, 3])),
    OpCase(
      "dynamicUpdate", .indexing(.dynamicUpdate(axis: 1)),
      [f32([0, 0, 0, 0], [2, 2]), f32([5, 6], [2, 1]), i32([1], [])],
      gives: f32([0, 5, 0, 6], [2, 2])),
    OpCase(
      "dynamicUpdate moves inside", .indexing(.dynamicUpdate(axis: 0)),
      [f32([0, 0, 0]), f32([5, 6]), i32([-4], [])], gives: f32([5, 6, 0])),
  ]
}

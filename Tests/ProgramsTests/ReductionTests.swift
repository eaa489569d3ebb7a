import Programs
import Tensors
import Testing

@Suite("Reductions")
struct ReductionTests {
  @Test("give hand-computed values", arguments: folds + windows)
  func foldValues(_ example: OpCase) throws { try example.check() }

  @Test("that order elements give hand-computed values", arguments: orders)
  func orderValues(_ example: OpCase) throws { try example.check() }

  private static let grid = f32([1, 2, 3, 4, 5, 6], [2, 3])

  private static func reduce(_ kind: ReductionKind, _ axes: [Int]) -> Op {
    .reduction(.reduce(kind, axes: axes))
  }

  static let folds: [OpCase] = [
    OpCase("sum of axis 0", reduce(.sum, [0]), [grid], gives: f32([5, 7, 9])),
    OpCase("sum of axis 1", reduce(.sum, [1]), [grid], gives: f32([6, 15])),
    OpCase("sum of all", reduce(.sum, [0, 1]), [grid], gives: f32([21], [])),
    OpCase("prod", reduce(.prod, [1]), [grid], gives: f32([6, 120])),
    OpCase("max with NaN", reduce(.max, [0]), [f32([1, .nan, 3])], gives: f32([.nan], [])),
    OpCase("min", reduce(.min, [0]), [f32([2, -.infinity, 3])], gives: f32([-.infinity], [])),
    OpCase("and", reduce(.and, [1]), [bools([1, 1, 0, 1], [2, 2])], gives: bools([1, 0])),
    OpCase("or", reduce(.or, [1]), [bools([0, 0, 0, 1], [2, 2])], gives: bools([0, 1])),
    OpCase("sum of -0 is +0", reduce(.sum, [0]), [f32([-0.0])], gives: f32([0], [])),
    OpCase(
      "f32 sum rounds once", reduce(.sum, [0]), [f32([16_777_216, 1, 1])],
      gives: f32([16_777_218], [])),
    OpCase(
      "i32 sum wraps", reduce(.sum, [0]), [i32([2_147_483_647, 1])],
      gives: i32([-2_147_483_648], [])),
    OpCase("sum of none", reduce(.sum, [0]), [f32([], [0])], gives: f32([0], [])),
    OpCase("prod of none", reduce(.prod, [0]), [f32([], [0])], gives: f32([1], [])),
    OpCase("max of none", reduce(.max, [0]), [f32([], [0])], gives: f32([-.infinity], [])),
    OpCase("i32 max of none", reduce(.max, [0]), [i32([], [0])], gives: i32([-2_147_483_648], [])),
    OpCase("u32 min of none", reduce(.min, [0]), [u32([], [0])], gives: u32([4_294_967_295], [])),
    OpCase("bool max of none", reduce(.max, [0]), [bools([], [0])], gives: bools([0], [])),
    OpCase("and of none", reduce(.and, [0]), [bools([], [0])], gives: bools([1], [])),
    OpCase(
      "cumulative sum", .reduction(.cumulative(.sum, axis: 1, reverse: false)), [grid],
      gives: f32([1, 3, 6, 4, 9, 15], [2, 3])),
    OpCase(
      "cumulative sum from the end", .reduction(.cumulative(.sum, axis: 1, reverse: true)), [grid],
      gives: f32([6, 5, 3, 15, 11, 6], [2, 3])),
    OpCase(
      "cumulative max", .reduction(.cumulative(.max, axis: 0, reverse: false)), [i32([1, 3, 2])],
      gives: i32([1, 3, 3])),
  ]

  private static func window(
    _ kind: ReductionKind, size: Int, stride: Int = 1, dilation: Int = 1, low: Int = 0,
    high: Int = 0
  ) -> Op {
    let dimensions = WindowDimensions(
      size: [size], stride: [stride], dilation: [dilation], padLow: [low], padHigh: [high])
    return .reduction(.reduceWindow(kind, dimensions))
  }

  static let windows: [OpCase] = [
    OpCase("window sum", window(.sum, size: 2), [f32([1, 2, 3])], gives: f32([3, 5])),
    OpCase(
      "window sum, padded", window(.sum, size: 2, low: 1, high: 1), [f32([1, 2, 3])],
      gives: f32([1, 3, 5, 3])),
    OpCase(
      "window max, padded", window(.max, size: 2, stride: 2, low: 1), [f32([-1, -2, -3])],
      gives: f32([-1, -2])),
    OpCase(
      "window with dilation", window(.sum, size: 2, dilation: 2), [f32([1, 2, 4, 8])],
      gives: f32([5, 10])),
    OpCase(
      "window with negative padding", window(.sum, size: 2, low: -1, high: -1),
      [f32([1, 2, 4, 8])], gives: f32([6])),
    OpCase("window larger than all", window(.sum, size: 5), [f32([1])], gives: f32([], [0])),
  ]

  static let orders: [OpCase] = [
    OpCase(
      "argmax takes the first", .reduction(.argReduce(.max, axis: 1)),
      [f32([1, 3, 3, 2, 2, 0], [2, 3])], gives: i32([1, 0])),
    OpCase(
      "argmin", .reduction(.argReduce(.min, axis: 0)), [i32([4, 2, 3, 9], [2, 2])],
      gives: i32([1, 0])),
    OpCase(
      "NaN wins argmin", .reduction(.argReduce(.min, axis: 0)), [f32([1, .nan, 0, .nan])],
      gives: i32([1], [])),
    OpCase(
      "sort is stable", .reduction(.sort(axis: 0, descending: false)), [f32([2, 1, 2, 1])],
      gives: f32([1, 1, 2, 2]), i32([1, 3, 0, 2])),
    OpCase(
      "sort descending is stable", .reduction(.sort(axis: 0, descending: true)),
      [i32([2, 1, 2, 1])], gives: i32([2, 2, 1, 1]), i32([0, 2, 1, 3])),
    OpCase(
      "NaN sorts as the greatest", .reduction(.sort(axis: 0, descending: false)),
      [f32([.nan, .infinity, 1])], gives: f32([1, .infinity, .nan]), i32([2, 1, 0])),
    OpCase(
      "-0 and 0 keep their order", .reduction(.sort(axis: 0, descending: false)),
      [f32([0, -0.0])], gives: f32([0, -0.0]), i32([0, 1])),
    OpCase(
      "sort along the first axis", .reduction(.sort(axis: 0, descending: false)),
      [i32([3, 1, 2, 5], [2, 2])], gives: i32([2, 1, 3, 5], [2, 2]), i32([1, 0, 0, 1], [2, 2])),
  ]
}

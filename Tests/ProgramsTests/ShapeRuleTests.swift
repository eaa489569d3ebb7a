import Programs
import Tensors
import Testing

/// Operands that do not fit an op, and what the shape rule says about them.
struct Misfit: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var op: Op
  var operands: [ValueType]
  var wording: String

  init(_ op: Op, _ operands: [ValueType], _ wording: String) {
    testDescription = "\(op.name) \(operands.map(\.description))"
    self.op = op
    self.operands = operands
    self.wording = wording
  }
}

private func f(_ shape: Int...) -> ValueType { ValueType(.float32, shape) }
private func i(_ shape: Int...) -> ValueType { ValueType(.int32, shape) }
private func u(_ shape: Int...) -> ValueType { ValueType(.uint32, shape) }
private func b(_ shape: Int...) -> ValueType { ValueType(.bool, shape) }

@Suite("Shape rules")
struct ShapeRuleTests {
  @Test(
    "say what was found and what would fit",
    arguments: elementwise + movements + reductions + contractions + indexing + transforms)
  func wording(_ misfit: Misfit) {
    let error = #expect(throws: ShapeError.self) { try misfit.op.resultTypes(misfit.operands) }
    #expect(error.map { "found \($0.found), expected \($0.expected ?? "")" } == misfit.wording)
    // What the builder goes on with has as many results as the op.
    let builder = ProgramBuilder()
    let operands = misfit.operands.enumerated().map { builder.input("x\($0)", .operand, $1) }
    #expect(builder.append(misfit.op, operands).count == misfit.op.resultCount)
    #expect(builder.errors.count == 1)
  }

  private static let huge = "extents of 0 or more and at most 2^40 elements"
  private static let complex = "a real dtype (complex numbers are pairs of values)"

  static let elementwise: [Misfit] = [
    Misfit(.unary(.exp), [], "found 0 operands, expected 1"),
    Misfit(.unary(.exp), [i(2)], "found i32[2], expected a floating dtype"),
    Misfit(.unary(.neg), [b(2)], "found bool[2], expected a real dtype"),
    Misfit(.unary(.not), [f(2)], "found f32[2], expected bool or an integer dtype"),
    Misfit(.unary(.isFinite), [i(2)], "found i32[2], expected a floating dtype"),
    Misfit(.binary(.add), [f(2), f(3)], "found f32[3], expected f32[2]"),
    Misfit(.binary(.add), [f(2), i(2)], "found i32[2], expected f32[2]"),
    Misfit(.binary(.add), [b(2), b(2)], "found bool[2], expected a real dtype"),
    Misfit(.binary(.and), [f(2), f(2)], "found f32[2], expected bool or an integer dtype"),
    Misfit(.binary(.pow), [i(2), i(2)], "found i32[2], expected a floating dtype"),
    Misfit(.binary(.shl), [i(2), i(2)], "found i32[2], expected an unsigned integer dtype"),
    Misfit(.compare(.lt), [f(2), f(3)], "found f32[2], expected f32[3]"),
    Misfit(.select, [f(2), f(2), f(2)], "found f32[2], expected bool[2]"),
    Misfit(.select, [b(2), f(2), f(3)], "found f32[2], expected f32[3]"),
    Misfit(.bitcast(.float64), [f(2)], "found float32 to float64, expected dtypes of equal size"),
    Misfit(.bitcast(.bool), [b(2)], "found bitcast to bool, expected a comparison with 0"),
    Misfit(.convert(.complex64), [f(2)], "found c64[2], expected \(complex)"),
    Misfit(.iota(i(2), axis: 1), [], "found axis 1, expected an axis of 0 ..< 1"),
    Misfit(.iota(i(-2), axis: 0), [], "found i32[-2], expected \(huge)"),
    Misfit(
      .random(RandomOp(stream: 1, count: 1)), [i(2), u(1), i(1, 1)], "found i32[2], expected u32[2]"
    ),
    Misfit(
      .random(RandomOp(stream: 1, count: 1)), [u(2), u(3), i(1, 1)],
      "found positions i32[1, 1], expected i32[3, t]"),
    Misfit(
      .random(RandomOp(stream: 1, count: 1)), [u(2), i(3), i(3, 1)],
      "found row keys i32[3], expected u32[b]"),
  ]

  static let movements: [Misfit] = [
    Misfit(
      .movement(.reshape([5])), [f(2, 3)],
      "found [2, 3] to [5], expected shapes of equal element count"),
    Misfit(
      .movement(.reshape([1 << 40, 1 << 40])), [f(2)],
      "found f32[1099511627776, 1099511627776], expected \(huge)"),
    Misfit(
      .movement(.transpose(permutation: [0, 0])), [f(2, 3)],
      "found permutation [0, 0], expected each of 0 ..< 2 once"),
    Misfit(.movement(.broadcast([3], axes: [])), [f(2)], "found 0 axes, expected 1 axes"),
    Misfit(
      .movement(.broadcast([3], axes: [0])), [f(2)],
      "found [2] to [3] at axes [0], expected extents that are equal or 1"),
    Misfit(
      .movement(.broadcast([2, 2], axes: [1, 0])), [f(2, 2)],
      "found axes [1, 0], expected ascending axes, each once"),
    Misfit(.movement(.broadcast([-1], axes: [])), [f()], "found f32[-1], expected \(huge)"),
    Misfit(
      .movement(.slice(start: [0], limit: [4], stride: [1])), [f(3)],
      "found 0 ..< 4 by 1 on axis 0, expected bounds inside 0 ... 3"),
    Misfit(
      .movement(.slice(start: [0, 0], limit: [1, 1], stride: [1, 1])), [f(3)],
      "found bounds for 2 axes, expected one bound an axis of f32[3]"),
    Misfit(
      .movement(.pad(low: [-4], high: [0], interior: [0])), [f(3), f()],
      "found padding -4, 0 of extent 3 on axis 0, expected a result of extent 0 or more"),
    Misfit(
      .movement(.pad(low: [0], high: [0], interior: [0])), [f(3), i()],
      "found i32[], expected f32[]"),
    Misfit(
      .movement(.pad(low: [.max], high: [1], interior: [0])), [f(3), f()],
      "found \(Int.max), expected numbers of at most 2^40"),
    Misfit(.movement(.reverse(axes: [2])), [f(3)], "found axis 2, expected an axis of 0 ..< 1"),
    Misfit(.movement(.concatenate(axis: 0)), [], "found no operands, expected at least one"),
    Misfit(
      .movement(.concatenate(axis: 0)), [f(2, 3), f(2, 4)],
      "found f32[2, 4] beside f32[2, 3], expected equal dtypes, and extents that differ on axis 0 "
        + "only"),
  ]

  static let reductions: [Misfit] = [
    Misfit(
      .reduction(.reduce(.sum, axes: [0])), [b(2)], "found bool, expected a real dtype"),
    Misfit(.reduction(.reduce(.and, axes: [0])), [f(2)], "found float32, expected bool"),
    Misfit(
      .reduction(.reduce(.sum, axes: [1])), [f(2)], "found axis 1, expected an axis of 0 ..< 1"),
    Misfit(
      .reduction(.argReduce(.sum, axis: 0)), [f(2)], "found argReduce sum, expected max or min"),
    Misfit(
      .reduction(.argReduce(.max, axis: 0)), [f(0)],
      "found f32[0] along axis 0, expected at least one element"),
    Misfit(
      .reduction(
        .reduceWindow(
          .sum, WindowDimensions(size: [0], stride: [1], dilation: [1], padLow: [0], padHigh: [0]))),
      [f(2)], "found size 0, stride 1, dilation 1, expected numbers of 1 or more"),
    Misfit(
      .reduction(
        .reduceWindow(
          .sum, WindowDimensions(size: [2], stride: [], dilation: [1], padLow: [0], padHigh: [0]))),
      [f(2)], "found window [2], expected one number an axis of [2]"),
    Misfit(
      .reduction(.sort(axis: 3, descending: false)), [f(2)],
      "found axis 3, expected an axis of 0 ..< 1"),
  ]

  private static func dot(_ left: [Int], _ right: [Int]) -> Op {
    .contraction(.dot(DotDimensions(leftContracting: left, rightContracting: right)))
  }

  private static func convolution(
    stride: Int = 1, dilation: Int = 1, groups: Int = 1, batchGroups: Int = 1
  ) -> Op {
    let dimensions = ConvolutionDimensions(
      spatialRank: 1, strides: [stride], kernelDilation: [dilation], featureGroups: groups,
      batchGroups: batchGroups)
    return .contraction(.convolution(dimensions))
  }

  static let contractions: [Misfit] = [
    Misfit(
      dot([1], [0]), [f(2, 3), f(4, 5)],
      "found [2, 3] · [4, 5], expected left axis 1 as long as right axis 0"),
    Misfit(
      dot([1], []), [f(2, 3), f(3)], "found []+[1] with []+[], expected as many axes on either side"
    ),
    Misfit(dot([1], [0]), [f(2, 3), i(3)], "found f32[2, 3] and i32[3], expected equal dtypes"),
    Misfit(dot([0], [0]), [b(3), b(3)], "found bool[3], expected a real dtype"),
    Misfit(
      convolution(), [f(1, 8), f(3, 2, 4)],
      "found [1, 8] and kernel [3, 2, 4], expected 3 axes each"),
    Misfit(
      convolution(), [f(1, 8, 3), f(3, 2, 4)],
      "found 3 input channels, 1 groups, kernel [3, 2, 4], expected kernel input channels = input "
        + "channels / groups, outputs divisible by groups"),
    Misfit(
      convolution(batchGroups: 2), [f(3, 8, 2), f(3, 2, 4)],
      "found batch 3, 4 outputs in 2 batch groups, expected both divisible by the batch groups"),
    Misfit(
      convolution(stride: 0), [f(1, 8, 2), f(3, 2, 4)],
      "found stride 0, dilations 1, 1, expected numbers of 1 or more"),
    Misfit(
      convolution(dilation: .max), [f(1, 8, 2), f(3, 2, 4)],
      "found \(Int.max), expected numbers of at most 2^22"),
  ]

  private static let gather = Op.indexing(.gather(axis: 1, batchAxes: 1, outOfRange: .clamp))

  static let indexing: [Misfit] = [
    Misfit(
      gather, [f(2, 3), f(2, 4)],
      "found indices f32[2, 4] for f32[2, 3], expected i32 with the same "
        + "leading 1 axes"),
    Misfit(gather, [f(2), i(2)], "found axis 1, expected an axis of 0 ..< 1"),
    Misfit(
      .indexing(.gather(axis: 0, batchAxes: 1, outOfRange: .nan)), [f(2), i(2)],
      "found 1 batch axes, expected at most axis 0"),
    Misfit(
      .indexing(.scatterAdd(axis: 0, batchAxes: 0)), [f(3), i(2), f(4)],
      "found f32[4], expected f32[2]"),
    Misfit(
      .indexing(.dynamicSlice(axis: 0, size: 4)), [f(3), i()], "found size 4, expected at most 3"),
    Misfit(
      .indexing(.dynamicSlice(axis: 0, size: 2)), [f(3), i(1)], "found i32[1], expected i32[]"),
    Misfit(
      .indexing(.dynamicUpdate(axis: 0)), [f(3), f(4), i()], "found f32[4], expected f32[3]"),
  ]

  static let transforms: [Misfit] = [
    Misfit(.fft(.forward), [f(4)], "found 1 operands, expected 2"),
    Misfit(.fft(.realForward), [i(4)], "found i32[4], expected float32 or float64"),
    Misfit(.fft(.realForward), [f()], "found f32[], expected at least one axis"),
    Misfit(.fft(.forward), [f(4), f(5)], "found f32[5], expected f32[4]"),
    Misfit(.fft(.realForward), [f(0)], "found f32[0], expected a last axis of 1 or more"),
    Misfit(
      .fft(.realInverse(length: 8)), [f(4), f(4)], "found 4 bins for length 8, expected 5 bins"),
  ]

  /// A body of one carried and one sliced value that gives their sum.
  private static func loop(trips: Int, carriedBecomes: DType = .float32) throws -> Op {
    let builder = ProgramBuilder()
    let carried = builder.input("h", .operand, f())
    let slice = builder.input("x", .operand, f())
    builder.output("h", .result, (carried + slice).converted(to: carriedBecomes))
    return .loop(
      LoopOp(
        body: try builder.finish(), tripCount: trips, axis: 0, capturedCount: 0, carriedCount: 1))
  }

  @Test("of loops and composites compare operands with the body's inputs")
  func bodies() throws {
    func wording(_ op: Op, _ operands: [ValueType]) -> String? {
      let error = #expect(throws: ShapeError.self) { try op.resultTypes(operands) }
      return error.map { "found \($0.found), expected \($0.expected ?? "")" }
    }
    let three = try Self.loop(trips: 3)
    #expect(wording(three, [f()]) == "found 1 operands, expected 2")
    #expect(wording(three, [f(1), f(3)]) == "found f32[1], expected f32[]")
    #expect(wording(three, [f(), f(4)]) == "found f32[4], expected f32[3]")
    #expect(
      wording(try Self.loop(trips: -1), [f(), f(3)])
        == "found -1 iterations, expected 0 or more")
    #expect(
      wording(try Self.loop(trips: 3, carriedBecomes: .int32), [f(), f(3)])
        == "found carried value 0 becomes i32[], expected f32[] in every iteration")
    guard case .loop(let loop) = three else {
      Issue.record("no loop")
      return
    }
    let composite = Op.composite(CompositeOp(name: "sum", body: loop.body))
    #expect(wording(composite, [f(), f(2)]) == "found f32[2], expected f32[]")
  }
}

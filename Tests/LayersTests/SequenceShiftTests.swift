import Layers
import Programs
import Runtime
import Tensors
import Testing

/// A layer that applies a function to whole sequences, as an author of layers would.
private struct Moving: SequenceLayer {
  var apply: @Sendable (SequenceValue, LayerContext) -> SequenceValue

  var stepObstacle: String? { "it moves rows in time" }
  var receptiveFieldPerStep: ReceptiveFieldPerStep { [.everything] }

  func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { input }
  func outputTime(for time: Int) -> Int { time }
  func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState { LayerState() }
  func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue { x }
  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    apply(x, context)
  }
}

/// Shifts, slices and joins of rows in time; cuts and stacks of channels.
@Suite struct SequenceShiftTests {
  /// Rows 1 2 3 4 and 5 6 7 of length 4 and 3.
  private let input = Result {
    try SequenceTensor(
      values: Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], shape: [2, 4]), lengths: [4, 3])
  }

  private func rows(
    _ apply: @escaping @Sendable (SequenceValue, LayerContext) -> SequenceValue
  ) throws -> [[Float?]] {
    let x = try input.get()
    let y = try Model(Moving(apply: apply), input: ChannelSpec([])).layer(x).y
    let values = y.values.elements(as: Float.self)
    return (0..<y.batch).map { row in
      (0..<y.time).map { y.isValid(row: row, time: $0) ? values[row * y.time + $0] : nil }
    }
  }

  @Test("rows are shifted by one number, what comes in is invalid")
  func shifts() throws {
    #expect(try rows { x, _ in x.shifted(by: 1) } == [[nil, 1, 2, 3], [nil, 5, 6, 7]])
    #expect(try rows { x, _ in x.shifted(by: -2) } == [[3, 4, nil, nil], [7, nil, nil, nil]])
    #expect(
      try rows { x, _ in x.shifted(by: 9) } == [[nil, nil, nil, nil], [nil, nil, nil, nil]])
    #expect(try rows { x, _ in x.shifted(by: 0) } == [[1, 2, 3, 4], [5, 6, 7, nil]])
  }

  @Test("every row is shifted by its own number")
  func rowShifts() throws {
    let shifted = try rows { x, context in
      // 4 and 3 less 2: 2 and 1.
      x.shifted(by: x.lengths.adding(-2))
    }
    #expect(shifted == [[nil, nil, 1, 2], [nil, 5, 6, 7]])
    let back = try rows { x, context in x.shifted(by: x.lengths.adding(-5)) }
    #expect(back == [[2, 3, 4, nil], [7, nil, nil, nil]])
  }

  @Test("every row is cut from its own place")
  func slices() throws {
    let cut = try rows { x, _ in x.timeSlice(from: x.lengths.adding(-2), count: 3) }
    #expect(cut == [[3, 4, nil], [6, 7, nil]])
  }

  @Test("rows of different lengths are joined without gaps")
  func joins() throws {
    let joined = try rows { x, _ in x.followed(by: x.mapValues { $0.scaled(by: 10) }) }
    #expect(joined == [[1, 2, 3, 4, 10, 20, 30, 40], [5, 6, 7, 50, 60, 70, nil, nil]])
  }

  @Test("channels are stacked, split and taken apart again")
  func channels() throws {
    let same = try rows { x, context in
      let stacked = SequenceValue.stack([x, x.mapValues { $0.scaled(by: 2) }], axis: 2)
      let halves = stacked.split(into: 2, axis: 2)
      let sum = CombinationMode.add.combine(halves.map { $0.unstacked(axis: 2)[0] }, context)
      return sum
    }
    #expect(same == [[3, 6, 9, 12], [15, 18, 21, nil]])
  }
}

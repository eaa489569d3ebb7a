import Layers
import Runtime
import Tensors
import Testing

/// Constants that arrive while a stream runs.
@Suite struct ArrivingConstantsTests {
  private let conditioned = Serial([
    Conditioning(conditioningName: "c", projection: .identity, combination: .add),
    Conv1D(filters: 2, kernelSize: 3, padding: .causal),
  ])

  private func sequence(_ name: String, time: Int, channels: Int = 2) throws -> SequenceTensor {
    var stream = RandomStream(seed: 3, name: name)
    let values = (0..<(2 * time * channels)).map { _ in Float(stream.normal()) }
    return try SequenceTensor(values: Tensor(values, shape: [2, time, channels]))
  }

  private func model(
    _ layer: any SequenceLayer, _ constants: Constants, time: Int = 1
  ) throws -> Model {
    try Model(layer, input: ChannelSpec([2]), constants: constants.specs, seed: 5, time: time)
  }

  @Test("a streamed constant in pieces gives the bits of one that is known whole")
  func pieces() throws {
    let (x, c) = (try sequence("x", time: 9), try sequence("c", time: 9))
    let model = try model(conditioned, ["c": .streamed(c)], time: 9)
    let whole = try model.stepByStep(x, constants: ["c": .streamed(c)]).y
    let stream = try model.makeStream(
      batch: 2, constants: ["c": .streamed(c.timesteps(0..<0))])
    var parts: [SequenceTensor] = []
    for range in [0..<1, 1..<4, 4..<9] {
      let piece = ConstantTensor.streamed(c.timesteps(range))
      parts.append(try stream.step(x.timesteps(range), constants: ["c": piece]).y)
    }
    #expect(SequenceTensor.concatenate(parts).isSame(as: whole))
  }

  @Test("an array holds from the step with which it arrives")
  func arrays() throws {
    let layer = Conditioning(conditioningName: "c", projection: .identity, combination: .add)
    func constant(_ value: Double) -> ConstantTensor {
      .array(Tensor(repeating: value, shape: [2, 2]))
    }
    let model = try model(layer, ["c": constant(0)])
    let stream = try model.makeStream(batch: 2, constants: ["c": constant(0)])
    let x = try SequenceTensor(values: Tensor(repeating: 0, shape: [2, 1, 2]))
    var seen = [try stream.step(x).y.values.doubles()[0]]
    seen.append(try stream.step(x, constants: ["c": constant(4)]).y.values.doubles()[0])
    seen.append(try stream.step(x).y.values.doubles()[0])
    #expect(seen == [0, 4, 4])
  }

  @Test("what does not fit is refused, and the stream goes on as before")
  func refusals() throws {
    let known: Constants = ["c": .streamed(try sequence("c", time: 0))]
    let model = try model(conditioned, ["c": .streamed(try sequence("c", time: 1))])
    let stream = try model.makeStream(batch: 2, constants: known)
    let x = try sequence("x", time: 3)
    let mistakes: [(Constants, String)] = [
      (["d": .streamed(try sequence("c", time: 3))], "did you mean c?"),
      (["c": .streamed(try sequence("c", time: 2))], "3, as many as the block"),
      (["c": .streamed(try sequence("c", time: 3, channels: 3))], "2 rows of f32[2]"),
      (["c": .array(Tensor(repeating: 0, shape: [2, 2]))], "a streamed one"),
      (["c": .sequence(try sequence("c", time: 3))], "whole ones are read at the start"),
    ]
    for (constants, words) in mistakes {
      let error = #expect(throws: RuntimeError.self) { try stream.step(x, constants: constants) }
      #expect(error?.code == .invalidConstant)
      #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(words)")
    }
    #expect(stream.position == 0)
    // Behind its end a streamed constant is invalid.
    #expect(try stream.step(x).y.lengths == [0, 0])
  }
}

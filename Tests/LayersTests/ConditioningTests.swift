import Layers
import Runtime
import Tensors
import Testing

@Suite struct ConditioningTests {
  /// How the constant is given.
  enum Form: String, CaseIterable, Sendable {
    case array, whole, oneStep, streamed
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var layer: any SequenceLayer
    var form: Form
    var name: String
    var testDescription: String { "\(name), \(form)" }
  }

  private static let ahead = Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal)

  private static func conditioning(
    _ projection: Conditioning.Projection, _ combination: Conditioning.Combination
  ) -> Conditioning {
    Conditioning(conditioningName: "c", projection: projection, combination: combination)
  }

  static let cases: [Case] = Form.allCases.flatMap { form -> [Case] in
    [
      Case(layer: conditioning(.identity, .concat), form: form, name: "concat"),
      Case(layer: conditioning(.linear, .mul), form: form, name: "product"),
      Case(layer: conditioning(.linearAffine, .affine), form: form, name: "affine"),
      Case(
        layer: Serial([ahead, conditioning(.linear, .affineScale)]), form: form,
        name: "behind a latency"),
      Case(
        layer: Serial([ahead, conditioning(.identity, .concatBefore), LSTM(units: 2)]), form: form,
        name: "recurrence behind it"),
    ]
  }

  private func input(_ name: String, time: Int, channels: Int, lengths: [Int]) throws
    -> SequenceTensor
  {
    var stream = RandomStream(seed: 3, name: name)
    let values = (0..<(lengths.count * time * channels)).map { _ in Float(stream.normal()) }
    let flags = lengths.flatMap { length in (0..<time).map { $0 < length } }
    return try SequenceTensor(
      values: Tensor(values, shape: [lengths.count, time, channels]),
      mask: Tensor(flags, shape: [lengths.count, time]))
  }

  private func constant(_ form: Form, time: Int, garbage: Double) throws -> ConstantTensor {
    switch form {
    case .array:
      return .array(try input("c", time: 1, channels: 3, lengths: [1, 1]).values.reshaped([2, 3]))
    case .oneStep: return .sequence(try input("c", time: 1, channels: 3, lengths: [1, 1]))
    case .whole, .streamed:
      let sequence = try input("c", time: time, channels: 3, lengths: [time - 1, time - 3])
        .filledInvalid(with: garbage)
      return form == .whole ? .sequence(sequence) : .streamed(sequence)
    }
  }

  @Test("steps equal the layer for every form of the constant", arguments: cases)
  func stepEqualsLayer(_ run: Case) throws {
    let x = try input("x", time: 8, channels: 4, lengths: [8, 6])
    let constants: Constants = ["c": try constant(run.form, time: 8, garbage: 1e3)]
    let model = try Model(
      run.layer, input: x.channelSpec, constants: constants.specs, seed: 1, time: 8)
    let whole = try model.layer(x, constants: constants).y
    for blocks in [[1], [2], [1, 3, 2]] {
      let steps = try model.stepByStep(
        x, constants: constants, schedule: BlockSchedule(blocks)
      ).y
      expectSame(steps, whole, "\(run.testDescription), blocks \(blocks)")
    }
    let poisoned: Constants = ["c": try constant(run.form, time: 8, garbage: .nan)]
    let noisy = try model.layer(x.filledInvalid(with: .nan), constants: poisoned).y
    expectSame(noisy, whole, within: 0, "\(run.testDescription), NaN at invalid timesteps")
    let gradients = try model.gradients(
      x.filledInvalid(with: .nan), cotangent: { Tensor(repeating: 1, shape: $0.values.shape) },
      constants: poisoned)
    for (name, gradient) in gradients.parameters {
      #expect(gradient.doubles().allSatisfy { $0.isFinite }, "\(name)")
    }
  }

  @Test("an array scales and shifts every timestep")
  func affineValues() throws {
    let model = try Model(
      Conditioning(
        conditioningName: "c", projection: .linearAffine, combination: .affine,
        kernelInit: .tensor(TensorConstant(shape: [1, 2, 1], values: [2, 10]))),
      input: ChannelSpec([1]),
      constants: ["c": ConstantSpec(form: .array, shape: [1, 1], dtype: .float32)])
    let x = try SequenceTensor(values: Tensor([Float(1), 2], shape: [1, 2, 1]))
    let y = try model.layer(x, constants: ["c": .array(Tensor([Float(3)], shape: [1, 1]))]).y
    // scale 2·3 + 1, shift 10·3
    #expect(y.values.doubles() == [37, 44])
  }

  @Test("a slower sequence is repeated, in steps as in the layer", arguments: [1, 2, 3])
  func upsampling(_ ratio: Int) throws {
    let layer = UpsampleConditioning(
      conditioningName: "c", projection: .linear, combination: .add, upsampleRatio: ratio)
    let x = try input("x", time: 6, channels: 2, lengths: [6, 5])
    let slow = try input("c", time: 6 / ratio, channels: 3, lengths: [6 / ratio, 6 / ratio])
    let constants: Constants = ["c": .sequence(slow)]
    for stack in [layer as any SequenceLayer, Serial([Self.ahead, layer])] {
      let model = try Model(stack, input: x.channelSpec, constants: constants.specs, time: 6)
      let whole = try model.layer(x, constants: constants).y
      for blocks in [[1], [2, 1]] {
        let steps = try model.stepByStep(
          x, constants: constants, schedule: BlockSchedule(blocks)
        ).y
        expectSame(steps, whole, "ratio \(ratio), blocks \(blocks)")
      }
    }
  }

  @Test("a constant of another length, or of another name, is refused with what to do")
  func mistakes() throws {
    let x = try input("x", time: 8, channels: 4, lengths: [8, 6])
    let layer = Self.conditioning(.linear, .add)
    let short: Constants = ["c": .sequence(try input("c", time: 5, channels: 3, lengths: [5, 5]))]
    let model = try Model(layer, input: x.channelSpec, constants: short.specs, time: 5)
    let length = #expect(throws: LayerError.self) { try model.layer(x, constants: short) }
    #expect(
      length?.description
        == "Conditioning.conditioningName: found \"c\" of 5 timesteps for an input of 8, "
        + "expected as many, or one")
    let name = #expect(throws: LayerError.self) {
      try Self.conditioning(.linear, .add).outputSpec(
        for: x.channelSpec,
        constants: ["cc": ConstantSpec(form: .array, shape: [2, 3], dtype: .float32)])
    }
    #expect(
      name?.description
        == "Conditioning.conditioningName: found no constant \"c\", expected cc; did you mean cc?")
  }
}

import Layers
import Runtime
import Tensors
import Testing

@Suite struct SequenceOperationsTests {
  /// Two rows of three timesteps of `[2, 2]` channels, the last timestep of the second row invalid.
  private func sample() throws -> SequenceTensor {
    let values = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 2, 2])
    return try SequenceTensor(values: values, lengths: [3, 2])
  }

  @Test("padding goes to either side, valid or not, with any number")
  func padding() throws {
    let x = try sample().padded(left: 1, right: 2, valid: true, value: 7)
    #expect(x.time == 6 && x.lengths == [6, 5])
    #expect(x.values.double(at: [1, 0, 1, 1]) == 7 && x.values.double(at: [0, 1, 0, 1]) == 1)
    #expect(try sample().padded(left: 2, valid: false).lengths == [3, 2])
    #expect(try sample().paddedToMultiple(of: 4).time == 4)
    #expect(try sample().paddedToMultiple(of: 3).time == 3)
  }

  @Test("time is reversed with its padding, twice is nothing")
  func reversal() throws {
    let x = try sample().reversedTime()
    #expect(x.values.double(at: [0, 0, 0, 0]) == 8)
    #expect(!x.isValid(row: 1, time: 0) && x.isValid(row: 1, time: 2))
    #expect(try x.reversedTime().isSame(as: sample()))
  }

  @Test("channels and timesteps are sliced")
  func slices() throws {
    let x = try sample().channels(1..<2, axis: 1)
    #expect(x.channelShape == [2, 1])
    #expect(x.values.doubles().prefix(4) == [1, 3, 5, 7])
    #expect(try sample().channels(0..<1).values.doubles().prefix(4) == [0, 1, 4, 5])
    #expect(throws: RuntimeError.self) { try sample().channels(1..<3) }
    let every = try sample().timesteps(0..<3, stride: 2)
    #expect(every.time == 2 && every.values.double(at: [0, 1, 0, 0]) == 8)
    #expect(every.lengths == [2, 1])
  }

  @Test("equality and closeness look at masks, and at values where they are valid")
  func comparison() throws {
    let x = try sample()
    let noisy = x.filledInvalid(with: .nan)
    #expect(x.isSame(as: noisy) && x.isClose(to: noisy))
    #expect(x.isSame(as: x.padded(by: 2)))
    #expect(!x.isSame(as: x.padded(right: 1, valid: true)))
    let near = try x.mapValues { Tensor($0.doubles().map { Float($0 + 1e-4) }, shape: $0.shape) }
    #expect(!x.isSame(as: near) && !x.isClose(to: near))
    #expect(x.isClose(to: near, absolute: 1e-3))
    #expect(!x.isClose(to: x.converted(to: .float64)))
  }

  @Test("values and mask may be changed together, but must fit")
  func mapping() throws {
    let half = try sample().map { values, mask in (values, mask) }
    #expect(try half.isSame(as: sample()))
    #expect(throws: RuntimeError.self) {
      try sample().mapValues { _ in Tensor(repeating: 0, shape: [2, 4, 1]) }
    }
  }

  @Test("a masked sequence has zeros at invalid timesteps, whatever was there")
  func masked() throws {
    let x = MaskedSequenceTensor(try sample().filledInvalid(with: .nan))
    #expect(x.values.double(at: [1, 2, 0, 0]) == 0)
    let twice = try x.mapValues(preservingZero: { values in
      Tensor(values.doubles().map { Float($0 * 2) }, shape: values.shape)
    })
    #expect(twice.values.double(at: [1, 2, 0, 0]) == 0)
    #expect(twice.padded(right: 1).reversedTime().values.double(at: [0, 0, 0, 0]) == 0)
  }

  @Test("a sequence prints its dtype, shape, lengths and valid values")
  func printing() throws {
    let text = try sample().filledInvalid(with: .nan).description
    #expect(text.hasPrefix("f32[2, 3, 2, 2], valid timesteps 3, 2: "))
    #expect(!text.contains("nan"))
  }
}

import Foundation
import Layers
import Runtime
import Tensors
import Testing

/// Numbers worked out by hand for layers that no golden case covers.
@Suite struct SequenceValueTests {
  private func run(
    _ layer: any SequenceLayer, _ values: [Float], _ shape: Shape, mask: [Bool]? = nil
  ) throws -> SequenceTensor {
    let flags = mask ?? Array(repeating: true, count: shape[0] * shape[1])
    let x = try SequenceTensor(
      values: Tensor(values, shape: shape), mask: Tensor(flags, shape: Array(shape.prefix(2))))
    return try Model(layer, input: x.channelSpec, time: x.time).layer(x).y.maskedInvalid()
  }

  @Test("a row is reversed within its valid timesteps")
  func reversal() throws {
    let y = try run(
      ReverseSequence(), [1, 2, 3, 4, 5, 6, 7, 8], [2, 4],
      mask: [true, true, true, false, false, true, false, true])
    #expect(y.values.doubles() == [3, 2, 1, 0, 0, 8, 0, 6])
    #expect(y.mask.doubles() == [1, 1, 1, 0, 0, 1, 0, 1])
  }

  @Test("timesteps are stacked, the oldest first, and laid out again")
  func squeezing() throws {
    let stacked = try run(SqueezeTime(factor: 2), [1, 2, 3], [1, 3])
    #expect(stacked.values.shape == [1, 2, 2])
    #expect(stacked.values.doubles() == [0, 1, 2, 3])
    let back = try run(
      Serial([SqueezeTime(factor: 2, padding: .valid), Unsqueeze(factor: 2)]), [1, 2, 3, 4, 5],
      [1, 5])
    #expect(back.values.doubles() == [1, 2, 3, 4])
  }

  @Test("every channel is normalised over the valid timesteps")
  func instanceNormalization() throws {
    let y = try run(
      InstanceNormalization(epsilon: 0), [1, 10, 3, 30, 99, 99], [1, 3, 2],
      mask: [true, true, false])
    #expect(y.values.doubles() == [-1, -1, 1, 1, 0, 0])
  }

  @Test("the taps of a low-pass filter are symmetric, add up to 1 and fall off above the cutoff")
  func sinc() throws {
    var impulse: [Float] = Array(repeating: 0, count: 16)
    impulse[0] = 1
    let taps = try run(SincFilter1D(kernelSize: 9, cutoff: 0.1), impulse, [1, 16, 1])
      .values.doubles()
    #expect(abs(taps.reduce(0, +) - 1) < 1e-6)
    for index in 0..<9 { #expect(abs(taps[index] - taps[8 - index]) < 1e-7) }
    #expect(taps[9...].allSatisfy { $0 == 0 })
    let alternating = taps.enumerated().reduce(0.0) {
      $0 + ($1.offset % 2 == 0 ? 1 : -1) * $1.element
    }
    #expect(abs(alternating) < 0.01)
  }

  @Test("a pooling step of padded windows sees what the layer sees")
  func causalValidPooling() throws {
    let y = try run(AveragePooling1D(poolSize: 2, padding: .causalValid), [2, 4, 6], [1, 3])
    #expect(y.values.doubles() == [1, 3, 5])
    #expect(y.mask.doubles() == [1, 1, 1])
  }

  @Test("the kernels of a normalized convolution are distributions over taps")
  func normalizedTaps() throws {
    let y = try run(
      NormalizedDepthwiseConv1D(kernelSize: 3, useBias: false, padding: .valid, numHeads: 1),
      [5, 7, 5, 7, 5, 7, 5, 7], [1, 4, 2])
    for value in y.values.doubles() { #expect(abs(value - 5) < 1e-5 || abs(value - 7) < 1e-5) }
  }
}

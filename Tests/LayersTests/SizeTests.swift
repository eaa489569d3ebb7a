import Layers
import Programs
import Runtime
import Tensors
import Testing

/// Sizes that multiply: of layers, of windows, of channels along a chain, of transforms.
@Suite struct SizeTests {
  /// A layer whose numbers each look harmless.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var layer: any SequenceLayer
    var input: ChannelSpec
    var message: String

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "copies", layer: Repeat(layer: Relu(), numRepeats: 1 << 20), input: ChannelSpec([4]),
      message: "found 1048577 layers, expected at most 32768"),
    Case(
      name: "copies of copies",
      layer: Repeat(
        layer: Repeat(layer: Repeat(layer: Relu(), numRepeats: .max), numRepeats: .max),
        numRepeats: .max), input: ChannelSpec([4]), message: "found more layers than can be counted"
    ),
    Case(
      name: "groups", layer: ParallelChannels(childLayer: Relu(), numGroups: 1 << 40),
      input: ChannelSpec([4]), message: "layers, expected at most 32768"),
    Case(
      name: "windows in three dimensions", layer: AveragePooling3D(poolSize: 1_048_576),
      input: ChannelSpec([4, 4, 2]), message: "expected at most 2097152 taps in all"),
    Case(
      name: "channels along a chain",
      layer: Serial((0..<4).map { _ in Upsample2D(rate: [1, 1_048_576]) }),
      input: ChannelSpec([4, 3]),
      message: "expected at most 4294967296 elements a timestep"),
    Case(
      name: "a transform of prime length", layer: RFFT(fftLength: 524_287), input: ChannelSpec([4]),
      message: "which have the prime factor 524287, expected"),
    Case(
      name: "bands of bins",
      layer: LinearToMelSpectrogram(
        numMelBins: 1 << 20, sampleRate: 16000, lowerEdgeHertz: 80, upperEdgeHertz: 7600),
      input: ChannelSpec([1 << 20]),
      message: ".: the constant f32[1048576, 1048576]: found a need of"),
    Case(
      name: "embeddings of all steps",
      layer: SequenceEmbedding(
        dimension: 1, numEmbeddingsPerStep: 1_048_576, numSteps: 1 << 20),
      input: ChannelSpec([], .int32), message: "found 1099511627776 embeddings in all"),
  ]

  @Test("products of numbers are refused where each number would do", arguments: cases)
  func refusals(item: Case) throws {
    let error = #expect(throws: (any Error).self) {
      let model = try Model(item.layer, input: item.input, time: 4)
      let shape = [1, 4] + item.input.shape
      _ = try model.layer(try SequenceTensor(values: Tensor(zeros: shape, item.input.dtype)))
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(item.message), "\(text)")
  }

  @Test("steps of a slice may be any number", arguments: [Int.max, Int.min, 5, -5, 1 << 40])
  func slices(step: Int) throws {
    let slice = Slice(slices: [.range(.init(step: step))])
    let model = try Model(slice, input: ChannelSpec([3]))
    let x = try SequenceTensor(values: Tensor([Float(1), 2, 3], shape: [1, 1, 3]))
    #expect(try model.layer(x).y.values.elements(as: Float.self) == [step > 0 ? 1 : 3])
  }

  @Test("rows and timesteps that no memory holds are refused", arguments: [-1, 1 << 40, Int.max])
  func streams(batch: Int) throws {
    let model = try Model(LSTM(units: 2), input: ChannelSpec([3]))
    #expect(throws: (any Error).self) { try model.makeStream(batch: batch) }
  }
}

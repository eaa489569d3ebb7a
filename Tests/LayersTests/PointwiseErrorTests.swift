import Layers
import Tensors
import Testing

@Suite struct PointwiseErrorTests {
  private static let floats = ChannelSpec([4])
  private static let odd = ChannelSpec([3])
  private static let integers = ChannelSpec([4], .int32)
  private static let complex = ChannelSpec([4], .complex64)
  private static let scalars = ChannelSpec([])

  static let elementwise: [LayerErrorCase] = [
    .init(
      Tanh(), integers,
      "(Tanh): found int32 input, expected floating-point elements; "
        + "put Cast(dtype: .float32) before it"),
    .init(
      Relu(), complex,
      "(Relu): found complex64 input, expected real numbers; "
        + "put Abs() before it for magnitudes, or Cast(dtype: .float32) for real parts"),
    .init(
      Softmax(axis: 1), floats,
      "(Softmax).axis: found axis 1, expected a channel axis: 2 to 2, or -1 to -1 from the end; "
        + "batch and time stay where they are"),
    .init(
      Softmax(), scalars,
      "(Softmax).axis: found axis -1, expected a channel axis, but the channel shape is []; "
        + "batch and time stay where they are"),
    .init(
      GradientClipping(clipValue: 0), floats,
      "(GradientClipping).clipValue: found 0.0, expected a positive number"),
    .init(
      NamedEmit(emitName: ""), floats,
      "(NamedEmit).emitName: found \"\", expected a name without /; "
        + "use Emit() to emit under the layer's own path"),
    .init(
      GatedUnit(), odd,
      "(GatedUnit): found 3 channels on the last axis, expected an even number, to be split in halves"
    ),
    .init(
      GatedLinearUnit(), scalars,
      "(GatedLinearUnit): found channel shape [], expected 1 or more channel axes; "
        + "put Reshape(outputShape: [1]) before it"),
    .init(
      Affine(shape: [2, 4]), floats,
      "(Affine).shape: found [2, 4], expected at most the 1 channel axes of [4]"),
    .init(
      Affine(shape: [3]), floats,
      "(Affine): found channel shape [4], expected one that broadcasts with the parameters' [3]"),
    .init(
      Dropout(rate: 1.5), floats,
      "(Dropout).rate: found 1.5, expected a probability from 0 to 1"),
    .init(
      Dropout(rate: 0.5, broadcastDims: [3]), floats,
      "(Dropout).broadcastDims: found axis 3, expected axes of the whole array: 0 to 2, or -3 to -1"
    ),
    .init(
      AddNoise(sampler: .uniform(minval: 1, maxval: 0), trainingOnly: true), floats,
      "(AddNoise).sampler: found bounds 1.0 and 0.0, expected minval not above maxval"),
    .init(
      AddNoise(sampler: .normal(mean: 0, stddev: -1), trainingOnly: true), floats,
      "(AddNoise).sampler: found stddev -1.0, expected 0 or more"),
  ]

  static let constants: [LayerErrorCase] = [
    .init(
      Scale(scale: TensorConstant(shape: [1, 4], values: [1, 2, 3, 4])), floats,
      "(Scale).scale: found a constant of shape [1, 4], expected at most the 1 channel axes of [4]; "
        + "put ExpandDims before it to add channel axes"),
    .init(
      Add(shift: [1, 2, 3]), floats,
      "(Add): found channel shape [4], expected one that broadcasts with the shift of shape [3]"),
    .init(
      Maximum(maximum: TensorConstant(shape: [2], values: [1])), floats,
      "(Maximum).maximum: found 1 elements, expected 2 for the shape [2]"),
    .init(
      Minimum(minimum: TensorConstant(shape: [-1, -1], values: [1])), floats,
      "(Minimum).minimum: found 1 elements, expected 1 for the shape [-1, -1]"),
    .init(
      Mod(divisor: 2), complex,
      "(Mod): found complex64 input, expected real numbers; "
        + "put Abs() before it for magnitudes, or Cast(dtype: .float32) for real parts"),
    .init(
      Scale(scale: TensorConstant(dtype: .complex64, values: [1], imagValues: [1])), floats,
      "(Scale).scale: found a complex constant for float32 input, expected a real constant; "
        + "put Cast(dtype: .complex64) before it"),
  ]

  static let indices: [LayerErrorCase] = [
    .init(
      OneHot(depth: 3), floats,
      "(OneHot): found float32 input, expected integer elements; put Cast(dtype: .int32) before it"),
    .init(OneHot(depth: 0), integers, "(OneHot).depth: found 0, expected 1 or more"),
    .init(
      Embedding(dimension: 2, numEmbeddings: 3), floats,
      "(Embedding): found float32 input, expected integer elements; put Cast(dtype: .int32) before it"
    ),
    .init(
      Embedding(dimension: 2, numEmbeddings: 0), integers,
      "(Embedding).numEmbeddings: found 0, expected 1 or more"),
    .init(
      EmbeddingTranspose(embedding: "tokens"), floats,
      "(EmbeddingTranspose).embedding: found no Embedding named \"tokens\"; none has a name, "
        + "expected the name of an Embedding before this layer; give the Embedding a name"),
    .init(
      SequenceEmbedding(dimension: 2, numEmbeddingsPerStep: [3, 4], numSteps: 3), integers,
      "(SequenceEmbedding).numEmbeddingsPerStep: found 2 numbers, "
        + "expected one number, or one for each of the 3 steps"),
    .init(
      SequenceEmbedding(dimension: 2, numEmbeddingsPerStep: 0, numSteps: 3), integers,
      "(SequenceEmbedding).numEmbeddingsPerStep: found no embeddings, expected 1 or more in all"),
    .init(
      SequenceEmbedding(dimension: 2, numEmbeddingsPerStep: 2, numSteps: 3), floats,
      "(SequenceEmbedding): found float32 input, expected integer elements; "
        + "put Cast(dtype: .int32) before it"),
    .init(
      Argmax(), scalars,
      "(Argmax): found channel shape [], expected 1 or more channel axes; "
        + "put Reshape(outputShape: [1]) before it"),
  ]

  @Test("a mistake is named with place, finding, expectation and fix", arguments: elementwise)
  func elementwiseMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("a constant that does not fit is refused", arguments: constants)
  func constantMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("what is no index is refused", arguments: indices)
  func indexMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("an Embedding with a similar name is suggested")
  func similarName() {
    let stack = Serial([
      Embedding(dimension: 4, numEmbeddings: 3, name: "tokens"),
      EmbeddingTranspose(embedding: "token"),
    ])
    let error = #expect(throws: LayerError.self) {
      try stack.outputSpec(for: ChannelSpec([], .int32), constants: [:])
    }
    #expect(error?.suggestion == "did you mean \"tokens\"?")
  }
}

import Layers
import Models
import Runtime
import Tensors
import Testing

/// An example, in the size that is published and in one that is quick to run.
struct ExampleModel: Sendable, CustomTestStringConvertible {
  /// The file in Sessions/models, without its ending.
  var name: String
  var layer: any SequenceLayer
  var input: ChannelSpec
  var constants: ConstantSpecs = [:]
  /// Trained parameters, and moving statistics besides, as Tests/Oracles/count_example_parameters.py counts them.
  var parameters: Int
  var statistics = 0
  var block = 1
  var ratio = Rational(1)
  var inputLatency = 0
  var outputLatency = 0
  var steps = true
  var output: Shape
  var small: any SequenceLayer
  var smallInput: ChannelSpec
  /// Channels of constants of the small one, and timesteps to one of theirs.
  var smallConstants: [String: (channels: Int, upsampling: Int)] = [:]

  var testDescription: String { name }
}

extension ExampleModel {
  static let all: [ExampleModel] = [
    gemma, styleTokens, bert, transformerEncoder, transformerDecoder, t5Encoder, t5Decoder,
    conformer, deepVoice, lasEncoder, lasDecoder, mobileNet, tacotron, waveRNN, teacherForced,
  ]

  private static func source(_ name: String, _ channels: Int) -> ConstantSpecs {
    [
      name: ConstantSpec(
        form: .sequence(streamed: false), shape: [1, 40, channels], dtype: .float32)
    ]
  }

  static var smallGemma: Gemma3nAudioEncoder {
    var small = Gemma3nAudioEncoder()
    (small.blocks, small.width, small.heads, small.context) = (2, 8, 2, 4)
    return small
  }

  private static let gemma = ExampleModel(
    name: "gemma3n-audio-encoder", layer: Gemma3nAudioEncoder().layer, input: ChannelSpec([128]),
    parameters: 681_348_640, block: 16, ratio: Rational(1, 16), inputLatency: 28, outputLatency: 1,
    output: [1536], small: smallGemma.layer, smallInput: ChannelSpec([8]))

  private static var styleTokens: ExampleModel {
    var small = GlobalStyleToken()
    (small.tokens, small.heads, small.units) = (5, 2, 3)
    return ExampleModel(
      name: "global-style-token", layer: GlobalStyleToken().layer, input: ChannelSpec([128]),
      parameters: 72_577, output: [4, 128], small: small.layer, smallInput: ChannelSpec([6]))
  }

  private static var bert: ExampleModel {
    var small = BERTEncoder()
    (small.vocabulary, small.blocks, small.width, small.heads) = (2, 2, 8, 2)
    small.longest = 64
    return ExampleModel(
      name: "bert-encoder", layer: BERTEncoder().layer, input: ChannelSpec([2], .int32),
      parameters: 101_776_896, steps: false, output: [768], small: small.layer,
      smallInput: ChannelSpec([2], .int32))
  }

  private static var smallTransformer: Transformer {
    var small = Transformer()
    (small.blocks, small.width, small.heads, small.past) = (2, 8, 2, 6)
    return small
  }

  private static let transformerEncoder = ExampleModel(
    name: "transformer-encoder", layer: Transformer().encoder, input: ChannelSpec([512]),
    parameters: 17_329_152, steps: false, output: [512], small: smallTransformer.encoder,
    smallInput: ChannelSpec([8]))

  private static var transformerDecoder: ExampleModel {
    var decoder = Transformer()
    decoder.past = 128
    return ExampleModel(
      name: "transformer-decoder", layer: decoder.decoder(source: "source"),
      input: ChannelSpec([512]), constants: source("source", 512), parameters: 22_316_544,
      output: [512],
      small: smallTransformer.decoder(source: "source"), smallInput: ChannelSpec([8]),
      smallConstants: ["source": (8, 0)])
  }

  private static var smallT5: T5 {
    var small = T5()
    (small.blocks, small.width, small.heads, small.hidden) = (2, 8, 2, 12)
    (small.past, small.vocabulary) = (6, 11)
    return small
  }

  private static let t5Encoder = ExampleModel(
    name: "t5-encoder", layer: T5().encoder, input: ChannelSpec([768]), parameters: 84_954_240,
    steps: false, output: [768], small: smallT5.encoder, smallInput: ChannelSpec([8]))

  private static let t5Decoder = ExampleModel(
    name: "t5-decoder", layer: T5().decoder(source: "source"), input: ChannelSpec([768]),
    constants: source("source", 768), parameters: 137_981_440, output: [32128],
    small: smallT5.decoder(source: "source"), smallInput: ChannelSpec([8]),
    smallConstants: ["source": (8, 0)])

  private static var conformer: ExampleModel {
    var small = ConformerEncoder()
    (small.width, small.blocks, small.heads, small.past, small.kernel) = (8, 2, 2, 4, 5)
    return ExampleModel(
      name: "conformer-encoder", layer: ConformerEncoder().layer, input: ChannelSpec([80]),
      parameters: 104_750_592, statistics: 17_408, block: 4, ratio: Rational(1, 4), output: [512],
      small: small.layer, smallInput: ChannelSpec([5]))
  }

  private static var deepVoice: ExampleModel {
    var small = DeepVoice3Decoder()
    (small.reduction, small.target, small.width, small.units) = (2, 3, 8, 4)
    return ExampleModel(
      name: "deep-voice-3-decoder", layer: DeepVoice3Decoder().layer, input: ChannelSpec([80]),
      constants: source("text", 256), parameters: 2_379_712, block: 4, ratio: Rational(1, 4),
      output: [320], small: small.layer, smallInput: ChannelSpec([3]),
      smallConstants: ["text": (5, 0)])
  }

  private static var smallLAS: ListenAttendSpell {
    var small = ListenAttendSpell()
    (small.units, small.filters, small.recurrences) = (4, 2, 2)
    (small.embedding, small.attention, small.tokens) = (3, 4, 6)
    return small
  }

  private static let lasEncoder = ExampleModel(
    name: "las-encoder", layer: ListenAttendSpell().encoder, input: ChannelSpec([80, 1]),
    parameters: 8_607_136, statistics: 4_224, block: 4, ratio: Rational(1, 4), output: [512],
    small: smallLAS.encoder, smallInput: ChannelSpec([7, 1]))

  private static let lasDecoder = ExampleModel(
    name: "las-decoder", layer: ListenAttendSpell().decoder(source: "source"),
    input: ChannelSpec([128]), constants: source("source", 512), parameters: 5_583_232,
    output: [128],
    small: smallLAS.decoder(source: "source"), smallInput: ChannelSpec([6]),
    smallConstants: ["source": (4, 0)])

  private static var mobileNet: ExampleModel {
    var small = MobileNet()
    (small.classes, small.filters, small.middle, small.pool) = (3, 2, 1, 2)
    return ExampleModel(
      name: "mobilenet", layer: MobileNet().layer, input: ChannelSpec([224, 3]),
      parameters: 4_231_944, statistics: 21_824, block: 32, ratio: Rational(1, 32),
      output: [1000], small: small.layer, smallInput: ChannelSpec([32, 1]))
  }

  static var smallTacotron: TacotronDecoder {
    var small = TacotronDecoder()
    (small.target, small.units, small.attention) = (3, 4, 4)
    return small
  }

  private static let tacotron = ExampleModel(
    name: "tacotron-decoder", layer: TacotronDecoder().layer, input: ChannelSpec([128]),
    constants: source("text", 256), parameters: 2_561_935, block: 2, ratio: Rational(1, 2),
    output: [256], small: smallTacotron.layer, smallInput: ChannelSpec([3]),
    smallConstants: ["text": (5, 0)])

  static var smallWaveRNN: WaveRNN {
    var small = WaveRNN()
    (small.units, small.upsampling) = (4, 3)
    return small
  }

  private static let waveRNN = ExampleModel(
    name: "wavernn", layer: WaveRNN().body, input: ChannelSpec([1]),
    constants: [
      "conditioning": ConstantSpec(
        form: .sequence(streamed: false), shape: [1, 4, 80], dtype: .float32)
    ], parameters: 1_621_506, output: [2], small: smallWaveRNN.body, smallInput: ChannelSpec([1]),
    smallConstants: ["conditioning": (5, 3)])

  private static let teacherForced = ExampleModel(
    name: "wavernn-teacher-forced", layer: WaveRNN().teacherForced, input: ChannelSpec([1]),
    constants: [
      "conditioning": ConstantSpec(
        form: .sequence(streamed: false), shape: [1, 4, 80], dtype: .float32)
    ], parameters: 1_621_506, output: [2], small: smallWaveRNN.teacherForced,
    smallInput: ChannelSpec([1]), smallConstants: ["conditioning": (5, 3)])
}

import ONNX
import Testing

/// The names that exporters give to states, from the toolkits that people use.
@Suite struct StatePairTests {
  struct Names: Sendable, CustomTestStringConvertible {
    let toolkit: String
    let inputs: [String]
    let outputs: [String]
    /// The outputs of the states, in the order of the inputs that have one.
    let pairs: [String: String]
    var testDescription: String { toolkit }

    init(_ toolkit: String, _ inputs: [String], _ outputs: [String], _ pairs: [String: String]) {
      (self.toolkit, self.inputs, self.outputs, self.pairs) = (toolkit, inputs, outputs, pairs)
    }
  }

  static let toolkits = [
    Names("silero 4", ["input", "h", "c"], ["output", "hn", "cn"], ["h": "hn", "c": "cn"]),
    Names("silero 5", ["input", "state", "sr"], ["output", "stateN"], ["state": "stateN"]),
    Names(
      "streamsad", ["input", "input_state"], ["output", "output_state"],
      ["input_state": "output_state"]),
    Names(
      "fsmn", ["speech", "in_cache0", "in_cache1"], ["logits", "out_cache0", "out_cache1"],
      ["in_cache0": "out_cache0", "in_cache1": "out_cache1"]),
    Names(
      "gtcrn", ["mix", "conv_cache", "tra_cache"], ["enh", "conv_cache_out", "tra_cache_out"],
      ["conv_cache": "conv_cache_out", "tra_cache": "tra_cache_out"]),
    Names(
      "zipformer", ["x", "cached_key_0", "embed_states", "processed_lens"],
      ["encoder_out", "new_cached_key_0", "new_embed_states", "new_processed_lens"],
      [
        "cached_key_0": "new_cached_key_0", "embed_states": "new_embed_states",
        "processed_lens": "new_processed_lens",
      ]),
    Names(
      "WeNet", ["chunk", "att_cache", "cnn_cache"], ["output", "r_att_cache", "r_cnn_cache"],
      ["att_cache": "r_att_cache", "cnn_cache": "r_cnn_cache"]),
    Names(
      "NeMo", ["audio_signal", "cache_last_channel", "cache_last_channel_len"],
      ["outputs", "cache_last_channel_next", "cache_last_channel_next_len"],
      [
        "cache_last_channel": "cache_last_channel_next",
        "cache_last_channel_len": "cache_last_channel_next_len",
      ]),
    Names(
      "NeMo, the other spelling", ["audio_signal", "cache_last_channel_len"],
      ["outputs", "cache_last_channel_len_next"],
      ["cache_last_channel_len": "cache_last_channel_len_next"]),
    Names(
      "Optimum", ["input_ids", "past_key_values.0.key", "past_key_values.0.value"],
      ["logits", "present.0.key", "present.0.value"],
      ["past_key_values.0.key": "present.0.key", "past_key_values.0.value": "present.0.value"]),
    Names(
      "DTLN, no name in common", ["input_2", "input_3"], ["activation_2", "tf_op_layer_stack_2"],
      ["input_3": "tf_op_layer_stack_2"]),
    Names("no states", ["input"], ["output"], [:]),
  ]

  @Test("states are found by the names of toolkits", arguments: toolkits)
  func pairs(_ names: Names) {
    func infos(_ names: [String]) -> [OnnxValueInfo] {
      names.map { OnnxValueInfo(name: $0, elementType: 1, shape: [.fixed(1), .fixed(4)]) }
    }
    let found = StatePairs.find(inputs: infos(names.inputs), outputs: infos(names.outputs))
    let pairs = Dictionary(found.map { ($0.input, $0.output) }, uniquingKeysWith: { a, _ in a })
    #expect(pairs == names.pairs)
  }
}

/// What well-known exporters do not write into the graph, but into its metadata or nowhere.
struct KnownExport {
  /// Timesteps that a step sees, its own and those before; nil where the graph says it.
  var window: Int?
  /// Timesteps from one step to the next.
  var hop: Int?
  /// Values of inputs that stay the same.
  var fixed: [String: Double] = [:]
  /// Where that is known from.
  var origin: String

  /// The export that a model is, if it is known.
  static func find(_ model: OnnxModel) -> KnownExport? {
    let names = Set(model.graph.inputs.map(\.name))
    func number(_ key: String) -> Int? {
      model.metadata.first { $0.key == key }.flatMap { Int($0.value) }
    }
    if let window = number("T"), let hop = number("decode_chunk_len") {
      return KnownExport(window: window, hop: hop, origin: "metadata T and decode_chunk_len")
    }
    if let window = number("window_size"), let hop = number("chunk_shift") {
      return KnownExport(window: window, hop: hop, origin: "metadata window_size and chunk_shift")
    }
    if let window = number("chunk_length"), let right = number("right_context"),
      let factor = number("subsampling_factor")
    {
      return KnownExport(
        window: (window - 1) * factor + right + 1, hop: window * factor,
        origin: "metadata chunk_length, right_context and subsampling_factor")
    }
    if names.isSubset(of: ["input", "state", "sr"]), names.isSuperset(of: ["input", "state"]) {
      return KnownExport(
        window: 576, hop: 512, fixed: ["sr": 16000],
        origin: "Silero VAD at 16 kHz: 64 samples of the past and 512 new ones")
    }
    if names.isSubset(of: ["input", "sr", "h", "c"]),
      names.isSuperset(of: ["input", "sr", "h", "c"])
    {
      return KnownExport(
        window: 512, hop: 512, fixed: ["sr": 16000],
        origin: "Silero VAD 4 at 16 kHz: blocks of 512 samples")
    }
    return nil
  }
}

/// How a model is opened, kept in a small text file beside it, so that a second opening needs no answers.
///
/// A line is a field of ``OnnxGraph`` and its value, such as `fixed sr=16000` or `state h=hn`; `#` begins
/// a comment.
package enum OpeningFile {
  /// The file that belongs to a model.
  package static func path(for model: String) -> String { model + ".open" }

  /// The text for a config.
  package static func text(_ config: OnnxGraph.Config, states: [String]) -> String {
    let name = config.file.split(separator: "/").last.map(String.init) ?? config.file
    var lines = ["# How \(name) is opened; workbench reads this."]
    if let input = config.input { lines.append("input \(input)") }
    if let output = config.output { lines.append("output \(output)") }
    if config.block != 1 { lines.append("block \(config.block)") }
    if let window = config.window { lines.append("window \(window)") }
    if let hop = config.hop { lines.append("hop \(hop)") }
    if let axis = config.timeAxis { lines.append("timeAxis \(axis)") }
    if let offline = config.offline { lines.append("offline \(offline)") }
    lines += config.fixed.map { "fixed \($0)" }
    lines += states.isEmpty ? ["state none"] : states.map { "state \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The config that a text says.
  ///
  /// - Throws: ``OnnxError`` with the line.
  package static func config(_ text: String, model: String) throws -> OnnxGraph.Config {
    var config = OnnxGraph.Config()
    config.file = model
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let plain = line.prefix { $0 != "#" }
      let words = plain.split(separator: " ", maxSplits: 1).map { String($0) }
      guard let field = words.first else { continue }
      let value = words.count > 1 ? String(words[1].reversed().drop { $0 == " " }.reversed()) : ""
      func mistake() -> OnnxError {
        OnnxError(
          .invalidConfig, "\(path(for: model)):\(index + 1)", found: String(line),
          expected:
            "input, output, block, window, hop, timeAxis, offline, fixed or state, and a value")
      }
      func number() throws -> Int {
        guard let number = Int(value), number.magnitude < 1 << 24 else { throw mistake() }
        return number
      }
      guard !value.isEmpty else { throw mistake() }
      switch field {
      case "input": config.input = value
      case "output": config.output = value
      case "block": config.block = try number()
      case "window": config.window = try number()
      case "hop": config.hop = try number()
      case "timeAxis": config.timeAxis = try number()
      case "offline": config.offline = value
      case "fixed": config.fixed.append(value)
      case "state": config.states.append(value)
      default: throw mistake()
      }
    }
    return config
  }
}

extension OnnxGraph {
  /// The pairs of states as the config names them.
  package var statePairs: [String] { interface.states.map { "\($0.input)=\($0.output)" } }
}

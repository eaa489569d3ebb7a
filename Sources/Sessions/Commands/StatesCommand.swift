import Layers
import ONNX
import Serialization

/// `states [PATH]`, `states confirm`, `states A=B,…`: which outputs of a graph are its next states.
struct StatesCommand: Command {
  let name = "states"
  let usage =
    "states [PATH] | states [PATH] confirm | states [PATH] INPUT=OUTPUT,… | states [PATH] none"
  let summary =
    "Shows which outputs of an ONNX graph are the states of the next step; pairs override them, confirm "
    + "keeps them in a file beside the model."
  let isRecorded = true
  let examples = [
    "input clear\nstack OnnxGraph(file: \"model.onnx\")\nstates",
    "input clear\nstack OnnxGraph(file: \"model.onnx\")\n"
      + "states h=hn,conv_cache=new_conv_cache,depthwise_cache=new_depthwise_cache",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    var words = line.operands
    let isPlace = words.first.map { $0 != "confirm" && $0 != "none" && !$0.contains("=") } ?? false
    let (node, graph) = try session.requireGraph(isPlace ? words.removeFirst() : nil)
    guard let word = words.first else {
      var output = CommandOutput(graph.stateTable)
      output.isUnrecorded = true
      return output
    }
    guard words.count == 1 else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    if word == "confirm" {
      // What is carried out from a file writes nothing.
      guard !session.files.isRecorded else {
        throw CommandError(
          .untrusted, found: "states confirm in a recorded command", expected: "to be typed")
      }
      let path = OpeningFile.path(for: graph.config.file)
      let text = OpeningFile.text(graph.config, states: graph.statePairs)
      try AtomicFile.write(Array(text.utf8), to: session.files.resolved(path), existing: .replaced)
      var output = CommandOutput(graph.stateTable + ["kept in \(path)"])
      output.isUnrecorded = true
      return output
    }
    let pairs = word.split(separator: ",").map(String.init)
    let (layer, tree) = try session.requireTree()
    let edit = try StackEdit.set(
      try session.spec(of: layer), tree, node.index, "states", pairs.map { .text($0) })
    let log = try session.apply(edit, as: "states")
    let changed = try session.requireGraph(node.path.isEmpty ? "." : node.path).graph
    return CommandOutput(changed.stateTable + log)
  }
}

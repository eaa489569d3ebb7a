import Layers
import Tensors

// The text for people on a graph when it is opened.
extension OnnxGraph {
  /// The model, how the sequence goes through it, the table of states, and what its result can be held
  /// against.
  package var summary: [String] {
    let model = source.model
    let producer = model.producer.isEmpty ? "" : " by \(model.producer)"
    let nodes = model.graph.nodes.count
    var lines = [
      "\(config.file): ONNX operator set \(model.opset)\(producer), \(nodes) nodes, "
        + "\(model.graph.initializers.count) stored arrays"
    ]
    lines.append(
      "sequence \(interface.input.name) \(interface.input.shapeText) → \(interface.output), \(pace)"
    )
    for (name, value) in interface.fixed.sorted(by: { $0.key < $1.key }) {
      lines.append("fixed \(name) = \(value.text)")
    }
    for (name, role) in interface.counted.sorted(by: { $0.key < $1.key })
    where config.fixed.contains("\(name)=\(role.rawValue)") {
      lines.append("\(name) = \(role.text)")
    }
    lines += interface.notes
    lines += stateTable
    lines.append(truth)
    let findings = GraphLint(source, interface).findings()
    let most = 4
    lines += findings.prefix(most).map { "lint: \($0.place) (\($0.operation)) \($0.cause)" }
    if findings.count > most {
      lines.append("lint: … \(findings.count - most) more: workbench lint \(config.file)")
    }
    let facts = model.metadata.prefix(12).map { "\($0.key)=\($0.value.prefix(40))" }
    if !facts.isEmpty { lines.append("metadata: \(facts.joined(separator: ", "))") }
    return lines
  }

  /// How many timesteps a step takes.
  private var pace: String {
    let time = "time on axis \(interface.timeAxis)"
    switch interface.geometry {
    case .frames: return "\(time), \(interface.block) timesteps a step"
    case .single: return "\(time), one timestep a step"
    case .window(let size, let hop):
      return "\(time), windows of \(size) timesteps every \(hop)"
    }
  }

  /// The states as a table: what gives which input of the next step.
  package var stateTable: [String] {
    guard !interface.states.isEmpty else {
      return ["no states: every step starts anew"]
    }
    let types = (try? source.outline(interface, time: interface.runTime))?.states ?? []
    return ["state in → out"]
      + interface.states.enumerated().map { index, pair in
        let input = types.indices.contains(index) ? "\(types[index].input)" : "?"
        let grows = interface.growingAxis(index)
        let changes = types.indices.contains(index) && types[index].input != types[index].output
        let kind =
          grows.map { "grows along axis \($0), \(interface.rate) a timestep" }
          ?? (changes ? "comes out as \(types[index].output)" : nil)
          ?? (pair.isNamed ? "by name" : "by order and shape only")
        return "  \(pair.input) → \(pair.output)  \(input)  \(kind)"
      }
  }

  /// What the result of steps can be held against.
  private var truth: String {
    if let offline {
      return "layer: \(offline.graph.config.file), \(offline.alignment)"
    }
    return layout.takesWhole
      ? "layer: the same graph on the whole sequence at once"
      : "layer: this graph takes one block only, so the whole sequence is the same steps in a loop: "
        + "no independent truth; offline: FILE takes another export for it, expect FILE a recorded result"
  }
}

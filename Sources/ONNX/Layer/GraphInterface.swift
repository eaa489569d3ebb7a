import Layers
import Tensors

/// What the inputs and outputs of a graph are for: the sequence, states, and values that stay the same.
struct GraphInterface: Hashable, Sendable {
  /// How timesteps lie in the input of the graph.
  enum Geometry: Hashable, Sendable {
    /// Any number of timesteps along an axis.
    case frames
    /// One timestep a run, along an axis of extent 1.
    case single
    /// `size` timesteps a run, of which `hop` are new.
    case window(size: Int, hop: Int)
  }

  /// The input that takes the sequence.
  var input: OnnxValueInfo
  /// The output that is the sequence.
  var output: String
  var geometry: Geometry
  /// The axis of time in the input.
  var timeAxis: Int
  /// Whether axis 0 of the input is the batch.
  var hasBatchAxis: Bool
  /// Timesteps of a step.
  var block: Int
  var states: [StatePairs.Pair]
  /// Values of inputs that stay the same.
  var fixed: [String: Double]
  /// Inputs that follow from where a block stands.
  var counted: [String: CountedInput] = [:]
  /// The states that grow, if there are some.
  var caches: GrowingCaches?
  /// Entries of caches, masks and positions for each timestep of the input.
  var rate: Rational = 1
  /// The shape of a timestep of the input.
  var channels: Shape
  /// What was assumed, for people.
  var notes: [String]

  /// With `takesZeros` inputs that are not mentioned are 0: enough to look at a graph, not to run it.
  init(_ source: OnnxSource, _ config: OnnxGraph.Config, takesZeros: Bool = false) throws {
    let graph = source.model.graph
    let weights = Set(graph.initializers.map(\.name))
    let inputs = graph.inputs.filter { !weights.contains($0.name) }
    let known = KnownExport.find(source.model)
    notes = known.map { ["known from \($0.origin)"] } ?? []
    (fixed, counted) = try Self.fixed(config.fixed, inputs)
    for (name, value) in known?.fixed ?? [:]
    where fixed[name] == nil && inputs.contains(where: { $0.name == name }) {
      fixed[name] = value
    }
    for input in inputs where fixed[input.name] == nil && counted[input.name] == nil {
      guard let preset = Self.preset(input) else { continue }
      fixed[input.name] = preset
      notes.append("\(input.name) = \(preset.text) is assumed")
    }
    var open = inputs.filter { [fixed, counted] in fixed[$0.name] == nil && counted[$0.name] == nil
    }
    states = try Self.states(config.states, open, graph.outputs)
    // The first input is the sequence; of the others some follow from where the block stands.
    let others = open.filter { [states] candidate in
      candidate.name != (config.input ?? open.first?.name)
        && !states.contains { $0.input == candidate.name }
    }
    for input in others {
      guard let role = CountedInput(named: input.name) else { continue }
      counted[input.name] = role
      notes.append("\(input.name) = \(role.text) (\(role.rawValue)) is assumed")
    }
    open.removeAll { [counted] in counted[$0.name] != nil }
    let states = self.states
    let sequences = open.filter { candidate in !states.contains { $0.input == candidate.name } }
    guard
      let sequence = config.input.map({ name in sequences.first { $0.name == name } })
        ?? sequences.first
    else {
      throw OnnxError(
        .invalidConfig, source.path, found: "no input \(config.input ?? "") for the sequence",
        expected: "one of \(sequences.map(\.name).joined(separator: ", "))")
    }
    input = sequence
    let unknown = takesZeros ? [] : sequences.filter { $0.name != sequence.name }
    if takesZeros {
      for other in sequences where other.name != sequence.name { fixed[other.name] = 0 }
    }
    guard unknown.isEmpty else {
      let names = unknown.map { "\($0.name) \($0.shapeText)" }.joined(separator: ", ")
      throw OnnxError(
        .invalidConfig, source.path,
        found: "inputs that are neither the sequence nor a state: \(names)",
        expected: "a value for each",
        suggestion:
          "fixed: [\"\(unknown[0].name)=0\"], or =position, =length or =seen for what follows from where a block stands, or states: [\"\(unknown[0].name)=OUTPUT\"]"
      )
    }
    let free = graph.outputs.filter { output in !states.contains { $0.output == output.name } }
    guard let shown = config.output ?? free.first?.name,
      graph.outputs.contains(where: { $0.name == shown })
    else {
      throw OnnxError(
        .invalidConfig, source.path, found: "no output \(config.output ?? "")",
        expected: "one of \(graph.outputs.map(\.name).joined(separator: ", "))")
    }
    output = shown
    guard let shape = sequence.shape, !shape.isEmpty else {
      throw OnnxError(
        .invalidConfig, source.path, found: "an input \(sequence.name) without a shape",
        expected: "[b, t, …]")
    }
    let place = try Self.place(
      shape, config, known, hasStates: !self.states.isEmpty, source.path)
    (geometry, timeAxis, hasBatchAxis) = place
    block =
      switch place.0 {
      case .frames: max(1, config.block)
      case .single: 1
      case .window(_, let hop): hop
      }
    channels = shape.indices.filter { $0 != place.1 && !(place.2 && $0 == 0) }
      .map { shape[$0].fixed ?? 1 }
    caches = GrowingCaches(source, self)
    rate = caches?.rate ?? 1
  }

  /// Inputs that exporters leave as switches.
  private static func preset(_ input: OnnxValueInfo) -> Double? {
    let isScalar =
      (input.shape ?? []).allSatisfy { $0.fixed == 1 } && (input.shape ?? []).count <= 1
    switch input.name {
    case "sr", "sample_rate", "sampling_rate": return isScalar ? 16000 : nil
    case "use_cache_branch": return 1
    default: return nil
    }
  }

  private static func fixed(
    _ list: [String], _ inputs: [OnnxValueInfo]
  ) throws -> ([String: Double], [String: CountedInput]) {
    try list.reduce(into: ([:], [:])) { values, text in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2, let role = CountedInput(rawValue: parts[1]),
        inputs.contains(where: { $0.name == parts[0] })
      {
        values.1[parts[0]] = role
        return
      }
      guard parts.count == 2, let number = Double(parts[1]),
        inputs.contains(where: { $0.name == parts[0] })
      else {
        throw OnnxError(
          .invalidConfig, "fixed", found: "\"\(text)\"",
          expected:
            "an input and its value, such as \"sr=16000\", or position, length or seen; inputs are \(inputs.map(\.name).joined(separator: ", "))"
        )
      }
      values.0[parts[0]] = number
    }
  }

  private static func states(
    _ list: [String], _ inputs: [OnnxValueInfo], _ outputs: [OnnxValueInfo]
  ) throws -> [StatePairs.Pair] {
    guard !list.isEmpty else { return StatePairs.find(inputs: inputs, outputs: outputs) }
    return try list.filter { $0 != "none" }.map { text in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, inputs.contains(where: { $0.name == parts[0] }),
        outputs.contains(where: { $0.name == parts[1] })
      else {
        throw OnnxError(
          .invalidConfig, "states", found: "\"\(text)\"",
          expected:
            "INPUT=OUTPUT, of inputs \(inputs.map(\.name).joined(separator: ", ")) and outputs \(outputs.map(\.name).joined(separator: ", "))"
        )
      }
      return StatePairs.Pair(input: parts[0], output: parts[1], isNamed: true)
    }
  }
}

extension OnnxValueInfo {
  /// The extents, free ones by their names.
  package var shapeText: String {
    let parts = (shape ?? []).map { extent in
      switch extent {
      case .fixed(let number): "\(number)"
      case .free(let name): name.isEmpty ? "?" : name
      }
    }
    return "[\(parts.joined(separator: ", "))]"
  }
}

extension Double {
  /// Without a fraction where there is none.
  var text: String { self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)" }
}

import Layers
import Programs
import Tensors

/// Finds the operations of a graph that mix timesteps without a state, before it is run.
///
/// From the input the axis of time is followed through the graph; an operation that reads along it is
/// right in steps only if its operand begins with timesteps of earlier blocks, which a state brings.
struct GraphLint {
  let source: OnnxSource
  let interface: GraphInterface
  private let growth: TimeGrowth
  /// Values that depend on a state.
  private let fed: Set<String>
  /// Values that depend on the sequence.
  private let signal: Set<String>
  private let weights: [String: OnnxTensor]

  init(_ source: OnnxSource, _ interface: GraphInterface) {
    self.source = source
    self.interface = interface
    growth =
      interface.geometry == .frames
      ? TimeGrowth(source, interface) : TimeGrowth(stillOf: interface)
    fed = Self.reached(source.model.graph, from: Set(interface.states.map(\.input)))
    signal = Self.reached(source.model.graph, from: [interface.input.name])
    weights = Dictionary(
      source.model.graph.initializers.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
  }

  /// All that depends on some values.
  private static func reached(_ graph: OnnxGraphBody, from start: Set<String>) -> Set<String> {
    var reached = start
    for node in graph.nodes where node.inputs.contains(where: reached.contains) {
      reached.formUnion(node.outputs)
    }
    return reached
  }

  /// The findings in the order of the graph.
  func findings() -> [LintFinding] {
    if let obstacle = growth.obstacle {
      return [
        LintFinding(
          place: obstacle.place, operation: interface.input.name,
          cause: "the graph takes one length only: \(obstacle.found)",
          effect: "it cannot run on a block of another length",
          cure: "say what a run takes (window, hop), or export it with a free axis of time")
      ]
    }
    return source.model.graph.nodes.enumerated().flatMap { index, node -> [LintFinding] in
      guard node.inputs.contains(where: signal.contains) else { return [] }
      let rules = [windows, padding, recurrence, reduction, products, positions]
      return rules.flatMap { $0(node) }.map { found in
        var found = found
        found.place = source.scopes.places[index]
        found.operation = node.operation
        return found
      }
    }
  }

  private func found(_ cause: String, _ effect: String, _ cure: String) -> LintFinding {
    LintFinding(place: "", operation: "", cause: cause, effect: effect, cure: cure)
  }

  private func list(_ node: OnnxNode, _ name: String) -> [Int]? {
    if case .ints(let list) = node.attributes[name] { list } else { nil }
  }

  private func int(_ node: OnnxNode, _ name: String, _ preset: Int) -> Int {
    if case .int(let value) = node.attributes[name] { value } else { preset }
  }

  /// An operand that the file stores.
  private func stored(_ node: OnnxNode, _ index: Int) -> [Int]? {
    guard node.inputs.indices.contains(index), let tensor = weights[node.inputs[index]],
      let values = try? source.tensor(tensor, named: tensor.name)
    else { return nil }
    return values.integers
  }

  // MARK: - Windows and padding

  /// Convolutions and pooling over time.
  private func windows(_ node: OnnxNode) -> [LintFinding] {
    guard ["Conv", "ConvInteger", "MaxPool", "AveragePool", "ConvTranspose"].contains(node.op),
      let operand = node.inputs.first,
      let time = growth.of(operand).first(where: { $0.axis >= 2 })
    else { return [] }
    let spatial = time.axis - 2
    let kernel = list(node, "kernel_shape") ?? node.inputs.dropFirst().first
      .flatMap { weights[$0] }.map { Array($0.shape.dropFirst(2)) }
    guard let kernel, kernel.indices.contains(spatial) else { return [] }
    let dilation = list(node, "dilations").map { $0[min(spatial, $0.count - 1)] } ?? 1
    let reach = (kernel[spatial] - 1) * dilation
    let stride = list(node, "strides").map { $0[min(spatial, $0.count - 1)] } ?? 1
    if node.op == "ConvTranspose" {
      guard reach + 1 > stride else { return [] }
      return [
        found(
          "its outputs overlap by \(reach + 1 - stride) timesteps, and none are kept for the next block",
          "the last \(reach + 1 - stride) timesteps of every block lack a part of the sum",
          "keep the overlap as a state and add it to the next block")
      ]
    }
    guard reach > 0 else { return [] }
    let pads = list(node, "pads") ?? []
    let count = pads.count / 2
    var low = pads.indices.contains(spatial) ? pads[spatial] : 0
    var high = pads.indices.contains(spatial + count) ? pads[spatial + count] : 0
    if case .string(let automatic) = node.attributes["auto_pad"], automatic.hasPrefix("SAME") {
      low = automatic == "SAME_LOWER" ? reach - reach / 2 : reach / 2
      high = reach - low
    }
    let isFed = time.offset > 0 && fed.contains(operand)
    if low > 0 || high > 0 { return [padded(low, high, "pads time with zeros")] }
    // Windows beside each other need no past; others need as much as they reach back.
    guard !isFed, reach + 1 > stride else { return [] }
    if time.offset > 0 { return [] }
    return [
      found(
        "a window of \(reach + 1) timesteps every \(stride), with no timesteps of earlier blocks before it",
        "the first \(reach) timesteps of every block give no output of their own",
        "put the last \(reach + 1 - stride) timesteps of the block before in front of it, as a state")
    ]
  }

  private func padded(_ low: Int, _ high: Int, _ cause: String) -> LintFinding {
    var effects: [String] = []
    if low > 0 { effects.append("the first \(low) timesteps of every block see zeros for the past") }
    if high > 0 { effects.append("the last \(high) timesteps of every block see zeros for the future") }
    let cure =
      high > 0
      ? "make it causal, or delay it by \(high); keep the last \(max(low + high, 1)) timesteps as a state"
      : "keep the last \(low) timesteps as a state and put them there instead"
    return found(
      "\(cause): \(low) before and \(high) behind", effects.joined(separator: "; "), cure)
  }

  /// Explicit padding, and constants joined to the block.
  private func padding(_ node: OnnxNode) -> [LintFinding] {
    guard let operand = node.inputs.first else { return [] }
    switch node.op {
    case "Pad":
      guard let time = growth.of(operand).first, let output = node.outputs.first else { return [] }
      let pads = list(node, "pads") ?? stored(node, 1)
      if let pads, pads.count > 2 * time.axis || pads.count % 2 == 0 {
        let axes = stored(node, 3) ?? Array(0..<pads.count / 2)
        guard let place = axes.firstIndex(of: time.axis) else { return [] }
        let (low, high) = (pads[place], pads[place + pads.count / 2])
        guard low > 0 || high > 0 else { return [] }
        return [padded(low, high, "pads time")]
      }
      guard let after = growth.axis(output, time.axis), after.offset > time.offset else { return [] }
      return [padded(after.offset - time.offset, 0, "pads time")]
    case "Concat":
      guard let output = node.outputs.first,
        let axis = growth.of(output).first(where: { $0.axis == position(node, output) })
      else { return [] }
      let others = node.inputs.filter { growth.axis($0, axis.axis) == nil }
      guard !others.isEmpty, axis.offset > 0, !others.contains(where: fed.contains) else { return [] }
      return [padded(axis.offset, 0, "joins the block to timesteps that are the same in every step")]
    default: return []
    }
  }

  /// The axis attribute, counted from the start.
  private func position(_ node: OnnxNode, _ value: String) -> Int {
    let rank = growth.types[value]?.rank ?? 0
    let axis = int(node, "axis", node.op == "Concat" ? 1 : -1)
    return axis < 0 ? axis + rank : axis
  }

  // MARK: - Recurrence

  private func recurrence(_ node: OnnxNode) -> [LintFinding] {
    guard ["LSTM", "GRU", "RNN"].contains(node.op), let operand = node.inputs.first else { return [] }
    let timeAxis = int(node, "layout", 0) == 1 ? 1 : 0
    if interface.geometry == .frames {
      guard growth.axis(operand, timeAxis) != nil else { return [] }
    } else if case .window = interface.geometry {
      return []
    }
    if case .string(let direction) = node.attributes["direction"], direction != "forward" {
      return [
        found(
          "runs backwards through time (\(direction))",
          "every timestep of a block lacks what comes behind the block",
          "only a model of one direction can step; or give it blocks that are whole utterances")
      ]
    }
    let initial = node.inputs.indices.contains(5) ? node.inputs[5] : ""
    guard initial.isEmpty || !fed.contains(initial) else { return [] }
    return [
      found(
        "starts from \(initial.isEmpty ? "zero" : "a constant") in every block: no state is fed",
        "all timesteps from the second block on, since what it remembered is lost",
        "give its initial state as an input and its last state as an output of the graph")
    ]
  }

  // MARK: - Reductions

  private static let reductions: Set<String> = [
    "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
    "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp",
  ]

  private func reduction(_ node: OnnxNode) -> [LintFinding] {
    guard let operand = node.inputs.first, let time = growth.of(operand).first else { return [] }
    let rank = growth.types[operand]?.rank ?? interface.input.shape?.count ?? 0
    func counted(_ axis: Int) -> Int { axis < 0 ? axis + rank : axis }
    func over(_ what: String) -> [LintFinding] {
      [
        found(
          "\(what) all timesteps it is given",
          "every timestep: a step sees its block, the whole sequence all of it",
          "keep running values as a state, or do it over channels only")
      ]
    }
    switch node.op {
    case let op where Self.reductions.contains(op):
      let axes = list(node, "axes") ?? stored(node, 1) ?? []
      let isAll = axes.isEmpty && int(node, "noop_with_empty_axes", 0) == 0
      return isAll || axes.map(counted).contains(time.axis) ? over("is taken over") : []
    case "GlobalAveragePool", "GlobalMaxPool", "InstanceNormalization", "GroupNormalization":
      return time.axis >= 2 ? over("takes its statistics from") : []
    case "LayerNormalization", "RMSNormalization":
      return counted(int(node, "axis", -1)) <= time.axis ? over("takes its statistics from") : []
    case "Softmax", "LogSoftmax", "Hardmax", "LpNormalization":
      let axis = counted(int(node, "axis", source.model.opset < 13 ? 1 : -1))
      let isSelf = growth.of(operand).contains { $0.axis == axis && $0.offset == 0 }
      // Over keys of an attention, which the product before is named for.
      return isSelf && growth.of(operand).count == 1 ? over("is taken over") : []
    case "DynamicQuantizeLinear":
      return [
        found(
          "scales to 8 bits by the greatest and least of all timesteps it is given",
          "every timestep, by rounding: a block has another scale than the whole sequence",
          "use fixed scales (static quantisation), or one scale a timestep")
      ]
    case "CumSum": return over("adds up")
    case "ArgMax", "ArgMin", "TopK":
      return counted(int(node, "axis", node.op == "TopK" ? -1 : 0)) == time.axis ? over("chooses among") : []
    default: return []
    }
  }

  // MARK: - Products over time and positions

  private func products(_ node: OnnxNode) -> [LintFinding] {
    guard ["MatMul", "Einsum", "Attention"].contains(node.op), node.inputs.count > 1 else { return [] }
    let operand = node.op == "Attention" ? node.inputs[1] : node.inputs[1]
    guard signal.contains(operand), !growth.of(operand).isEmpty else { return [] }
    let rank = growth.types[operand]?.rank ?? 0
    if node.op == "Attention" {
      if node.inputs.count > 4, !node.inputs[4].isEmpty { return [] }
    } else {
      // The second operand's axis that is summed.
      guard let time = growth.axis(operand, max(0, rank - 2)), time.offset == 0,
        !fed.contains(operand) || time.offset == 0
      else { return [] }
    }
    return [
      found(
        "sums over the timesteps of the block only: attention without the past",
        "every timestep that looks back further than its block, or ahead",
        "keep keys and values of the past as states and put them before those of the block")
    ]
  }

  /// Timesteps that are cut off without coming back.
  private func positions(_ node: OnnxNode) -> [LintFinding] {
    guard node.op == "Slice", let operand = node.inputs.first, let output = node.outputs.first,
      let time = growth.of(operand).first, time.offset == 0, !fed.contains(operand),
      let after = growth.axis(output, time.axis), after.offset < 0, after.ratio == time.ratio
    else { return [] }
    return [
      found(
        "cuts \(-after.offset) timesteps off every block",
        "timesteps at the seams of blocks are missing or moved",
        "keep them as a state for the next block")
    ]
  }
}

extension TimeGrowth {
  /// Nothing grows: the graph takes one block only.
  init(stillOf interface: GraphInterface) {}
}

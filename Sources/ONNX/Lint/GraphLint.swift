import Layers
import Programs
import Tensors

/// Finds the operations of a graph that mix timesteps without a state, before it is run.
///
/// From the input the axis of time is followed through the graph; an operation that reads along it is
/// right in steps only if its operand begins with timesteps of earlier blocks, which a state brings. What
/// states are handed is the matter of ``StateUpdates``.
struct GraphLint {
  let source: OnnxSource
  let interface: GraphInterface
  let growth: TimeGrowth
  /// Values that depend on what a state holds.
  let fed: Set<String>
  /// Values that tell how much has come: of a state, of the length of a cache, or of an input that counts.
  let counting: Set<String>
  /// Values that depend on the sequence, if on its length alone.
  let signal: Set<String>
  /// Values that depend on more of it than its length.
  let valued: Set<String>
  /// Values that depend on the place in the block alone.
  private(set) var positions: Set<String> = []

  init(_ source: OnnxSource, _ interface: GraphInterface) {
    self.source = source
    self.interface = interface
    growth =
      interface.geometry == .frames
      ? TimeGrowth(source, interface) : TimeGrowth(still: source, interface)
    let counted = interface.counted.filter { $0.value != .length }.keys
    let states = Set(interface.states.map(\.input))
    // The length of a value says nothing of what it holds.
    let nodes = growth.nodes.filter { $0.op != "Shape" && $0.op != "Size" }
    fed = Self.reached(nodes, from: states)
    counting = Self.reached(
      nodes, from: states.union(counted).union(Self.lengths(source, interface, growth)))
    signal = Self.reached(growth.nodes, from: [interface.input.name])
    valued = Self.reached(nodes, from: [interface.input.name])
    positions = blockPositions()
  }

  /// All that depends on some values.
  static func reached(_ nodes: [LintNode], from start: Set<String>) -> Set<String> {
    var reached = start
    for node in nodes where node.inputs.contains(where: reached.contains) {
      reached.formUnion(node.outputs)
    }
    return reached
  }

  /// Known values that are others where caches bring one entry more.
  private static func lengths(
    _ source: OnnxSource, _ interface: GraphInterface, _ growth: TimeGrowth
  ) -> Set<String> {
    guard interface.caches != nil, let trace = growth.trace, let time = growth.time,
      let longer = try? LintTrace(
        source, interface, time: time, past: LintTrace.cachedEntries + 1)
    else { return [] }
    let (one, other) = (trace.knownValues, longer.knownValues)
    return Set(
      one.keys.filter { name in other[name].map { one[name]?.bitsEqual($0) != true } ?? true })
  }

  /// The findings, and what they do not cover.
  func report() -> LintReport {
    let found = findings()
    return LintReport(found, limits: limits(found))
  }

  /// The findings in the order of the graph.
  func findings() -> [LintFinding] {
    if let obstacle = growth.obstacle {
      return [
        LintFinding(
          place: obstacle.path, operation: interface.input.name,
          cause: "the graph takes one length only: \(obstacle.found)",
          effect: "it cannot run on a block of another length",
          cure: "say what a run takes (window, hop), or export it with a free axis of time")
      ]
    }
    let rules = [
      windows, padding, recurrence, reduction, products, cuts, reversal, restartedPositions,
    ]
    let mixing = growth.nodes.flatMap { node -> [LintFinding] in
      guard node.inputs.contains(where: signal.contains) else { return [] }
      return rules.flatMap { $0(node) }.map { found in
        var found = found
        found.place = node.place
        found.operation = node.node.operation
        return found
      }
    }
    return Self.firstOfEach(mixing)
      + StateUpdates(source, interface, growth).findings { name in
        !signal.contains(name)
      }
  }

  /// Of findings of one cause in one scope, such as the parts of a rotation by positions, the first.
  private static func firstOfEach(_ findings: [LintFinding]) -> [LintFinding] {
    var seen: Set<[String]> = []
    return findings.filter { finding in
      guard finding.cause == restartCause else { return true }
      let scope = finding.place.split(separator: "/").dropLast().joined(separator: "/")
      return seen.insert([scope, finding.cause]).inserted
    }
  }

  func found(_ cause: String, _ effect: String, _ cure: String) -> LintFinding {
    LintFinding(place: "", operation: "", cause: cause, effect: effect, cure: cure)
  }

  func list(_ node: LintNode, _ name: String) -> [Int]? {
    if case .ints(let list) = node.attributes[name] { list } else { nil }
  }

  func int(_ node: LintNode, _ name: String, _ preset: Int) -> Int {
    if case .int(let value) = node.attributes[name] { value } else { preset }
  }

  /// Whole numbers of an operand that is known before any input is seen.
  func stored(_ node: LintNode, _ index: Int) -> [Int]? {
    node.known.indices.contains(index) ? node.known[index]?.integers : nil
  }

  // MARK: - Recurrence

  private func recurrence(_ node: LintNode) -> [LintFinding] {
    guard ["LSTM", "GRU", "RNN", "DynamicQuantizeLSTM"].contains(node.op),
      let operand = node.inputs.first
    else {
      return []
    }
    let timeAxis = int(node, "layout", 0) == 1 ? 1 : 0
    switch interface.geometry {
    case .frames: guard growth.axis(operand, timeAxis) != nil else { return [] }
    // A recurrence over more than the one timestep of a step is over frequencies or the like.
    case .single: guard growth.types[operand]?.shape[timeAxis] == 1 else { return [] }
    case .window: return []
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

  private func reduction(_ node: LintNode) -> [LintFinding] {
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
    let kind = node.op
    switch kind {
    case _ where Self.reductions.contains(kind):
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
    case "DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM":
      return [
        found(
          "scales to 8 bits by the greatest and least of all timesteps it is given",
          "every timestep, by rounding: a block has another scale than the whole sequence",
          "use fixed scales (static quantisation), or one scale a timestep")
      ]
    case "CumSum": return over("adds up")
    case "ArgMax", "ArgMin", "TopK":
      return counted(int(node, "axis", node.op == "TopK" ? -1 : 0)) == time.axis
        ? over("chooses among") : []
    default: return []
    }
  }

  // MARK: - Products over time, and cuts

  private func products(_ node: LintNode) -> [LintFinding] {
    guard ["MatMul", "FusedMatMul", "Einsum", "Attention"].contains(node.op), node.inputs.count > 1
    else {
      return []
    }
    let operand = node.inputs[1]
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
  private func cuts(_ node: LintNode) -> [LintFinding] {
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

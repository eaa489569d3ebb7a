import Layers
import Programs
import Tensors

// What depends on the place of a timestep in its block.
extension GraphLint {
  private static let joins: Set<String> = ["Add", "Sub", "Mul", "Div", "Concat", "Where"]

  /// Values that tell timesteps apart by their place in the block alone: what grows with the sequence, has not
  /// been computed from its values, and comes from no state.
  func blockPositions() -> Set<String> {
    var positions: Set<String> = []
    for node in growth.nodes {
      for (index, name) in node.inputs.enumerated() where !isElsewhere(name) {
        if let known = node.known[safe: index] ?? nil, isCounting(name, known) {
          positions.insert(name)
        }
      }
      let outputs = node.outputs.filter { !isElsewhere($0) && !growth.of($0).isEmpty }
      let isCut =
        node.op == "Slice" && (node.inputs.first.map { growth.of($0).isEmpty } ?? false)
      if isCut || node.inputs.contains(where: positions.contains) { positions.formUnion(outputs) }
    }
    return positions
  }

  /// Whether a value comes from the values of the sequence, or tells how much has come.
  private func isElsewhere(_ name: String) -> Bool {
    valued.contains(name) || counting.contains(name)
  }

  /// Whether a known value changes along its axis of time.
  private func isCounting(_ name: String, _ known: Tensor) -> Bool {
    guard let axis = growth.of(name).first?.axis, known.rank > axis, known.shape[axis] > 1 else {
      return false
    }
    let inner = known.shape[(axis + 1)...].reduce(1, *)
    let values = known.doubles()
    let extent = known.shape[axis]
    return values.indices.contains { place in
      place / max(inner, 1) % extent > 0 && values[place] != values[place - inner]
    }
  }

  static let restartCause = "joins positions to the sequence that begin at the start of every block"

  /// Positions that begin anew in every block and are joined to the sequence.
  func restartedPositions(_ node: LintNode) -> [LintFinding] {
    guard Self.joins.contains(node.op),
      let sequence = node.inputs.first(where: { valued.contains($0) }),
      growth.of(sequence).count == 1,
      node.inputs.contains(where: { positions.contains($0) && growth.of($0).count == 1 })
    else { return [] }
    return [
      found(
        Self.restartCause,
        "every timestep from the second block on has the position of one in the first",
        "count on: take the position of the block as an input (offset, position_ids) or a state")
    ]
  }

  /// Timesteps that come out in reverse.
  func reversal(_ node: LintNode) -> [LintFinding] {
    guard node.op == "Slice", let operand = node.inputs.first,
      let time = growth.of(operand).first, let steps = stored(node, 4)
    else { return [] }
    let axes = stored(node, 3) ?? Array(steps.indices)
    let rank = growth.types[operand]?.rank ?? 0
    guard zip(axes, steps).contains(where: { ($0 < 0 ? $0 + rank : $0) == time.axis && $1 < 0 }),
      // What only a state is handed is the matter of that state.
      Self.reached(growth.nodes, from: Set(node.outputs))
        .contains(growth.trace?.outputs[interface.output] ?? "")
    else { return [] }
    return [
      found(
        "turns the timesteps of its block around",
        "every timestep of blocks longer than one, and what is behind it",
        "only a model of one direction can step; or give it blocks that are whole utterances")
    ]
  }

  /// Operators of which it is not known here how they go along time.
  private static let unknown: Set<String> = [
    "GatherND", "GatherElements", "ScatterND", "ScatterElements", "Scatter", "DFT",
    "Resize",
    "LinearAttention", "CausalConvWithState", "TensorScatter", "Col2Im",
  ]

  /// What was not judged, so that no finding says nothing about it.
  func limits(_ findings: [LintFinding]) -> [String] {
    guard growth.obstacle == nil else {
      return ["all operations: the graph could not be followed for any length that was tried"]
    }
    var limits: [String] = []
    switch interface.geometry {
    case .frames:
      if let name = growth.trace?.outputs[interface.output], growth.of(name).isEmpty {
        limits.append(
          "\(interface.output) does not become longer with the sequence, so that it has no timesteps to judge"
        )
      }
    case .single:
      limits.append(
        "the graph takes one timestep a run, so that only its states lead from one to the next")
    case .window(let size, let hop):
      limits.append(
        "every run takes \(size) timesteps, \(hop) of them new; what operations mix inside of one is not judged"
      )
    }
    for node in growth.nodes where node.op == "ConvTranspose" {
      let kept = keepers(of: node)
      guard !kept.isEmpty else { continue }
      limits.append(
        "\(node.place) (ConvTranspose): whether \(kept.joined(separator: ", ")) is the overlap that the next block adds"
      )
    }
    for node in growth.nodes where Self.unknown.contains(node.op) {
      guard node.inputs.contains(where: { signal.contains($0) && !growth.of($0).isEmpty }) else {
        continue
      }
      limits.append("\(node.place) (\(node.node.operation)): how it goes along time")
    }
    let named = Set(findings.compactMap(\.state))
    for name in StateUpdates(source, interface, growth).unfollowed() where !named.contains(name) {
      limits.append("the state \(name): of what it is the past was not found")
    }
    return limits
  }
}

extension Collection {
  /// The element, if there is one.
  fileprivate subscript(safe index: Index) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}

import Layers
import Programs
import Tensors

// Windows and padding along time.
extension GraphLint {
  /// Convolutions, pooling and spectra over time.
  func windows(_ node: LintNode) -> [LintFinding] {
    if node.op == "STFT" { return spectrum(node) }
    guard
      ["Conv", "FusedConv", "ConvInteger", "MaxPool", "AveragePool", "ConvTranspose"].contains(
        node.op),
      let operand = node.inputs.first,
      let time = growth.of(operand).first(where: { $0.axis >= 2 })
    else { return [] }
    let spatial = time.axis - 2
    let kernel =
      list(node, "kernel_shape")
      ?? node.known.dropFirst().first?.map { Array($0.shape.dropFirst(2)) }
    guard let kernel, kernel.indices.contains(spatial) else { return [] }
    func along(_ name: String) -> Int {
      guard let all = list(node, name), all.indices.contains(spatial) else { return 1 }
      return all[spatial]
    }
    let reach = Rational.product(kernel[spatial] - 1, along("dilations"))
    let stride = along("strides")
    if node.op == "ConvTranspose" {
      guard reach + 1 > stride, keepers(of: node).isEmpty else { return [] }
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
        "put the last \(reach + 1 - stride) timesteps of the block before in front of it, as a state"
      )
    ]
  }

  /// The states that are handed a part of what a node gives, as it is or moved by a constant.
  func keepers(of node: LintNode) -> [String] {
    let moves: Set<String> = [
      "Slice", "Split", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Cast",
    ]
    var moved = Set(node.outputs)
    for other in growth.nodes where other.inputs.contains(where: moved.contains) {
      let isSum = ["Add", "Sub", "Concat"].contains(other.op)
      let isMoved =
        isSum || other.inputs.first.map(moved.contains) == true && moves.contains(other.op)
      if isMoved { moved.formUnion(other.outputs) }
    }
    return interface.states.map(\.output).filter { name in
      growth.trace?.outputs[name].map(moved.contains) ?? false
    }
  }

  /// Windows of samples that have a spectrum each.
  private func spectrum(_ node: LintNode) -> [LintFinding] {
    guard let operand = node.inputs.first, let time = growth.axis(operand, 1), time.offset <= 0,
      !fed.contains(operand), let step = stored(node, 1)?.first
    else { return [] }
    let own = node.inputs.indices.contains(2) ? growth.types[node.inputs[2]]?.shape.first : nil
    guard let size = stored(node, 3)?.first ?? own, size > step else { return [] }
    return [
      found(
        "a window of \(size) timesteps every \(step), with no timesteps of earlier blocks before it",
        "the first \(size - 1) timesteps of every block give no output of their own",
        "put the last \(size - step) timesteps of the block before in front of it, as a state")
    ]
  }

  private func padded(_ low: Int, _ high: Int, _ cause: String) -> LintFinding {
    var effects: [String] = []
    if low > 0 {
      effects.append("the first \(low) timesteps of every block see zeros for the past")
    }
    if high > 0 {
      effects.append("the last \(high) timesteps of every block see zeros for the future")
    }
    let cure =
      high > 0
      ? "make it causal, or delay it by \(high); keep the last \(max(low + high, 1)) timesteps as a state"
      : "keep the last \(low) timesteps as a state and put them there instead"
    return found(
      "\(cause): \(low) before and \(high) behind", effects.joined(separator: "; "), cure)
  }

  /// Explicit padding, and constants joined to the block.
  func padding(_ node: LintNode) -> [LintFinding] {
    guard let operand = node.inputs.first else { return [] }
    let kind = node.op
    switch kind {
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
      guard let after = growth.axis(output, time.axis), after.offset > time.offset else {
        return []
      }
      return [padded(after.offset - time.offset, 0, "pads time")]
    case "Concat":
      guard let output = node.outputs.first,
        let axis = growth.of(output).first(where: { $0.axis == position(node, output) })
      else { return [] }
      let others = node.inputs.filter { growth.axis($0, axis.axis) == nil }
      guard !others.isEmpty, axis.offset > 0, !others.contains(where: fed.contains) else {
        return []
      }
      return [
        padded(axis.offset, 0, "joins the block to timesteps that are the same in every step")
      ]
    default: return []
    }
  }

  /// The axis attribute, counted from the start.
  private func position(_ node: LintNode, _ value: String) -> Int {
    let rank = growth.types[value]?.rank ?? 0
    let axis = int(node, "axis", node.op == "Concat" ? 1 : -1)
    return axis < 0 ? axis + rank : axis
  }
}

import Programs
import Tensors

/// Operators that mix timesteps and take the state of the past as an operand.
enum StatefulMixers {
  /// A causal depthwise convolution; its state is the last `k - 1` timesteps.
  static let convolution: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let (x, w) = (try call.value(0), try call.value(1))
    guard x.rank == 3, w.rank == 3, w.shape[0] == x.shape[1], w.shape[1] == 1, w.shape[2] > 0 else {
      throw call.invalid("\(x.type) with \(w.type)", expected: "[b, c, t] with [c, 1, k]")
    }
    let kept = w.shape[2] - 1
    let past =
      try call.optional(3)
      ?? call.builder.full(0, ValueType(x.dtype, [x.shape[0], x.shape[1], kept]))
    let joined = Value.concatenate([past, x], axis: 2)
    let kernel = w.transposed([2, 1, 0])
    var y = joined.channelsLast.convolved(
      kernel, ConvolutionDimensions(spatialRank: 1, featureGroups: x.shape[1]))
    if let bias = try call.optional(2) { y = y + bias }
    switch call.string("activation", "none") {
    case "none", "": break
    case "silu", "swish": y = y * y.unary(.sigmoid)
    case let other: throw call.unsupported("the activation \(other)", expected: "silu or none")
    }
    let end = joined.shape[2]
    return [
      GraphValue(y.channelsFirst), GraphValue(joined.sliced(axis: 2, from: end - kept, to: end)),
    ]
  }

  /// `[b, t, n·h]` as `[b, n, t, h]`; one number a timestep is that of all heads.
  private static func spread(_ x: Value, _ groups: Int, _ call: NodeCall) throws -> Value {
    guard x.rank == 3, x.shape[2] == 1 else { return try Attentions.heads(x, groups, call) }
    return x.expandingAxes([1]).broadcast(to: [x.shape[0], groups, x.shape[1], 1])
  }

  /// A matrix for each head that is decayed, corrected and read at every timestep.
  static let linearAttention: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let (heads, groups) = (call.int("q_num_heads", 0), call.int("kv_num_heads", 0))
    let q = try Attentions.heads(try call.value(0), heads, call)
    let k = try Attentions.heads(try call.value(1), groups, call)
    let v = try Attentions.heads(try call.value(2), groups, call)
    guard groups > 0, heads % groups == 0, q.rank == 4, k.rank == 4, v.rank == 4 else {
      throw call.invalid("\(heads) heads for \(groups)", expected: "a multiple")
    }
    let rule = call.string("update_rule", "gated_delta")
    guard ["linear", "gated", "delta", "gated_delta"].contains(rule) else {
      throw call.unsupported("the rule \(rule)", expected: "linear, gated, delta or gated_delta")
    }
    let (batch, time, size) = (k.shape[0], k.shape[2], k.shape[3])
    let given = call.float("scale", 0)
    let scale = given == 0 ? 1 / Double(size).squareRoot() : given
    let stateType = ValueType(q.dtype, [batch, groups, size, v.shape[3]])
    let start = try call.optional(3) ?? call.builder.full(0, stateType)
    // Decay of a head, or of each of its channels.
    let decay = try call.optional(4).map { try spread($0, groups, call).unary(.exp) }
    let rate = try call.optional(5).map { try spread($0, groups, call) }
    let isGated = rule.contains("gated") && decay != nil
    let isDelta = rule.contains("delta")
    let sliced =
      [q, k, v] + (isGated ? [decay].compactMap { $0 } : [])
      + (isDelta ? [rate].compactMap { $0 } : [])
    let result = call.builder.loop(
      tripCount: time, axis: 2, captured: [], carried: [start], sliced: sliced
    ) { _, carried, slices in
      var state = carried[0]
      let (key, value) = (slices[1], slices[2])
      if isGated { state = state * slices[3].expandingAxes([3]) }
      var change = value
      if isDelta {
        change = value - (state * key.expandingAxes([3])).reduced(.sum, axes: [2])
        if rate != nil { change = change * slices[slices.count - 1] }
      }
      state = state + key.expandingAxes([3]) * change.expandingAxes([2])
      let query = slices[0].reshaped([batch, groups, heads / groups, size])
      let read = query.dot(
        state,
        DotDimensions(
          leftBatch: [0, 1], rightBatch: [0, 1], leftContracting: [3], rightContracting: [2]))
      return ([state], [read.reshaped([batch, heads, v.shape[3]]).scaled(by: scale)])
    }
    let y = result.stacked[0].transposed([0, 2, 1, 3]).reshaped([batch, time, heads * v.shape[3]])
    return [GraphValue(y), GraphValue(result.carried[0])]
  }
}

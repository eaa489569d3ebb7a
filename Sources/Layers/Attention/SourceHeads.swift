import Programs
import Tensors

/// Keys and values made from whole sources, and which of them are valid.
struct SourceHeads {
  /// Scaled, `[b, s, m, h]`.
  var keys: Value
  /// 0 where invalid, `[b, s, m, h]`.
  var values: Value
  /// `[b, s]`.
  var mask: Value

  /// Keys and values of several sources, one behind the other.
  static func joined(_ sources: [SourceHeads]) -> SourceHeads {
    SourceHeads(
      keys: Value.concatenate(sources.map(\.keys), axis: 1),
      values: Value.concatenate(sources.map(\.values), axis: 1),
      mask: Value.concatenate(sources.map(\.mask), axis: 1))
  }

  init(keys: Value, values: Value, mask: Value) {
    (self.keys, self.values, self.mask) = (keys, values, mask)
  }

  /// Those that a state keeps.
  init(state: LayerState) {
    self.init(keys: state["keys"], values: state["values"], mask: state["mask"])
  }

  /// Keeps them in a state, which steps read and do not change.
  func declare(in state: inout LayerState) {
    state.declare("keys", keys)
    state.declare("values", values)
    state.declare("mask", mask)
  }
}

extension DotProductAttentionLayer {
  /// The queries before their network.
  func projectedQueries(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let shape = try heads(x.channelSpec)
    return SequenceValue(
      try inputProjection.projectQueries(x.values, shape, context), mask: x.mask)
  }

  /// Keys and values of a source before their networks, with parameters below `scope`.
  func projectedSource(
    _ source: SequenceValue, _ input: ChannelSpec, scope: String = "", _ context: LayerContext
  ) throws(LayerError) -> (keys: SequenceValue, values: SequenceValue) {
    let shape = try heads(input)
    let projected = try inputProjection.projectSource(source.values, shape, scope: scope, context)
    return (
      SequenceValue(projected.keys, mask: source.mask),
      SequenceValue(projected.values, mask: source.mask)
    )
  }

  /// Keys and values of a whole source, the `copy`-th of those that share networks, with parameters of
  /// the projection below `scope`.
  func sourceHeads(
    _ source: AttentionSource, _ input: ChannelSpec, copy: Int = 0, scope: String = "",
    _ context: LayerContext
  ) throws(LayerError) -> SourceHeads {
    let all = try source.value(for: self, rows: context.batch, context)
    let projected = try projectedSource(all, input, scope: scope, context)
    let keys = try keyNet.copy(copy).layer(projected.keys, context)
    let values = try valueNet.copy(copy).layer(projected.values, context).maskedInvalid()
    return SourceHeads(
      keys: try scaling.scaleKeys(keys.values, context), values: values.values,
      mask: keys.mask.and(values.mask))
  }
}

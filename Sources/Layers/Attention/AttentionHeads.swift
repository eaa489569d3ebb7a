import Programs

/// Queries, keys and values behind their networks, `[b, t, n, h]`.
struct AttentionHeads {
  var queries: SequenceValue
  var keys: SequenceValue
  var values: SequenceValue
  /// Which keys can be seen, `[b, t]`.
  var keyMask: Value
  var packing = SequencePacking()
}

public import Layers

/// Makes up a small config of a layer, to show how it is written.
public enum LayerExample {
  /// Numbers that make sense together; other whole numbers are 2.
  private static let integers = [
    "filters": 8, "kernel_size": 3, "features": 4, "units": 4, "units_per_head": 4,
    "max_past_horizon": 8, "max_past_horizon_blocks": 2, "frame_length": 8, "frame_step": 4,
    "fft_length": 8, "num_mel_bins": 4, "num_embeddings": 10, "dimension": 4, "num_steps": 6,
    "num_buckets": 8, "block_size": 4, "max_backward": 8, "max_forward": 0, "depth": 4,
    "position_bias_dim": 4, "num_embeddings_per_step": 10, "axis1": 2, "axis2": 3, "source": 2,
    "destination": 3, "location_filter_size": 3,
  ]
  private static let strings = [
    "source_name": "source", "source_names": "source", "conditioning_name": "speaker",
    "initial_seed_name": "seed",
    "equation": "...a,ab->...b", "pattern": "a -> a 1", "embedding": "tokens",
    "emit_name": "hidden", "checkpoint_name": "hidden", "fn": "double",
  ]
  private static let numbers = [
    "max_wavelength": 10000, "sample_rate": 16000, "lower_edge_hertz": 80,
    "upper_edge_hertz": 7600, "shift": 0.5, "clip_value": 1, "stddev": 0.1, "maxval": 1,
    "zoneout_probability": 0.1, "prior_alpha": 0.1, "prior_beta": 0.9,
  ]

  /// A config with the required fields of a layer.
  public static func spec(_ entry: LayerRegistry.Entry, registry: LayerRegistry) -> SpecNode {
    let node = message(entry.table, registry)
    return SpecNode(SpecNode.rootMessage, [SpecField(entry.field, [.node(node)])])
  }

  private static func message(_ table: FieldTable, _ registry: LayerRegistry) -> SpecNode {
    if table.message == TensorConstant.table.message {
      return SpecNode(table.message, [SpecField("values", [.number(0.5)])])
    }
    let rows = table.isOneOf ? Array(table.fields.prefix(1)) : table.fields.filter(\.isRequired)
    let fields = rows.map { SpecField($0.name, [value($0, registry)]) }
    return SpecNode(table.message, fields)
  }

  private static func value(_ row: FieldRow, _ registry: LayerRegistry) -> SpecValue {
    switch row.type {
    case .int: return .integer(integers[row.name] ?? 2)
    case .bool: return .bool(true)
    case .double: return .number(numbers[row.name] ?? 0)
    case .string: return .text(strings[row.name] ?? row.name)
    case .bytes: return .bytes([])
    case .symbol(let list): return .symbol(list.words[0].text)
    case .word(let list): return .text(list.words[0].text)
    case .layer:
      let dense = SpecNode("Dense", [SpecField("features", [.integer(4)])])
      return .node(SpecNode(SpecNode.rootMessage, [SpecField("dense", [.node(dense)])]))
    case .message(let name):
      guard let table = registry.table(message: name) else { return .node(SpecNode(name)) }
      return .node(message(table, registry))
    }
  }
}

/// How the protos of the original's TensorFlow library, which were never published, spell configs; its Tacotron
/// example shows them.
enum EarlierSpelling {
  /// Fields by message, and what they are called here.
  private static let fields: [String: [String: String]] = [
    "Serial": ["layer": "layers"],
    "Parallel": ["layer": "layers"],
    "Residual": ["layer": "layers", "shortcut_layer": "shortcut_layers"],
    "Blockwise": ["layer": "child_layer"],
    "Bidirectional": ["forward_layer": "forward", "backward_layer": "backward"],
    "Dense": ["units": "features"],
    "DenseShaped": ["units": "output_shape"],
    "MaskedDense": ["units": "features"],
    "SequenceDense": ["units": "features"],
  ]

  /// What a field that a message does not have is called here.
  static func field(_ name: String, in message: String) -> String? { fields[message]?[name] }

  /// What a field of that spelling means beside its values.
  static func meaning(of name: String, in message: String) -> SpecField? {
    message == "Residual" && name == "layer"
      ? SpecField("project_shortcut", [.bool(true)]) : nil
  }

  /// The case of the root message that a layer of that spelling is.
  static func layer(_ field: SpecField) -> String? {
    guard field.name == "squeeze", case .node(let node)? = field.values.first,
      node["factor"] != nil
    else { return nil }
    return "squeeze_time"
  }

  /// The word of an enum that a message such as `relu {}` stands for.
  static func word(_ raw: SpecValue, in list: WordList) -> String? {
    guard case .node(let node) = raw, node.fields.count == 1 else { return nil }
    let name = FieldRow.swiftName(node.fields[0].name).lowercased()
    return list.words.first { $0.swiftName.lowercased() == name }?.text
  }
}

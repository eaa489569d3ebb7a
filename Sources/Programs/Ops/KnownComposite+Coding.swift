extension KnownComposite {
  /// The name in programs.
  public var name: String {
    switch self {
    case .softmax: "softmax"
    case .rmsNorm: "rmsNorm"
    case .layerNorm: "layerNorm"
    case .lstmCell: "lstmCell"
    case .attention: "attention"
    case .complexAbs: "complexAbs"
    case .gradientClipping: "gradientClipping"
    }
  }

  /// The attributes in programs.
  public var attributes: [String: CompositeOp.Attribute] {
    switch self {
    case .softmax(let axis): ["axis": .int(axis)]
    case .rmsNorm(let norm), .layerNorm(let norm):
      [
        "axes": .ints(norm.axes), "epsilon": .double(norm.epsilon),
        "useScale": .bool(norm.usesScale), "useBias": .bool(norm.usesBias),
        "wide": .bool(norm.isWide),
      ]
    case .lstmCell, .complexAbs: [:]
    case .attention(let attention):
      [
        "past": .int(attention.past), "future": .int(attention.future),
        "offset": .int(attention.offset), "softCap": .double(attention.softCap),
        "zeroFullyMasked": .bool(attention.zerosFullyMasked), "hasBias": .bool(attention.hasBias),
        "sliding": .bool(attention.isSliding),
      ]
    case .gradientClipping(let limit): ["clipValue": .double(limit)]
    }
  }

  /// The composite of this name and these attributes; nil if none is known or an attribute is missing.
  public init?(name: String, attributes: [String: CompositeOp.Attribute]) {
    func int(_ key: String) -> Int? {
      guard case .int(let value) = attributes[key] else { return nil }
      return value
    }
    func double(_ key: String) -> Double? {
      guard case .double(let value) = attributes[key] else { return nil }
      return value
    }
    func bool(_ key: String) -> Bool? {
      guard case .bool(let value) = attributes[key] else { return nil }
      return value
    }
    func norm() -> NormalizationAttributes? {
      guard case .ints(let axes) = attributes["axes"], let epsilon = double("epsilon"),
        let scale = bool("useScale"), let bias = bool("useBias"), let wide = bool("wide")
      else { return nil }
      return NormalizationAttributes(
        axes: axes, epsilon: epsilon, usesScale: scale, usesBias: bias, isWide: wide)
    }
    func attention() -> AttentionAttributes? {
      guard let past = int("past"), let future = int("future"), let offset = int("offset"),
        let softCap = double("softCap"), let zeros = bool("zeroFullyMasked"),
        let hasBias = bool("hasBias"), let isSliding = bool("sliding")
      else { return nil }
      return AttentionAttributes(
        past: past, future: future, offset: offset, softCap: softCap, zerosFullyMasked: zeros,
        hasBias: hasBias, isSliding: isSliding)
    }
    let known: KnownComposite? =
      switch name {
      case "softmax": int("axis").map { .softmax(axis: $0) }
      case "rmsNorm": norm().map { .rmsNorm($0) }
      case "layerNorm": norm().map { .layerNorm($0) }
      case "lstmCell": .lstmCell
      case "attention": attention().map { .attention($0) }
      case "complexAbs": .complexAbs
      case "gradientClipping": double("clipValue").map { .gradientClipping(limit: $0) }
      default: nil
      }
    guard let known else { return nil }
    self = known
  }
}

extension CompositeOp {
  /// What this is, if it is a known composite.
  public var known: KnownComposite? { KnownComposite(name: name, attributes: attributes) }
}

import Layers
import Tensors
import Weights

/// Names and layouts that the original's TensorFlow library gives to parameters: the one table that loading
/// weights and conformance go by.
enum ParameterAliases {
  /// Layers whose own name is no scope there.
  private static let scopeless: Set<String> = ["Skip", "Autoregressive"]

  /// Names that differ, of parameters of these layers.
  private static let names: [(layers: Set<String>, name: String, alias: String)] = [
    (normalizations, "scale", "gamma"),
    (normalizations, "bias", "beta"),
    (["BatchNormalization"], "mean", "moving_mean"),
    (["BatchNormalization"], "var", "moving_variance"),
    (["Conv1D", "Conv2D", "Conv1DTranspose"], "kernel", "weight_norm/v"),
    (["Conv1D", "Conv2D", "Conv1DTranspose"], "kernel", "v"),
    (["Conv1D", "Conv2D", "Conv1DTranspose"], "scale", "weight_norm/g"),
    (["Conv1D", "Conv2D", "Conv1DTranspose"], "scale", "g"),
    (["Snake"], "alpha_log", "alpha"),
    (["Snake"], "beta_log", "beta"),
    (["Embedding", "EmbeddingTranspose"], "embedding", "embeddings"),
    (["GmmAttention"], "hidden/kernel", "gmm_mlp_hidden/kernel"),
    (["GmmAttention"], "hidden/bias", "gmm_mlp_hidden/bias"),
    (["GmmAttention"], "output/kernel", "gmm_mlp_output/kernel"),
    (["GmmAttention"], "output/bias", "gmm_mlp_output/bias"),
  ]

  private static let normalizations: Set<String> = [
    "LayerNormalization", "RMSNormalization", "BatchNormalization", "GroupNormalization",
  ]

  /// Layers whose kernels and biases are kept flat there.
  private static let flat: Set<String> = [
    "DenseShaped", "EinsumDense", "StyleToken", "GmmAttention",
  ]

  /// Everything under which a file may hold a parameter beside its own name; `copies` lead its shape there.
  static func aliases(of spec: ParameterSpec, copies: [Int]) -> [WeightAlias] {
    let layer = spec.scopes.last?.layer ?? ""
    let scopes = spec.scopes.map(\.element)
    let plain = spec.scopes.filter { !scopeless.contains($0.layer) }.map(\.element)
    let others = names.filter { $0.layers.contains(layer) && spec.name.isNamed($0.name) }
      .map { spec.name.named($0.alias, insteadOf: $0.name) }
    let layouts = [thirds(of: spec, layer, copies: copies), .rowMajor].compactMap { $0 }
    var result: [WeightAlias] = []
    for scope in [scopes, plain] {
      for name in [spec.name] + others {
        let path = LayerPath.withoutCopies((scope + [name]).reduce("", LayerPath.join))
        for layout in layouts where layout != .rowMajor || mayMerge(layer, path, spec) {
          let alias = WeightAlias(
            path: "\(spec.collection.rawValue)/\(path)", layout: layout)
          if !result.contains(alias) { result.append(alias) }
        }
      }
    }
    return result
  }

  /// Under another name a parameter has the same shape, or is kept flat; under its own name only the latter
  /// differs.
  private static func mayMerge(_ layer: String, _ path: String, _ spec: ParameterSpec) -> Bool {
    flat.contains(layer) || path != LayerPath.withoutCopies(spec.path)
  }

  /// The components of a mixture are kept there as all weights, then all offsets, then all variances.
  private static func thirds(
    of spec: ParameterSpec, _ layer: String, copies: [Int]
  ) -> WeightLayout? {
    guard layer == "GmmAttention", spec.name.hasPrefix("output/") else { return nil }
    let outer = copies + Array(spec.shape.dropLast(2))
    let count = spec.shape[spec.shape.count - 2]
    let lead: Shape = spec.name == "output/bias" ? copies + [1, 1] + spec.shape.dropLast(2) : outer
    let axes = Array(outer.indices) + [outer.count + 1, outer.count]
    return .transposed(file: lead + [3 * count], parts: outer + [3, count], axes: axes)
  }
}

extension String {
  /// Whether a path is a name or ends with it.
  fileprivate func isNamed(_ name: String) -> Bool { self == name || hasSuffix("/" + name) }

  /// The path with another last part.
  fileprivate func named(_ alias: String, insteadOf name: String) -> String {
    String(dropLast(name.count)) + alias
  }
}

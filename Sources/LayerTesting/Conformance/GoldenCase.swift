package import Layers
import Notation
package import Runtime
package import Serialization
package import Tensors
package import Weights

/// One conformance case: a layer, its input, and what the original computed.
package struct GoldenCase: Sendable {
  /// `family/case`.
  package let name: String
  /// The family of layers.
  package let family: String
  /// The layer.
  package let layer: any SequenceLayer
  /// Static facts and tolerances.
  package let facts: JSONValue
  /// Inputs, parameters and expected results.
  package let data: Safetensors

  /// How many timesteps its input has.
  var time: Int { facts["time"]?.integer ?? 0 }

  /// Reads the case in `folder/name`.
  ///
  /// - Throws: the error of the file that cannot be read, or of the layer that cannot be made.
  package init(folder: String, name: String, registry: LayerRegistry = .builtIn) throws {
    self.name = name
    family = String(name.prefix { $0 != "/" })
    // The manifest may come from anybody.
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
      throw WeightError(
        .badHeader, path: "\(folder)/manifest.json", found: "the case \"\(name)\"",
        expected: "family/case, folders below that of the manifest")
    }
    let path = "\(folder)/\(name)"
    facts = try JSONValue.parse(try ByteFile(path: "\(path)/case.json").readAll())
    data = try Safetensors(path: "\(path)/data.safetensors")
    let text = PlainText.decoded(try ByteFile(path: "\(path)/spec.textproto").readAll())
    let notation = LayerNotation(registry: registry)
    layer = try registry.makeLayer(try notation.read(text, as: .text).spec)
  }

  /// A tensor of the case in its logical dtype, or nil.
  ///
  /// - Throws: `WeightError` `.mismatch` if it cannot be of that dtype.
  package func tensor(_ name: String) throws -> Tensor? {
    guard data.entry(name) != nil else { return nil }
    let stored = try data.tensor(name)
    switch facts["logical_dtypes"]?[name]?.string {
    case "complex64":
      guard stored.dtype == .float32, stored.shape.last == 2 else {
        throw WeightError(
          .mismatch, path: "\(self.name): \(name)",
          found: "complex values in \(stored.dtype.name) \(stored.shape.shapeText)",
          expected: "float32 with a last axis of 2: real and imaginary part")
      }
      return Tensor(.complex64, shape: Array(stored.shape.dropLast())) { target in
        stored.withUnsafeBytes { target.copyBytes($0) }
      }
    case let dtypeName?:
      guard let dtype = DType(name: dtypeName) else {
        throw WeightError(
          .mismatch, path: "\(self.name): \(name)", found: "the logical dtype \(dtypeName)",
          expected: DType.allCases.map(\.name).joined(separator: ", "))
      }
      return stored.converted(to: dtype)
    case nil: return stored
    }
  }

  /// A sequence of the case: `<name>.values` with `<name>.mask`.
  package func sequence(_ name: String) throws -> SequenceTensor? {
    guard let values = try tensor("\(name).values") else { return nil }
    guard let mask = try tensor("\(name).mask") else { return try SequenceTensor(values: values) }
    return try SequenceTensor(values: values, mask: mask)
  }

  /// The constants of the case.
  package func constants() throws -> Constants {
    var result: Constants = [:]
    for member in facts["constants"]?.members ?? [] {
      let name = member.name
      if member.value["kind"]?.string == "array" {
        guard let values = try tensor("constants/\(name).values") else { continue }
        result[name] = .array(values)
      } else {
        guard let sequence = try sequence("constants/\(name)") else { continue }
        let isStreamed = member.value["streamed"] == .bool(true)
        result[name] = isStreamed ? .streamed(sequence) : .sequence(sequence)
      }
    }
    return result
  }

  /// The layer with the parameters of the case; the input is one of its own.
  package func model() throws -> (model: Model, input: SequenceTensor, constants: Constants)? {
    guard let input = try sequence("input") else { return nil }
    let constants = try constants()
    let model = try Model(
      layer, input: input.channelSpec, constants: constants.specs, time: input.time)
    try model.load(try weights())
    return (model, input, constants)
  }

  /// The parameters and statistics of the case, under their names in files.
  package func weights() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for name in data.names where name.hasPrefix("params/") || name.hasPrefix("batch_stats/") {
      result[name] = try tensor(name)
    }
    return result
  }
}

extension JSONValue {
  /// A number, whole or not.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    case .null, .bool, .string, .array, .object: nil
    }
  }
}

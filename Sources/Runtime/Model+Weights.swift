import Layers
public import Tensors
public import Weights

// Parameters in files.
extension Model {
  /// All parameters under their names in files, copies of repeated layers stacked.
  public var fileTensors: [String: Tensor] {
    ParameterFile(parameterSpecs).arrays { self[parameter: $0.path] }
  }

  /// The names, shapes and dtypes that a weights file must hold.
  public var weightRequests: [WeightRequest] {
    ParameterFile(parameterSpecs).entries.map { entry in
      WeightRequest(
        path: entry.name, shape: entry.shape, dtype: entry.specs[0].dtype,
        aliases: ParameterAliases.aliases(of: entry.specs[0], copies: entry.copies))
    }
  }

  /// Takes parameters from tensors under their names in files, or under those of the original's TensorFlow library.
  ///
  /// - Throws: ``RuntimeError`` `.invalidWeights` naming every missing and wrong-shaped tensor; then
  ///   nothing has changed.
  public func load(_ tensors: [String: Tensor]) throws(RuntimeError) {
    let file = ParameterFile(parameterSpecs)
    var found: [String: Tensor] = [:]
    let requests = weightRequests
    let sources = requests.sources { tensors[$0]?.shape }
    let problems = requests.compactMap { request -> String? in
      if let source = sources[request.path] {
        let tensor = tensors[source.name]
        found[request.path] =
          source.layout.map { layout in
            tensor.map { layout.parameter(from: $0, shape: request.shape) }
          } ?? tensor
        return nil
      }
      guard let tensor = tensors[request.path] else { return "\(request.path) is missing" }
      return "\(request.path) is \(tensor.shape.shapeText), not \(request.shape.shapeText)"
    }
    guard problems.isEmpty else {
      throw RuntimeError(
        .invalidWeights, found: problems.joined(separator: "; "), expected: "all parameters")
    }
    for (path, value) in file.parameters(found) { self[parameter: path] = value }
  }

  /// Takes parameters from a file in the original's names.
  ///
  /// - Returns: the report, with the tensors of the file that no parameter uses.
  /// - Throws: ``WeightError`` with everything missing and wrong-shaped at once.
  @discardableResult
  public func load(_ file: Safetensors) throws -> WeightReport {
    let (tensors, report) = try file.tensors(for: weightRequests)
    try load(tensors)
    return report
  }
}

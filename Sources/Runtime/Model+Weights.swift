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
      WeightRequest(path: entry.name, shape: entry.shape, dtype: entry.specs[0].dtype)
    }
  }

  /// Takes parameters from tensors under their names in files.
  ///
  /// - Throws: ``RuntimeError`` `.invalidWeights` naming every missing and wrong-shaped tensor; then
  ///   nothing has changed.
  public func load(_ tensors: [String: Tensor]) throws(RuntimeError) {
    let file = ParameterFile(parameterSpecs)
    let problems = file.entries.compactMap { entry -> String? in
      guard let tensor = tensors[entry.name] else { return "\(entry.name) is missing" }
      guard tensor.shape == entry.shape else {
        return "\(entry.name) is \(tensor.shape.shapeText), not \(entry.shape.shapeText)"
      }
      return nil
    }
    guard problems.isEmpty else {
      throw RuntimeError(
        .invalidWeights, found: problems.joined(separator: "; "), expected: "all parameters")
    }
    for (path, value) in file.parameters(tensors) { self[parameter: path] = value }
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

package import Layers

extension LayerTrace {
  /// The trace of a step with mistakes put in, one after the other; those that it has no place for are left out.
  ///
  /// - Precondition: the trace shows what layers give.
  /// - Throws: what finishing a program throws.
  package func seeding(_ faults: [StepFault]) throws -> LayerTrace {
    var result = self
    for (number, fault) in faults.enumerated() where fault.obstacle(in: result) == nil {
      guard let layer = FaultedLayer(fault, result) else { continue }
      var rewrite = FaultRewrite(layer, result, number: number)
      result = try rewrite.trace()
    }
    return result
  }
}

package import LayerTesting
import Layers
package import Runtime
import Tensors

extension Session {
  /// What verification finds out about the stack, run on the session's input with its constants, weights
  /// and faults; `constants` take the place of those of the session.
  package func contractReport(
    _ verifier: ContractVerifier = ContractVerifier(), constants given: Constants = [:]
  ) throws -> ContractReport {
    if !given.isEmpty {
      var document = self.document
      document.constants.merge(given) { _, new in new }
      try commit(document, as: "constants")
    }
    let run = try requireRun()
    // A model of its own: a verification runs it in other ways than the session does.
    let model = try Model(
      run.model.layer, input: run.model.input, constants: run.constants.specs,
      seed: document.seed, time: run.input.time)
    for (path, value) in document.parameters { model[parameter: path] = value }
    model.training = document.training
    model.stepTraceRewrite = document.stepRewrite(blockSize: model.blockSize)
    return try verifier.verify(
      model, run.input, constants: run.constants, options: RunOptions(cancel: cancel),
      progress: tell)
  }
}

package import Export
import Layers
import Notation
package import Runtime
import Tensors

extension Session {
  /// The model of the session for other runtimes, checked on the first rows of the session's input and with
  /// its constants.
  ///
  /// Faults are not exported. `change` says what is requested besides.
  ///
  /// - Throws: ``CommandError`` without a stack or input; what ``Model/exported(_:)`` throws.
  package func exportModel(
    batch: Int, time: Int?, version: String, change: (inout ExportRequest) -> Void
  ) throws -> ExportModel {
    let run = try requireRun()
    let rows = (0..<batch).map { run.input.batch > 0 ? $0 % run.input.batch : 0 }
    let constants = run.constants.mapValues { $0.rows(rows) }
    let longest = Self.exportedBlocks * run.model.blockSize
    let length = time ?? min(max(run.input.time, run.model.blockSize), longest)
    try memory.require(
      ([batch, length] + run.input.channelShape).byteCount(of: run.input.values.dtype),
      for: "the input of an export")
    let x = run.input.rows(rows).timesteps(0..<length)
    let model = try Model(
      run.model.layer, input: x.channelSpec, constants: constants.specs,
      parameters: document.parameters, seed: document.seed, time: x.time, memory: memory)
    for (path, value) in document.parameters { model[parameter: path] = value }
    model.training = document.training
    var request = ExportRequest(
      input: x, constants: constants,
      spec: notation.text(try spec(of: run.model.layer)))
    request.version = version
    request.numerics = NumericsVersion.current
    change(&request)
    return try model.exported(request)
  }

  /// How many blocks the function of the whole sequence gets where its length is not given.
  private static let exportedBlocks = 64
}

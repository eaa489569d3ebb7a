import Execution
import Programs
import Tensors

extension MemoryError {
  /// The error with the value of a program that takes most, and the layer that it belongs to.
  func naming(_ program: Program) -> MemoryError {
    func size(_ type: ValueType) -> Int { type.shape.byteCount(of: type.dtype) }
    var largest: (type: ValueType, path: String)?
    for instruction in program.instructions {
      for result in instruction.results
      where size(program[result]) > largest.map({ size($0.type) }) ?? 0 {
        largest = (program[result], program.scopes[instruction.scope])
      }
    }
    guard let largest else { return self }
    var error = self
    let owner = largest.path.isEmpty ? "." : largest.path
    error.path += ", whose largest value is \(largest.type) of \(owner)"
    return error
  }
}

extension Executor.Completion {
  /// - Throws: ``RuntimeError`` `.cancelled`, or ``MemoryError``, where a run did not finish.
  func requireFinished() throws {
    switch self {
    case .finished: return
    case .cancelled: throw Model.cancelled
    case .outOfMemory(let error): throw error
    }
  }
}

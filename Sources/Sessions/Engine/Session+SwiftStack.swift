package import Layers
import Notation

extension Session {
  /// Takes a stack made in Swift, whose layers may be unknown to every notation.
  ///
  /// A stack that has a notation is taken as if it had been typed. Of any other nothing is recorded,
  /// because a session file could not name it, and commands that edit it are refused with the reason;
  /// everything else works.
  package func take(_ layer: any SequenceLayer) -> Outcome {
    if let spec = try? self.spec(of: layer) {
      let typed = perform("stack \(notation.swift(spec, width: .max))")
      if typed.error == nil { return typed }
    }
    recorder = nil
    do {
      var document = self.document
      document.layer = layer
      document.parameters = [:]
      document.faults = []
      try commit(document, as: "stack", restart: true)
      let note = "made in Swift without a notation: it runs, but is not recorded"
      return Outcome(lines: [note] + stackSummary, error: nil, status: 0)
    } catch {
      return Outcome(lines: [], error: CommandError(error), status: 3)
    }
  }
}

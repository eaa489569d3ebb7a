/// How far reading and comparing two traces has come.
package struct TraceProgress: Hashable, Sendable {
  package enum Stage: String, Hashable, Sendable {
    case reading = "reading array"
    case comparing = "comparing place"
    case causes = "testing causes"
  }

  package let stage: Stage
  package let done: Int
  package let total: Int

  init(_ stage: Stage, _ done: Int, of total: Int) {
    (self.stage, self.done, self.total) = (stage, done, total)
  }
}

/// Told of progress between any two pieces of work; what it throws ends the work.
///
/// A ``TraceStop`` leaves what was compared so far.
package typealias TraceWatch = (TraceProgress) throws -> Void

/// Ends comparing two traces, with the places that were compared by then.
package struct TraceStop: Error {
  package init() {}
}

import Layers
import Runtime
import Tensors

// Looking for steps at which something holds or changes.
extension Session {
  /// The last position before `end`, and behind the start, for which `matches` says so; nil where there is
  /// none.
  ///
  /// Steps are made again from checkpoint to checkpoint, the last first; where the session stands does not
  /// change. `prime` sees the moment from which a stretch begins.
  func lastPosition(
    before end: Int, prime: (StepMoment) throws -> Void, matches: (StepMoment) throws -> Bool
  ) throws -> Int? {
    let (run, _) = try requireSteps()
    guard let trace = run.trace, let layout = trace.layout, end > 1 else { return nil }
    _ = try layerWise(run)
    let runner = try trace.freshRunner()
    // The first position that was looked at already.
    var known = end
    while known > 1 {
      guard let (start, checkpoint) = trace.checkpoints.last(upTo: known - 2) else { return nil }
      try runner.restore(checkpoint, at: start)
      let moment = StepMoment(run, trace, layout, runner)
      try moment.follow()
      try prime(moment)
      var found: Int?
      while runner.position < known - 1 {
        try goOn(end - known + runner.position - start, of: end)
        let step = runner.position
        _ = trace.take(try runner.step(cancel: cancel) {}, step: step)
        try moment.follow()
        if try matches(moment) { found = runner.position }
      }
      if let found { return found }
      known = start + 1
    }
    return nil
  }

  /// The last position before the present one at which a watch changes; nil where there is none.
  func lastChange(of watch: BoundWatch) throws -> Int? {
    var before: UInt64?
    return try lastPosition(before: position) { moment in
      try watch.prime(moment)
      before = try watch.value(moment)
    } matches: { moment in
      let now = try watch.value(moment)
      defer { before = now }
      return before != nil && now != nil && before != now
    }
  }

  /// Goes on to the next position at which a watch changes; false, and back at the start, where there is
  /// none.
  func goToNextChange(of watch: BoundWatch) throws -> Bool {
    let (run, plan) = try requireSteps()
    guard let trace = run.trace, let runner = run.runner, let layout = try run.requireLayout(cancel)
    else { return false }
    _ = try layerWise(run)
    let start = position
    let moment = StepMoment(run, trace, layout, runner)
    try moment.follow()
    try watch.prime(moment)
    var before = try watch.value(moment)
    var isFound = false
    try go(run, to: plan.lastStep) {
      try moment.follow()
      let now = try watch.value(moment)
      isFound = before != nil && now != nil && before != now
      before = now
      return isFound
    }
    guard !isFound, !context.wasStopped else { return true }
    try go(run, to: start)
    return false
  }

  /// The position behind the first step in which a layer differs, and that layer; makes and compares all
  /// steps if need be, and leaves the position where that ends.
  func firstDifference() throws -> (path: String, step: Int)? {
    let (run, plan) = try requireSteps()
    _ = try layerWise(run)
    if let comparison = try run.readyComparison(), let known = comparison.firstDifference {
      return known
    }
    let stride = 256
    repeat {
      try go(run, to: min(plan.lastStep, max(position, run.trace?.madeCount ?? 0) + stride))
      _ = try verdict(of: "", tolerance: nil)
      if let known = run.comparison?.firstDifference { return known }
    } while position < plan.lastStep && !context.wasStopped
    return nil
  }
}

import Comparison
import Layers
import Runtime
import Tensors

extension Session {
  /// What an expected array is compared with: the output of its layer so far.
  private func ours(_ expected: Expectation) throws -> SequenceTensor? {
    let run = try requireRun()
    guard !expected.isLayerWise else {
      return try layerWise(run).output(expected.path)
    }
    guard let step = try run.stepWise(expected.path, cancel: cancel) else { return nil }
    return step.timesteps(min(run.latency(expected.path), step.time)..<step.time)
  }

  /// An expected array and ours, moved by a number of timesteps, as far as both reach; `first` is the
  /// timestep of ours at which they begin.
  private func aligned(
    _ expected: Expectation, shift: Int
  ) throws -> (ours: SequenceTensor, expected: SequenceTensor, first: Int)? {
    guard let ours = try ours(expected) else { return nil }
    // Only timesteps that both have count; ours says which of them are valid.
    let first = max(0, -shift)
    let last = max(first, min(ours.time, expected.values.shape[1] - shift))
    let part = ours.timesteps(first..<last)
    let values = expected.values.sliced(time: (first + shift)..<(last + shift))
    return (part, try SequenceTensor(values: values, mask: part.mask), first)
  }

  /// What rounding explains beside a reference of a framework that sums in another order.
  private func budget(_ expected: Expectation) throws -> ErrorBudget {
    let run = try requireRun()
    let theirs = expected.values.dtype
    let ours = try layerWise(run).spec(expected.path)?.dtype ?? theirs
    return run.errorBudget(expected.path, ValueDifference.coarser(theirs, ours))
  }

  /// An expected array against ours, moved by a number of timesteps.
  func verdict(_ expected: Expectation, shift: Int, tolerance: Tolerance?) throws -> Verdict {
    let budget = try budget(expected)
    guard let (ours, wanted, first) = try aligned(expected, shift: shift) else {
      let whole = try SequenceTensor(values: expected.values)
      return Verdict(step: nil, layer: whole, tolerance: tolerance, budget: budget)
    }
    var verdict = Verdict(step: ours, layer: wanted, tolerance: tolerance, budget: budget)
    verdict.first?.time += first
    return verdict
  }

  /// What explains the differences of ours from an expected array, moved by a number of timesteps;
  /// nil where there is nothing to compare.
  func comparison(
    _ expected: Expectation, shift: Int, tolerance: Tolerance? = nil
  ) throws -> ArrayComparison? {
    guard let (ours, wanted, first) = try aligned(expected, shift: shift) else { return nil }
    let budget = try budget(expected)
    // Timesteps are given in the time of ours.
    let (moved, own) = (wanted.delayed(by: first), ours.delayed(by: first))
    return try? ArrayComparison(
      offline: moved.values, stream: own.values, offlineMask: own.mask, streamMask: own.mask,
      options: ArrayComparison.Options(
        tolerance: tolerance, precision: budget.dtype, terms: budget.terms, depth: budget.depth,
        names: .reference))
  }

  /// Lines for every expected array.
  func expectedLines(_ tolerance: Tolerance?) throws -> [String] {
    guard !document.expectations.isEmpty else {
      throw CommandError(
        .notReady, found: "nothing is expected", suggestion: "expect FILE at PATH")
    }
    return try document.expectations.flatMap { try lines($0, tolerance) }
  }

  private func lines(_ expected: Expectation, _ tolerance: Tolerance?) throws -> [String] {
    let name = "\(expected.place) against \(expected.file)"
    func text(_ shift: Int) throws -> String {
      try verdict(expected, shift: shift, tolerance: tolerance)
        .text(ours: "ours", other: "expected")
    }
    func findings(_ shift: Int) throws -> [String] {
      let comparison = try comparison(expected, shift: shift, tolerance: tolerance)
      guard let comparison, comparison.verdict == .differ else { return [] }
      return comparison.findings.map { "  " + $0 }
    }
    guard !expected.isConfirmed else {
      let moved = expected.shift == 0 ? "" : " (shift \(expected.shift))"
      return ["\(name)\(moved)  \(try text(expected.shift))"] + (try findings(expected.shift))
    }
    let unmoved = "\(name)  \(try text(0))"
    let moved =
      "\(name), shift \(expected.shift) if you confirm it  \(try text(expected.shift))"
    return [unmoved, moved] + (try findings(expected.shift)) + ["confirm with: expect confirm"]
  }

  /// Whether every expected array is what came out so far.
  func meetsExpectations(_ tolerance: Tolerance?) throws -> Bool {
    try document.expectations.allSatisfy { expected in
      let shift = expected.isConfirmed ? expected.shift : 0
      return try verdict(expected, shift: shift, tolerance: tolerance).isEqual
    }
  }
}

extension Expectation {
  /// What it has where a layer has one of its timesteps, moved by the shift if that is confirmed; nil beyond
  /// its ends.
  package func value(row: Int, time: Int, channel: Int) -> Double? {
    let place = time + (isConfirmed ? shift : 0)
    let (count, channels) = (values.shape[1], values.shape.dropFirst(2).reduce(1, *))
    guard (0..<values.shape[0]).contains(row), (0..<count).contains(place) else { return nil }
    return values.double(at: (row * count + place) * channels + channel)
  }
}

extension SequenceTensor {
  /// The sequences behind so many invalid timesteps.
  fileprivate func delayed(by count: Int) -> SequenceTensor {
    guard count > 0 else { return self }
    // What lies behind the end is invalid.
    let gap = timesteps(time..<time + count)
    return SequenceTensor.concatenate([gap, self])
  }
}

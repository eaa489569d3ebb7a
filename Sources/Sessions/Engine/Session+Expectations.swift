import Layers
import Runtime
import Tensors

extension Session {
  /// What an expected array is compared with: the output of its layer so far.
  private func ours(_ expected: Expectation) throws -> SequenceTensor? {
    let run = try requireRun()
    guard !expected.isLayerWise else {
      return try layerWise(run).taps[expected.path]
    }
    guard let step = run.stepWise(expected.path) else { return nil }
    return step.timesteps(min(run.latency(expected.path), step.time)..<step.time)
  }

  /// An expected array against ours, moved by a number of timesteps.
  func verdict(_ expected: Expectation, shift: Int, tolerance: Double) throws -> Verdict {
    let time = expected.values.shape[1]
    guard let ours = try ours(expected) else {
      return Verdict(
        step: nil, layer: try SequenceTensor(values: expected.values), tolerance: tolerance)
    }
    // Only timesteps that both have count; ours says which of them are valid.
    let first = max(0, -shift)
    let last = max(first, min(ours.time, time - shift))
    let part = ours.timesteps(first..<last)
    let values = expected.values.sliced(time: (first + shift)..<(last + shift))
    let aligned = try SequenceTensor(values: values.converted(to: .float64), mask: part.mask)
    var verdict = Verdict(step: part, layer: aligned, tolerance: tolerance)
    verdict.first?.time += first
    return verdict
  }

  /// Lines for every expected array.
  func expectedLines(_ tolerance: Double) throws -> [String] {
    guard !document.expectations.isEmpty else {
      throw CommandError(
        .notReady, found: "nothing is expected", suggestion: "expect FILE at PATH")
    }
    return try document.expectations.flatMap { try lines($0, tolerance) }
  }

  private func lines(_ expected: Expectation, _ tolerance: Double) throws -> [String] {
    let name = "\(expected.place) against \(expected.file)"
    func text(_ shift: Int) throws -> String {
      try verdict(expected, shift: shift, tolerance: tolerance)
        .text(ours: "ours", other: "expected")
    }
    guard !expected.isConfirmed else {
      let moved = expected.shift == 0 ? "" : " (shift \(expected.shift))"
      return ["\(name)\(moved)  \(try text(expected.shift))"]
    }
    return [
      "\(name)  \(try text(0))",
      "\(name), shift \(expected.shift) if you confirm it  \(try text(expected.shift))",
      "confirm with: expect confirm",
    ]
  }

  /// Whether every expected array is what came out so far.
  func meetsExpectations(_ tolerance: Double) throws -> Bool {
    try document.expectations.allSatisfy { expected in
      let shift = expected.isConfirmed ? expected.shift : 0
      return try verdict(expected, shift: shift, tolerance: tolerance).isEqual
    }
  }
}

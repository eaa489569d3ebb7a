import Comparison
import Layers
import Runtime
import Tensors

// What stands in the state between steps.
extension ContractRun {
  /// Behind equal blocks stand states that go on alike.
  ///
  /// A state may hold what nothing depends on any more, such as the keys of invalid timesteps. So a
  /// difference counts if steps on valid input show it, and the leaf is named by which they do.
  mutating func checkStates() throws {
    let block = model.layer.blockSize
    let count = max(4, (input.time + model.layer.inputLatency + block - 1) / block)
    let rest = try ContractProbe.validTimesteps(ContractProbe.length(model.layer), like: input)
    let given = constants.mapValues { $0.repeated(to: count * block + rest.time) }
    func advanced(_ schedule: BlockSchedule) throws -> StreamSnapshot {
      let stream = try model.makeStream(batch: input.batch, constants: given)
      var (done, turn) = (0, 0)
      while done < count {
        let blocks = min(schedule.blocks[turn % schedule.blocks.count], count - done)
        let part = input.timesteps((done * block)..<((done + blocks) * block))
        _ = try stream.step(part, options: watch.options, exact: true, progress: watch.tick)
        (done, turn) = (done + blocks, turn + 1)
      }
      return stream.snapshot()
    }
    func outputs(after state: StreamSnapshot) throws -> SequenceTensor {
      let stream = try model.makeStream(batch: input.batch, constants: given)
      try stream.restore(state)
      let blocks = stride(from: 0, to: rest.time, by: block).map { $0..<($0 + block) }
      return .concatenate(
        try blocks.map {
          try stream.step(rest.timesteps($0), options: watch.options, progress: watch.tick).y
        })
    }
    begin(.state)
    let want = try advanced(BlockSchedule())
    for schedule in settings.schedules {
      let got = try advanced(schedule)
      let differences = zip(got.values, want.values).enumerated().compactMap { leaf, pair in
        difference(pair.0, pair.1).map { (leaf: leaf, worst: $0) }
      }
      guard !differences.isEmpty else { continue }
      let continued = try outputs(after: want)
      func shows(_ state: StreamSnapshot) throws -> Bool {
        let other = try outputs(after: state)
        return ArrayComparison.difference(got: other, want: continued, tolerance) != nil
      }
      guard try shows(got) else { continue }
      let culprit = try differences.first { difference in
        var mixed = want
        mixed.values[difference.leaf] = got.values[difference.leaf]
        return try shows(mixed)
      }
      let (leaf, worst) = culprit ?? differences[0]
      let path = want.leaves[leaf].path
      violate(
        ContractViolation(
          .state, "blocks \(schedule.blocks): \(path) \(worst.text)",
          path: owner(ofState: path), index: worst.index, got: worst.got, want: worst.want))
      return
    }
  }

  private func difference(_ got: Tensor, _ want: Tensor) -> WorstDifference? {
    let size = want.doubles().lazy.filter(\.isFinite).map(abs).max() ?? 0
    let bound = Tolerance(
      relative: settings.relativeTolerance, absolute: settings.absoluteTolerance * max(1, size))
    return ArrayComparison.worst(got: got, want: want, bound)
  }

  /// The innermost layer that a state leaf belongs to.
  private func owner(ofState leaf: String) -> String {
    trace.layers.map(\.path).filter { leaf.hasPrefix($0 + "/") }.max { $0.count < $1.count } ?? ""
  }

  /// After every step a stream leaves its state, goes astray and comes back.
  mutating func checkSavedState() throws {
    begin(.savedState)
    let block = model.layer.blockSize
    let straight = try model.makeStream(batch: input.batch, constants: constants)
    let other = try model.makeStream(batch: input.batch, constants: constants)
    var place = 0
    while place < input.time {
      let part = input.timesteps(place..<(place + block))
      let want = try straight.step(part, options: watch.options, progress: watch.tick).y
      let got = try other.step(part, options: watch.options, progress: watch.tick).y
      if got.rowDigests != want.rowDigests {
        violate(
          ContractViolation(
            .savedState, "the bits differ from timestep \(place) on, after loading a saved state"))
        return
      }
      place += block
      let saved = other.snapshot()
      _ = try other.step(part, options: watch.options, progress: watch.tick)
      try other.restore(saved)
      if other.snapshot().digest != saved.digest {
        violate(
          ContractViolation(.savedState, "a restored state is not the one that was saved"))
        return
      }
    }
  }
}

import Comparison
import Layers
import Runtime
import Tensors

// Values and masks: of the whole sequence, then of steps.
extension ContractRun {
  mutating func checkWhole() throws {
    let (run, plain) = (self, whole)
    begin(.outputSpec)
    if whole.y.channelSpec != model.output {
      violate(
        ContractViolation(
          .outputSpec, "got \(whole.y.channelSpec), announced is \(model.output)"))
    }
    begin(.runTwice)
    if try run.runWhole(input, constants, watch.options).y.rowDigests != plain.y.rowDigests {
      violate(ContractViolation(.runTwice, "two runs differ in their bits"))
    }
    let asItIs: Way = { options in
      options.taps ? try run.runWhole(run.input, run.constants, options) : plain
    }
    if canBePoisoned {
      let noisy = input.filledInvalid(with: .nan)
      let noise = constants.mapValues(\.poisoned)
      try compare(.padding, { try run.runWhole(noisy, noise, $0) }, asItIs)
    }
    let padded = input.padded(by: 4 * model.layer.blockSize)
    let poisoned = canBePoisoned ? padded.filledInvalid(with: .nan) : padded
    let others = constants.mapValues { $0.padded(by: 4 * model.layer.blockSize).poisoned }
    try compare(.padding, { try run.runWhole(poisoned, others, $0) }, asItIs)
    try compare(
      .intermediatePadding,
      { options in
        var options = options
        options.poisonsInvalid = true
        return try run.runWhole(run.input, run.constants, options)
      }, asItIs)
    let order = Array((0..<input.batch).reversed())
    if try drawsAtRandom() {
      skip(.rowOrder, "random draws belong to the place of a row")
    } else {
      try compare(
        .rowOrder,
        { options in
          let turned = run.constants.mapValues { $0.rows(order) }
          return try run.runWhole(run.input.rows(order), turned, options).rows(order)
        }, asItIs)
      try compare(.batching, { try run.amongGarbage(run.runWhole, $0) }, asItIs)
    }
  }

  mutating func checkSteps() throws {
    let (run, plain) = (self, whole)
    let asWhole: Way = { options in
      options.taps ? try run.runWhole(run.input, run.constants, options) : plain
    }
    try compare(.step, { try run.runSteps(run.input, run.constants, $0) }, asWhole)
    for schedule in settings.schedules {
      try compare(
        .blocks, note: "blocks \(schedule.blocks)",
        { try run.runSteps(run.input, run.constants, $0, schedule: schedule) }, asWhole)
    }
    let poisoned = canBePoisoned ? input.filledInvalid(with: .nan) : input
    try compare(
      .stepPadding,
      { options in
        var options = options
        options.poisonsInvalid = true
        return try run.runSteps(poisoned, run.constants.mapValues(\.poisoned), options)
      }, asWhole)
    if try !drawsAtRandom() {
      try compare(
        .stepBatching,
        { options in
          try run.amongGarbage({ try run.runSteps($0, $1, $2) }, options)
        }, asWhole)
    }
    try checkStates()
    try checkSavedState()
  }

  /// Behind equal blocks stands an equal state, leaf by leaf.
  private mutating func checkStates() throws {
    let block = model.layer.blockSize
    let count = max(4, (input.time + model.layer.inputLatency + block - 1) / block)
    func state(_ schedule: BlockSchedule) throws -> StreamSnapshot {
      let stream = try model.makeStream(batch: input.batch, constants: constants)
      var (done, turn) = (0, 0)
      while done < count {
        let blocks = min(schedule.blocks[turn % schedule.blocks.count], count - done)
        let part = input.timesteps((done * block)..<((done + blocks) * block))
        _ = try stream.step(part, exact: true)
        (done, turn) = (done + blocks, turn + 1)
      }
      return stream.snapshot()
    }
    begin(.state)
    let want = try state(BlockSchedule())
    for schedule in settings.schedules {
      let got = try state(schedule)
      for (leaf, pair) in zip(want.leaves, zip(got.values, want.values)) {
        let size = pair.1.doubles().lazy.filter(\.isFinite).map(abs).max() ?? 0
        let bound = Tolerance(
          relative: settings.relativeTolerance, absolute: settings.absoluteTolerance * max(1, size))
        guard let worst = ArrayComparison.worst(got: pair.0, want: pair.1, bound) else { continue }
        violate(
          ContractViolation(
            .state, "blocks \(schedule.blocks): \(leaf.path) \(worst.text)",
            path: try owner(ofState: leaf.path), index: worst.index, got: worst.got,
            want: worst.want))
        return
      }
    }
  }

  /// The innermost layer that a state leaf belongs to.
  private func owner(ofState leaf: String) throws -> String {
    try layerPaths().filter { leaf.hasPrefix($0 + "/") }.max { $0.count < $1.count } ?? ""
  }

  /// After every step a stream leaves its state, goes astray and comes back.
  private mutating func checkSavedState() throws {
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

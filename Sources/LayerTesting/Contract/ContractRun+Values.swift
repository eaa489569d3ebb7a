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
    for poison in Poison.kinds(for: input) {
      let noisy = input.poisoned(poison)
      let noise = constants.mapValues(\.poisoned)
      try compare(.padding, { try run.runWhole(noisy, noise, $0) }, asItIs)
    }
    let more = 4 * model.layer.blockSize
    for poison in Poison.kinds(for: input) {
      let longer = input.padded(by: more).poisoned(poison)
      let others = constants.mapValues { $0.padded(by: more).poisoned }
      try compare(
        .padding, hasMorePadding: true, { try run.runWhole(longer, others, $0) }, asItIs)
    }
    try compare(
      .intermediatePadding,
      { options in
        var options = options
        options.poisonsInvalid = true
        return try run.runWhole(run.input, run.constants, options)
      }, asItIs)
    let order = Array((0..<input.batch).reversed())
    if drawsAtRandom {
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
    for poison in Poison.kinds(for: input) {
      try compare(
        .stepPadding,
        { options in
          var options = options
          options.poisonsInvalid = true
          let noise = run.constants.mapValues(\.poisoned)
          return try run.runSteps(run.input.poisoned(poison), noise, options)
        }, asWhole)
    }
    if !drawsAtRandom {
      try compare(
        .stepBatching,
        { options in
          try run.amongGarbage({ try run.runSteps($0, $1, $2) }, options)
        }, asWhole)
    }
    try checkStates()
    try checkSavedState()
  }
}

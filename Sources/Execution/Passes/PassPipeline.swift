package import Programs

/// The passes that make a schedule of a program, in order.
package enum PassPipeline {
  private static let passes: [any SchedulePass] = [
    KeepPreparedResults(), FuseAddends(), FuseMasks(), FuseElementwise(), DropUnusedResults(),
    MatchActivations(), PlaceResults(), FuseEpilogues(), TileRows(), Allocate(),
  ]

  /// What each pass is for, from the first to the last.
  package static let descriptions = [Lowering.description] + passes.map(\.description)

  /// Makes the schedule of a program.
  ///
  /// - Precondition: the program is verified, `last` names a pass.
  ///
  /// - Parameters:
  ///   - program: What is to run.
  ///   - options: What the plan keeps.
  ///   - last: The pass to stop behind; nil for the whole.
  ///   - observe: Is given the schedule behind every pass that ran, with the name of the pass.
  ///   - check: Is called now and then and may throw to end it.
  /// - Returns: the schedule behind the last pass that ran.
  /// - Throws: what `check` throws.
  package static func schedule<Failure: Error>(
    _ program: Program, _ options: PlanOptions = PlanOptions(), upTo last: String? = nil,
    observe: (String, Schedule) -> Void = { _, _ in },
    checkingCancellation check: () throws(Failure) -> Void
  ) throws(Failure) -> Schedule {
    let layout = StateLayout(program)
    var schedule = try Lowering.schedule(program, layout, options.kind, check)
    observe(Lowering.description.name, schedule)
    if last == Lowering.description.name { return schedule }
    for pass in passes {
      let name = pass.description.name
      if !pass.isOptimization || options.kind != .debug {
        try check()
        pass.run(&schedule, options)
        observe(name, schedule)
      }
      if last == name { break }
    }
    return schedule
  }

  /// Runs one pass on a schedule, such as one that was read from text.
  ///
  /// - Returns: whether there is a pass of that name.
  package static func run(
    _ name: String, on schedule: inout Schedule, _ options: PlanOptions = PlanOptions()
  ) -> Bool {
    guard let pass = passes.first(where: { $0.description.name == name }) else { return false }
    pass.run(&schedule, options)
    return true
  }
}

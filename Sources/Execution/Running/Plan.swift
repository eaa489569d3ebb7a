public import Programs
import Tensors

/// A program made ready to run: every decision about order, memory and kernels is taken.
///
/// All plans of one program give the same bits, whatever they keep and share.
public final class Plan {
  /// The program.
  public let program: Program
  /// What is kept.
  public let options: PlanOptions
  /// The state that runs need.
  public let stateLayout: StateLayout
  /// The names of the parameters and variables, which runs take from a ``ParameterStore``.
  public let parameterNames: [String]

  /// What is run: tasks on buffers, and where these lie.
  package let schedule: Schedule
  /// Where the arena buffers lie.
  let memory: ArenaLayout
  /// The size of the memory that values share over time.
  package var arenaByteCount: Int { memory.byteCount }
  /// The size of all that a run allocates: what values share, what never changes, and results.
  package let byteCount: Int
  let preparation: KernelList
  let kernels: KernelList
  let commits: KernelList

  /// The number of kernels that one run executes, loops counted once.
  public var instructionCount: Int { kernels.count }

  /// Plans a program.
  ///
  /// - Precondition: the program is verified.
  public convenience init(_ program: Program, _ options: PlanOptions = PlanOptions()) {
    self.init(program, options) { () throws(Never) in }
  }

  /// The same; `checkingCancellation` is called now and then and may throw to end it.
  package convenience init<Failure: Error>(
    _ program: Program, _ options: PlanOptions = PlanOptions(),
    checkingCancellation check: () throws(Failure) -> Void
  ) throws(Failure) {
    let schedule = try PassPipeline.schedule(program, options, checkingCancellation: check)
    self.init(program, options, schedule)
  }

  /// Makes the kernels of a schedule that all passes have rewritten.
  ///
  /// - Precondition: the schedule is of this program, and ``Schedule/verify()`` finds nothing.
  package init(_ program: Program, _ options: PlanOptions, _ schedule: Schedule) {
    guard let memory = schedule.memory else {
      preconditionFailure("The last pass lays the arena out.")
    }
    self.program = program
    self.options = options
    self.schedule = schedule
    self.memory = memory
    stateLayout = StateLayout(program)
    parameterNames = program.inputs.filter { $0.role == .parameter }.map(\.name)
    byteCount = Plan.byteCount(schedule, memory)
    let builder = KernelBuilder(schedule)
    preparation = builder.kernels(of: Schedule.preparation)
    kernels = builder.kernels(of: Schedule.main)
    commits = builder.kernels(of: schedule.commits)
  }

  /// What a run allocates: the arena with its regions, fixed values, and copies of the results that are
  /// not handed over.
  private static func byteCount(_ schedule: Schedule, _ memory: ArenaLayout) -> Int {
    let prepared = schedule.buffers.filter { buffer in
      if case .prepared = buffer.storage { true } else { false }
    }
    let escaping = Set(memory.outputs.map(\.buffer))
    let copied = schedule.values.values.filter { view in
      schedule.buffers[view.buffer].isArena && !escaping.contains(view.buffer)
    }
    let parts =
      [memory.byteCount] + memory.outputs.map(\.byteCount) + prepared.map(\.byteCount)
      + copied.map { $0.shape.byteCount(of: $0.dtype) }
    return parts.reduce(0, Rational.sum)
  }
}

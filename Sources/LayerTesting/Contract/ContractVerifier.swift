import Layers
public import Runtime

/// Verifies that a layer keeps the contract of `SequenceLayer`; it works on any layer, with a config
/// message or without.
///
/// A failure names the check, the first layer (in the order of computation) whose output is not as
/// it should be, row, timestep, channel and both values.
///
/// - Source: the checks of the SequenceLayers report (arXiv 2507.23292), and some of our own.
public struct ContractVerifier: Sendable {
  /// How far values may lie apart; masks must be equal.
  public var relativeTolerance = 1e-5
  /// How far values near 0 may lie apart, in units of the largest value, or of 1 if that is greater.
  public var absoluteTolerance = 1e-6
  /// Numbers of blocks a step that are tried besides one.
  public var schedules: [BlockSchedule] = [BlockSchedule(2), BlockSchedule([1, 3, 2])]
  /// Whether gradients and the receptive field are checked.
  public var checksGradients = true
  /// Whether the checks are made on a made-up input too: longer than the memory of the layers, with full,
  /// gappy and ragged rows.
  public var probes = true

  /// Makes a verifier with the usual tolerances.
  public init() {}

  /// Runs every check on a model and an input.
  ///
  /// - Parameters:
  ///   - model: What is verified.
  ///   - input: What it is run on.
  ///   - constants: What layers are conditioned on.
  ///   - options: Who may stop the verification.
  ///   - progress: Told now and then how many checks are done, of how many.
  /// - Returns: what was checked, what was broken and what was skipped; as far as it came where it was stopped.
  /// - Throws: the error of a layer that cannot be run at all; `RuntimeError` `.cancelled` before the first
  ///   check.
  public func verify(
    _ model: Model, _ input: SequenceTensor, constants: Constants = [:],
    options: RunOptions = RunOptions(), progress: @escaping (Int, Int) -> Void = { _, _ in }
  ) throws -> ContractReport {
    let watch = ContractWatch(options: options, tell: progress)
    var report = try checked(model, input, constants, watch)
    // What went wrong without being traced to a layer may be traced there.
    guard probes, !report.isStopped, report.violations.allSatisfy(\.path.isEmpty),
      let probe = ContractProbe(model, like: input, constants)
    else {
      return report
    }
    do {
      report.add(try checked(model, probe.input, probe.constants, watch))
    } catch let error as LayerError
      where [.invalidInput, .invalidConstant].contains(error.code)
    {
      // Some layers fix the length of their input.
    } catch let error as RuntimeError where error.code == .cancelled {
      report.isStopped = true
    }
    return report
  }

  private func checked(
    _ model: Model, _ input: SequenceTensor, _ constants: Constants, _ watch: ContractWatch
  ) throws -> ContractReport {
    var run = try ContractRun(self, model, input.maskedInvalid(), constants, watch)
    do { try check(&run, model) } catch let error as RuntimeError where error.code == .cancelled {
      run.report.stop()
    }
    return run.report
  }

  private func check(_ run: inout ContractRun, _ model: Model) throws {
    try run.checkWhole()
    if let obstacle = model.layer.stepObstacle {
      for check in [
        ContractCheck.step, .blocks, .stepPadding, .stepBatching, .state, .savedState,
        .stepGradients,
      ] {
        run.skip(check, obstacle)
      }
    } else {
      try run.checkSteps()
    }
    if checksGradients {
      try run.checkGradients()
      try run.checkReceptiveField()
    }
  }
}

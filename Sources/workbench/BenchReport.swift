import Serialization

/// What `workbench bench` found.
struct BenchReport {
  var spec: String
  var batch: Int
  var time: Int
  var blockSize: Int
  var blocksPerStep: Int
  var threads: Int
  var parameters: Int
  /// Timesteps that were stepped through before steps were timed.
  var cacheFill = 0
  /// Nil where the stack cannot step.
  var step: Samples?
  /// Why the stack cannot step.
  var obstacle: String?
  var allocationsPerStep = 0.0
  /// Steps of a session, with everything kept, compared and recorded.
  struct SessionSteps {
    var samples: Samples
    var stepsPerSample: Int
    /// Bare steps that show the outputs of all layers.
    var observed: Samples
    /// How many conditions were checked in every step.
    var conditions: Int

    /// Seconds a step.
    func step(_ share: Double) -> Double { samples.quantile(share) / Double(stepsPerSample) }

    /// How many times a bare step.
    var ratio: Double { step(0.5) / observed.quantile(0.5) }
  }

  /// Nil unless it was requested.
  var session: SessionSteps?
  /// Nil where only steps were requested.
  var layer: Samples?
  var traceMilliseconds = 0.0
  var planMilliseconds = 0.0
  var peakMegabytes = 0.0
  /// Whether Ctrl-C ended it, so that there are fewer runs than requested.
  var isStopped = false

  /// Whether anything was timed.
  var hasMeasured: Bool { step != nil || layer != nil || !isStopped }

  /// The document of `--json`.
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("spec", .string(spec)), .init("batch", .integer(batch)),
      .init("time", .integer(time)), .init("block_size", .integer(blockSize)),
      .init("blocks_per_step", .integer(blocksPerStep)), .init("threads", .integer(threads)),
      .init("cache_fill", .integer(cacheFill)),
    ]
    if let step {
      let allocations = JSONValue.Member("allocations_per_step", .number(allocationsPerStep))
      members.append(.init("step", .object(Self.json(step, unit: "us", 1e6) + [allocations])))
    } else {
      members += [.init("step", .null), .init("why", .string(obstacle ?? ""))]
    }
    if let session {
      members.append(
        .init(
          "session",
          .object([
            .init("us_median", .number(session.step(0.5) * 1e6)),
            .init("us_p10", .number(session.step(0.1) * 1e6)),
            .init("us_p99", .number(session.step(0.99) * 1e6)),
            .init("observed_us_median", .number(session.observed.quantile(0.5) * 1e6)),
            .init("ratio", .number(session.ratio)),
            .init("conditions", .integer(session.conditions)),
          ])))
    }
    members += [
      .init("layer", layer.map { .object(Self.json($0, unit: "ms", 1e3)) } ?? .null),
      .init("trace_ms", .number(traceMilliseconds)), .init("plan_ms", .number(planMilliseconds)),
      .init("peak_rss_mb", .number(peakMegabytes)), .init("parameters", .integer(parameters)),
    ]
    if isStopped { members.append(.init("stopped", .bool(true))) }
    return .object(members)
  }

  private static func json(
    _ samples: Samples, unit: String, _ scale: Double
  ) -> [JSONValue.Member] {
    [
      .init("\(unit)_median", .number(samples.quantile(0.5) * scale)),
      .init("\(unit)_p10", .number(samples.quantile(0.1) * scale)),
      .init("\(unit)_p99", .number(samples.quantile(0.99) * scale)),
      .init("count", .integer(samples.count)),
    ]
  }

  /// The report for people.
  var lines: [String] {
    var lines = [
      "\(spec): \(parameters) parameters, \(batch) rows, \(threads) threads",
      step.map {
        "step of \(blocksPerStep) × \(blockSize) timesteps, after \(cacheFill): "
          + Self.text($0, "µs", 1e6) + ", \(Self.rounded(allocationsPerStep)) allocations a step"
      } ?? "no steps: \(obstacle ?? "stopped before")",
    ]
    if let session {
      let conditions = session.conditions == 0 ? "" : ", \(session.conditions) conditions asked"
      lines.append(
        "step of a session, all kept, compared and recorded\(conditions): median "
          + "\(Self.rounded(session.step(0.5) * 1e6)) µs, \(Self.rounded(session.ratio)) of an observed "
          + "step of \(Self.rounded(session.observed.quantile(0.5) * 1e6)) µs")
    }
    if let layer {
      lines.append("layer-wise over \(time) timesteps: " + Self.text(layer, "ms", 1e3))
    }
    if isStopped {
      lines.append("stopped: of what stands here there are fewer runs than asked for")
    }
    let (trace, plan) = (Self.rounded(traceMilliseconds), Self.rounded(planMilliseconds))
    return lines + [
      "\(trace) ms of tracing, \(plan) ms of planning, \(Self.rounded(peakMegabytes)) MB at most"
    ]
  }

  private static func text(_ samples: Samples, _ unit: String, _ scale: Double) -> String {
    let (median, low) = (samples.quantile(0.5) * scale, samples.quantile(0.1) * scale)
    let high = samples.quantile(0.99) * scale
    return "median \(rounded(median)) \(unit) (10 % below \(rounded(low)), "
      + "99 % below \(rounded(high)), \(samples.count) runs)"
  }

  /// Two decimals.
  private static func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
}

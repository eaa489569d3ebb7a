import Datasets
import Layers
import Notation
import Runtime
import Tensors
import Weights

/// Commands that only read.
enum ShowCommands {
  static let all: [any Command] = [ShowCommand(), DiffCommand(), LogCommand()]
}

/// `show FACET[SLICE]`, `show masks|state|time|params|stack`.
struct ShowCommand: Command {
  let name = "show"
  let usage = "show PATH[:facet][slice] [> FILE.npy] | masks | state | time | params | stack"
  let summary = "Shows values, masks, state, parameters, times or the stack; changes nothing."
  let isRecorded = false
  let examples = ["show stack", "show masks", "show c1:layer[0, 0:2]", "show out.features"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = line.operands.joined(separator: " ")
    switch text {
    case "", "stack": return CommandOutput(try StackListing.lines(session))
    case "masks": return CommandOutput(try MaskListing.lines(session))
    case "state": return CommandOutput(try StateListing.lines(session))
    case "params": return CommandOutput(try session.parameterLines)
    case "time": return CommandOutput(try session.timeLines)
    default: break
    }
    let facet = try Facet(text)
    if case .field(let field) = facet.kind {
      return CommandOutput(try session.fieldLine(facet.path, field))
    }
    let value = try session.value(of: facet)
    var slice = facet.slice
    if let entries = slice?.entries, entries.count > 1, case .warmUp(let place) = entries[1] {
      slice?.entries[1] = .index(place)
    }
    let shown = try slice.map { try value.tensor.sliced($0) } ?? value.tensor
    if let path = line.redirect {
      try AtomicFile.write(Npy.encoded(shown), to: path)
      return CommandOutput("\(shown.shape.shapeText) written to \(path)")
    }
    return CommandOutput([value.title] + TensorLines.lines(shown))
  }
}

/// `diff [PATH|all|expected]`.
struct DiffCommand: Command {
  let name = "diff"
  let usage = "diff [PATH | all | expected] [--tol X]"
  let summary =
    "Compares the step-wise with the layer-wise run up to the position: equal, or the first place."
  let options: Set<String> = ["tol"]
  let isRecorded = false
  let examples = ["diff", "diff all"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let tolerance = try line.number("tol") ?? 1e-6
    let what = line.operands.first ?? "."
    if what == "expected" { return CommandOutput(try session.expectedLines(tolerance)) }
    let (_, tree) = try session.requireTree()
    let (run, _) = try session.requireSteps()
    guard what == "all" else {
      let path = try tree.resolve(session.expand(what)).path
      return CommandOutput(
        "\(path.shown)  \(try session.verdict(of: path, tolerance: tolerance).text)")
    }
    // In the order in which data flows: the first that differs is where to look.
    var lines: [String] = []
    let width = run.places.map(\.path.shown.count).max() ?? 1
    for place in run.places {
      let verdict = try session.verdict(of: place.path, tolerance: tolerance)
      let name = place.path.shown + String(repeating: " ", count: width - place.path.shown.count)
      lines.append("\(name)  \(verdict.text)")
    }
    return CommandOutput(lines)
  }
}

/// `log`: what was done.
struct LogCommand: Command {
  let name = "log"
  let usage = "log [N]"
  let summary = "Lists the last N commands of the session (20 if not said)."
  let isRecorded = false
  let examples = ["log", "log 3"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let count = line.operands.isEmpty ? 20 : try line.count("a number of lines")
    let events = session.recorder?.summaries ?? []
    return CommandOutput(Array(events.suffix(count)))
  }
}

extension Session {
  /// The value of a config field, in Swift notation.
  func fieldLine(_ path: String, _ field: String) throws -> String {
    let (_, tree) = try requireTree()
    let node = try tree.resolve(expand(path))
    guard let (_, spec) = try SpecNode(layer: node.layer).layerCase,
      let table = notation.registry.entry(message: spec.message)?.table
    else { throw CommandError(.unknownFacet, found: field) }
    guard let row = table.fields.first(where: { $0.swiftName == field || $0.name == field }) else {
      let nearest = NearestName.of(field, among: table.fields.map(\.swiftName))
      throw CommandError(
        .unknownFacet, found: "\(table.message) has no field '\(field)'",
        expected: table.fields.map(\.swiftName).joined(separator: ", "),
        suggestion: nearest.map { "did you mean \($0)?" })
    }
    let given = spec[row.name]?.values ?? row.defaults
    let text = given.isEmpty ? "nil" : notation.swift(given, of: row)
    return "\(node.path.shown).\(row.swiftName) = \(text)  \(row.doc)"
  }

  /// A line a parameter: path, shape, where it comes from, extremes.
  var parameterLines: [String] {
    get throws {
      let run = try requireRun()
      return run.model.parameterSpecs.map { spec in
        let values = run.model[parameter: spec.path]?.doubles() ?? []
        let origin: String
        switch document.origins[spec.path] {
        case .file(let path): origin = path
        case .drawn(let seed, let path):
          origin = "seed \(seed)" + (path == spec.path ? "" : " as \(path)")
        case nil: origin = ""
        }
        let low = NumberText.short(values.min() ?? 0)
        let high = NumberText.short(values.max() ?? 0)
        return
          "\(spec.path)  \(spec.shape.shapeText) \(spec.dtype.shortName)  \(low) … \(high)  \(origin)"
      }
    }
  }

  /// Where the run stands, in every clock.
  var timeLines: [String] {
    get throws {
      let (run, plan) = try requireSteps()
      let layer = run.model.layer
      let rate = document.input?.sampleRateHz
      let fed = plan.boundaries[run.position]
      let seconds =
        rate.map { " · \(NumberText.fixed(Double(fed) / Double($0), decimals: 3)) s" } ?? ""
      var lines = [
        "step \(run.position) of \(plan.endStep) and \(plan.flushSteps) of flush",
        "input timesteps \(fed) of \(plan.time)\(seconds)",
        "block \(layer.blockSize) · ratio \(layer.outputRatio) · input latency "
          + "\(layer.inputLatency) · output latency \(layer.outputLatency)",
      ]
      for (row, length) in run.input.lengths.enumerated() where length < plan.time {
        let ended = plan.step(atInput: max(length - 1, 0)) + (length == 0 ? 0 : 1)
        if run.position >= ended { lines.append("row \(row): ended at step \(ended)") }
      }
      return lines
    }
  }

  /// A line an expected array.
  func expectedLines(_ tolerance: Double) throws -> [String] {
    guard !document.expectations.isEmpty else {
      throw CommandError(
        .notReady, found: "nothing is expected", expected: "", suggestion: "expect FILE at PATH")
    }
    let run = try requireRun()
    return try document.expectations.map { expected in
      let layer = try run.layerWiseResult(cancel: cancel).taps[expected.path]
      guard
        let ours = run.stepWise(expected.path).map({ step in
          let latency = min(run.latency(expected.path), step.time)
          return step.timesteps(latency..<step.time)
        }) ?? layer
      else {
        throw CommandError(.unknownPath, found: expected.path.shown)
      }
      let want = SequenceTensor.whole(expected.values).timesteps(
        expected.shift..<(expected.shift + max(0, expected.values.shape[1] - expected.shift)))
      let time = min(ours.time, want.time)
      let verdict = Verdict(
        step: ours.timesteps(0..<time),
        layer: try SequenceTensor(
          values: want.timesteps(0..<time).values, mask: ours.timesteps(0..<time).mask),
        tolerance: tolerance)
      return "\(expected.path.shown) against \(expected.file)  \(verdict.text)"
    }
  }
}

extension SequenceTensor {
  /// An array `[b, t, ...]` of which every timestep is valid.
  static func whole(_ values: Tensor) -> SequenceTensor {
    let mask = Tensor(repeating: 1, shape: Array(values.shape.prefix(2)), .bool)
    guard let sequence = try? SequenceTensor(values: values, mask: mask) else {
      preconditionFailure("An expected array has rows and timesteps.")
    }
    return sequence
  }
}

extension Tensor {
  /// The elements that a slice keeps.
  func sliced(_ slice: Slice) throws(CommandError) -> Tensor {
    let axes = try slice.positions(in: shape)
    let strides = shape.rowMajorStrides
    var positions = [0]
    for (axis, part) in axes.enumerated() {
      positions = positions.flatMap { base in part.kept.map { base + $0 * strides[axis] } }
    }
    let kept = axes.filter(\.stays).map(\.kept.count)
    let size = dtype.byteCount
    return Tensor(dtype, shape: kept) { target in
      withUnsafeBytes { source in
        for (place, position) in positions.enumerated() {
          UnsafeMutableRawBufferPointer(rebasing: target[(place * size)...])
            .copyMemory(
              from: UnsafeRawBufferPointer(
                rebasing: source[(position * size)..<((position + 1) * size)]))
        }
      }
    }
  }
}

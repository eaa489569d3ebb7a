import Layers
import Programs
import Runtime
import Tensors

/// The stack as a table.
enum StackListing {
  static func table(_ session: Session) throws -> ListingTable {
    let (_, tree) = try session.requireTree()
    var rows = [["layer", "kind", "ratio", "output", "latency", "state"]]
    var numbers: [[Double]] = []
    let taps = try session.run.map { try session.layerWise($0).taps } ?? [:]
    for (index, node) in tree.nodes.enumerated() {
      try session.goOn(index, of: tree.nodes.count)
      let layer = node.layer
      let indent = String(repeating: "  ", count: node.depth)
      let bytes = session.stateBytes(node.path)
      rows.append([
        indent + node.lastPart, node.typeName, "\(layer.outputRatio)",
        taps[node.path].map { $0.channelSpec.description } ?? "?",
        layer.supportsStep ? "\(layer.inputLatency)→\(layer.outputLatency)" : "no step",
        bytes == 0 ? "–" : NumberText.bytes(bytes),
      ])
      let ratio = layer.outputRatio
      numbers.append(
        [
          node.depth, ratio.numerator, ratio.denominator, layer.blockSize, layer.inputLatency,
          layer.outputLatency, bytes,
        ].map(Double.init))
    }
    let columns = [
      "depth", "ratio numerator", "ratio denominator", "block", "input latency", "output latency",
      "state bytes",
    ]
    return ListingTable(TextTable.lines(rows), columns, numbers)
  }
}

/// The parameters of a layer and all inside it.
enum ParameterListing {
  static func table(_ session: Session, _ path: String) throws -> ListingTable {
    let run = try session.requireRun()
    var rows = [["parameter", "shape", "dtype", "min", "max", "from"]]
    var numbers: [[Double]] = []
    let specs = run.model.parameterSpecs
    for (index, spec) in specs.enumerated() where spec.path.isInside(path) {
      try session.goOn(index, of: specs.count)
      let values = run.model[parameter: spec.path]?.doubles() ?? []
      let origin: String
      switch session.document.origins[spec.path] {
      case .file(let file): origin = file
      case .drawn(let seed, let first):
        origin = "seed \(seed)" + (first == spec.path ? "" : " as \(first)")
      case nil: origin = ""
      }
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      rows.append([
        spec.path, spec.shape.shapeText, spec.dtype.shortName, NumberText.short(low),
        NumberText.short(high), origin,
      ])
      numbers.append([Double(values.count), low, high])
    }
    guard rows.count > 1 else {
      return ListingTable(["\(path.shown) has no parameters"], ["count", "min", "max"], [])
    }
    return ListingTable(
      TextTable.lines(rows, rightAligned: [3, 4]), ["count", "min", "max"], numbers)
  }
}

/// Where the run stands, in every clock.
enum TimeListing {
  static func table(_ session: Session) throws -> ListingTable {
    let (run, plan) = try session.requireSteps()
    let layer = run.model.layer
    let fed = plan.boundaries[run.position]
    let seconds = session.document.input?.sampleRateHz.map { rate in
      " · \(NumberText.fixed(Double(fed) / Double(rate), decimals: 3)) s"
    }
    let made = max(0, run.stepWiseTime("") - run.latency(""))
    let all = try session.layerWise(run).y.time
    var lines = [
      "step \(run.position) of \(plan.endStep) and \(plan.flushSteps) of flush",
      "input timesteps \(min(fed, plan.time)) of \(plan.time)\(seconds ?? "")",
      "output timesteps \(min(made, all)) of \(all), behind \(run.latency("")) of warm-up",
      "block \(layer.blockSize) · ratio \(layer.outputRatio) · input latency "
        + "\(layer.inputLatency) · output latency \(layer.outputLatency)",
    ]
    if session.document.schedule.blocks != [1] {
      let blocks = session.document.schedule.blocks.map(String.init).joined(separator: ",")
      lines.append("blocks a step: \(blocks)")
    }
    for (row, step) in session.rowEnds where run.position >= step {
      lines.append("row \(row): ended at step \(step)")
    }
    let numbers = [run.position, plan.endStep, plan.flushSteps, fed, plan.time, made, all]
    let columns = [
      "step", "end step", "flush steps", "input timesteps fed", "input timesteps",
      "output timesteps made", "output timesteps",
    ]
    return ListingTable(lines, columns, [numbers.map(Double.init)])
  }
}

extension Session {
  /// The size of the state of a layer and all inside it.
  package func stateBytes(_ path: String) -> Int {
    run?.stream?.leaves.filter { $0.path.isInside(path) }.reduce(0) { sum, leaf in
      sum + leaf.type.shape.byteCount(of: leaf.type.dtype)
    } ?? 0
  }
}

import Diagnostics
import Layers
import Runtime
import Tensors

/// The inputs that move one finite output most: one backward pass over the layer-wise run of what comes before
/// it, so that the way leads across time as the state does.
struct ElementInfluence {
  let lines: [String]

  private static let shown = 8
  /// Further back nothing is looked at unless the receptive field says so.
  private static let mostTime = 2048

  init(_ target: WhyTarget, _ session: Session) throws {
    guard case .output(let path, let step, let index) = target.place, let time = target.time else {
      self.lines = [
        "\(target.name) is \(NumberText.short(target.number)), a finite number of the state",
        "why PATH[row, t, channel] says what moves an output",
      ]
      return
    }
    let (run, plan) = try session.requireSteps()
    guard run.input.values.dtype.isFloating else {
      throw CommandError(
        .invalidOperand, found: "an input of \(run.input.values.dtype.name)",
        expected: "floating-point input: whole numbers cannot be moved a little")
    }
    // Inputs behind the step cannot have moved it.
    let end = min(plan.boundaries[step + 1], run.input.time)
    let start = max(0, end - Self.mostTime) / run.model.blockSize * run.model.blockSize
    let skipped = run.trace.map { $0.time(path, after: plan.step(atInput: start)) } ?? 0
    let gradient = try run.model.elementGradient(
      run.input.timesteps(start..<end), constants: run.constants.block(start..<end), path: path,
      index: [index[0], time - skipped] + index.dropFirst(2),
      options: RunOptions(cancel: session.cancel), progress: session.tell)
    let x = run.input.timesteps(start..<end)
    var ranked: [(weight: Double, position: Int)] = []
    for position in 0..<gradient.count {
      let weight = gradient.double(at: position).magnitude
      if weight > 0 { ranked.append((weight, position)) }
    }
    ranked.sort { ($0.weight, $1.position) > ($1.weight, $0.position) }
    var rows = [["input", "gradient", "value"]]
    for entry in ranked.prefix(Self.shown) {
      let place = gradient.index(entry.position)
      rows.append([
        "row \(place[0]), t \(start + place[1])"
          + (place.count > 2
            ? ", channel \(place.dropFirst(2).map(String.init).joined(separator: ","))" : ""),
        NumberText.short(gradient.double(at: entry.position)),
        NumberText.short(x.values.double(at: entry.position)),
      ])
    }
    let cut = start > 0 ? "; inputs before t \(start) were not looked at" : ""
    guard let top = ranked.first else {
      self.lines = [
        "\(target.name) is \(NumberText.short(target.number))",
        "no input moves it: its gradient is 0 everywhere\(cut)",
      ]
      return
    }
    let place = gradient.index(top.position)
    self.lines =
      ["\(target.name) is \(NumberText.short(target.number))"]
      + TextTable.lines(rows, rightAligned: [1, 2])
      + [
        "\(path.shown) at t \(time), row \(index[0]) is moved most by the input at t \(start + place[1]), "
          + "\(time - start - place[1] == 0 ? "the same timestep" : "\((time - start - place[1]).magnitude) \(time > start + place[1] ? "before" : "behind")")"
          + cut
      ]
  }
}

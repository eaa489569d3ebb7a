import Diagnostics
import LayerTesting
import Layers
import Programs
import Runtime
import Tensors

/// The inputs that move one finite number most: one backward pass over the layer-wise run of what comes before
/// it, or, for a number of the state, over the steps up to there, so that the way leads across time as the
/// state does.
struct ElementInfluence {
  let lines: [String]

  private static let shown = 8
  /// Further back nothing is looked at unless the receptive field says so.
  private static let mostTime = 2048

  init(_ target: WhyTarget, _ session: Session) throws {
    let (run, plan) = try session.requireSteps()
    guard run.input.values.dtype.isFloating else {
      throw CommandError(
        .invalidOperand, found: "an input of \(run.input.values.dtype.name)",
        expected: "floating-point input: whole numbers cannot be moved a little")
    }
    let block = run.model.blockSize
    // Inputs behind the step cannot have moved it.
    let step =
      switch target.place {
      case .output(_, let step, _), .state(_, let step, _): step
      }
    let end = min(plan.boundaries[step + 1], run.input.time)
    let start = max(0, end - Self.mostTime) / block * block
    let options = RunOptions(cancel: session.cancel)
    let gradient: Tensor
    let (time, row, name): (Int, Int, String)
    switch target.place {
    case .output(let path, _, let index):
      time = target.time ?? 0
      (row, name) = (index[0], "\(path.shown) at t \(time), row \(index[0])")
      let skipped = run.trace.map { $0.time(path, after: plan.step(atInput: start)) } ?? 0
      gradient = try run.model.elementGradient(
        run.input.timesteps(start..<end), constants: run.constants.block(start..<end), path: path,
        index: [index[0], time - skipped] + index.dropFirst(2), options: options,
        progress: session.tell)
    case .state(let leaf, _, let index):
      (time, row) = (end - 1, index[0])
      name = "\(leaf) behind t \(time), row \(row)"
      let type = run.stream?.leaves.first { $0.path == leaf }?.type
      guard start == 0, end > 0, type?.dtype.isFloating == true,
        !StepFault.isMemory(leaf)
      else {
        self.lines = [
          "\(target.name) is \(NumberText.short(target.number))",
          start > 0
            ? "what moves a state is looked for up to t \(Self.mostTime): goto one before it"
            : "it is no number that inputs move a little",
        ]
        return
      }
      // A state is the same whatever the blocks, padding behind the end included.
      let fed = run.input.padded(by: (block - end % block) % block)
      let length = (end + block - 1) / block * block
      gradient = try run.model.stateGradient(
        fed.timesteps(0..<length), constants: run.constants.block(0..<length), leaf: leaf,
        index: index, options: options, progress: session.tell
      ).sliced(time: 0..<end)
    }
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
        "\(name) is moved most by the input at t \(start + place[1]), "
          + "\(time - start - place[1] == 0 ? "the same timestep" : "\((time - start - place[1]).magnitude) \(time > start + place[1] ? "before" : "behind")")"
          + cut
      ]
  }
}

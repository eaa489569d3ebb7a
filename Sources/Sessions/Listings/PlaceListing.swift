import Comparison
import Diagnostics
import Layers
import Runtime
import Tensors

/// Step-wise beside layer-wise outputs of one row of a layer: over time, or channel by channel at a timestep.
enum PlaceListing {
  private static let mostLines = 60

  /// What `PATH[row]`, `PATH[row, t]` or `PATH[row, from:to]` mean; t is the newest timestep where it is -1.
  static func table(_ session: Session, _ facet: Facet) throws -> [String] {
    let (run, plan) = try session.requireSteps()
    let path = try session.requireTree().1.resolve(facet.path).path
    let layerWise = try session.layerWise(run)
    guard facet.kind == .out, let slice = facet.slice, (1...2).contains(slice.entries.count) else {
      throw CommandError(
        .invalidOperand, found: "'\(facet.path)' with such a slice",
        expected: "PATH[row], PATH[row, t] or PATH[row, from:to]")
    }
    guard session.position > 0, let time = layerWise.time(path) else {
      throw CommandError(
        .notReady,
        found: plan.lastStep > 0 ? "nothing was stepped over yet" : "\(path.shown) has no output",
        expected: "", suggestion: "step")
    }
    let made = max(0, min(time, run.stepWiseTime(path) - run.latency(path)))
    let kept = try slice.positions(in: [run.input.batch, made])
    guard let row = kept[0].kept.first, !kept[0].stays else {
      throw CommandError(
        .invalidOperand, found: "several rows", expected: "one row, such as \(path.shown)[0]")
    }
    let times = kept[1].kept
    guard let first = times.first, let last = times.last,
      let layer = try layerWise.sequence(path, first..<last + 1),
      let step = try run.stepWise(
        path, first + run.latency(path)..<last + 1 + run.latency(path), cancel: session.cancel)
    else { return ["\(path.shown)  row \(row): it has put out nothing that counts yet"] }
    let pair = Pair(step: step.rows([row]), layer: layer.rows([row]))
    return kept[1].stays
      ? overTime(pair, path, row: row, first: first, times) : channels(pair, path, row, first)
  }

  private struct Pair {
    let step: SequenceTensor
    let layer: SequenceTensor

    func values(_ index: Int) -> (step: [Double], layer: [Double]) {
      (
        step.timesteps(index..<index + 1).values.doubles(),
        layer.timesteps(index..<index + 1).values.doubles()
      )
    }

    func word(_ x: SequenceTensor, _ index: Int, _ text: String) -> String {
      x.isValid(row: 0, time: index) ? text : "invalid"
    }
  }

  private static func channels(_ pair: Pair, _ path: String, _ row: Int, _ time: Int) -> [String] {
    let (step, layer) = pair.values(0)
    let dtype = pair.layer.values.dtype
    let shape = pair.layer.channelShape
    let rows = zip(step, layer).enumerated().prefix(mostLines).map { channel, values in
      let index = shape.count > 1 ? shape.position(of: channel).shapeText : "\(channel)"
      return [
        index, pair.word(pair.step, 0, NumberText.short(values.0, digits: 7)),
        pair.word(pair.layer, 0, NumberText.short(values.1, digits: 7)),
        NumberText.short(ValueDifference.between(values.0, values.1), digits: 2),
        Verdict.ulps(values.0, values.1, dtype).map { NumberText.grouped($0) } ?? "–",
      ]
    }
    let hidden = step.count - rows.count
    return ["\(path.shown)  row \(row), t \(time)"]
      + TextTable.lines(
        [["ch", "step", "layer", "|Δ|", "ulp"]] + rows, rightAligned: [0, 1, 2, 3, 4])
      + (hidden > 0 ? ["… \(NumberText.grouped(hidden)) more channels"] : [])
  }

  private static func overTime(
    _ pair: Pair, _ path: String, row: Int, first: Int, _ times: [Int]
  ) -> [String] {
    func mean(_ values: [Double]) -> String {
      let sum = values.reduce(0) { $0 + $1.magnitude }
      return NumberText.short(values.isEmpty ? 0 : sum / Double(values.count), digits: 4)
    }
    let rows = times.prefix(mostLines).map { time -> [String] in
      let index = time - first
      let (step, layer) = pair.values(index)
      let largest = zip(step, layer).map { ValueDifference.between($0, $1) }
        .reduce(0) { $0.isNaN ? $0 : max($0, $1.isNaN ? .nan : $1) }
      return [
        "\(time)", pair.word(pair.step, index, mean(step)),
        pair.word(pair.layer, index, mean(layer)),
        NumberText.short(largest, digits: 2),
      ]
    }
    let next = times.count > rows.count ? times[rows.count] : nil
    return ["\(path.shown)  row \(row), mean |x| of the channels, the largest |Δ|"]
      + TextTable.lines([["t", "step", "layer", "|Δ|"]] + rows, rightAligned: [0, 1, 2, 3])
      + (next.map { ["… \(times.count - rows.count) more: diff \(path.shown)[\(row), \($0):]"] }
        ?? [])
  }
}

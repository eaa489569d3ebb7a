import Comparison
import Diagnostics
import Runtime
import Sessions
import Tensors

/// The step-wise output of the selected layer beside the layer-wise one, at one timestep.
struct BesideBuilder {
  let session: Session
  let request: ViewRequest
  let cache: RunCache
  let path: String
  let row: Int

  func beside() -> BesideView? {
    guard request.channelCount > 0, let layer = session.layerOutput(path) else { return nil }
    let steps = cache.step(session, path, row: row)
    let warmUp = session.warmUp(path)
    let produced = min(steps.ends[session.position] - warmUp, layer.time)
    guard produced > 0, let verdict = session.comparison(path) else { return nil }
    let time = min(cursor(in: layer) ?? produced - 1, produced - 1)
    guard let place = steps.place(of: time + warmUp),
      let block = session.output(of: path, inStep: place.step),
      block.channelShape == layer.channelShape
    else { return nil }
    let channels = layer.channelCount
    let first = min(request.firstChannel, max(0, channels - 1))
    let last = min(first + request.channelCount, channels)
    let stepBase = (row * block.time + place.offset) * channels
    let layerBase = (row * layer.time + time) * channels
    // Of logits the likeliest tokens are wanted, not those with the least numbers.
    let isRanked = session.canDecode && path.isEmpty
    let order = isRanked ? Self.ranked(block.values, stepBase, channels) : Array(first..<last)
    let reference = session.document.expectations.last { $0.path == path }
    let rows = (isRanked ? order[first..<last] : order[...]).map { channel in
      Self.channel(
        isRanked ? token(channel) : StateBuilder.index(channel, of: layer.channelShape),
        block.values.double(at: stepBase + channel), layer.values.double(at: layerBase + channel),
        layer.values.dtype, expected: reference?.value(row: row, time: time, channel: channel))
    }
    var view = VerdictView(verdict)
    view.warning = session.firstNaN(path).map { "NaN first at \($0.text)" }
    return BesideView(
      path: request.path, time: time, isRanked: isRanked,
      isStepValid: block.isValid(row: row, time: place.offset),
      isLayerValid: layer.isValid(row: row, time: time), channels: rows, firstChannel: first,
      channelCount: channels, hasReference: reference != nil, verdict: view)
  }

  /// Channels by their value, the greatest first.
  private static func ranked(_ values: Tensor, _ base: Int, _ channels: Int) -> [Int] {
    let logits = (0..<channels).map { values.double(at: base + $0) }
    return logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
  }

  /// A token by its number, and of bytes of text by its character.
  private func token(_ number: Int) -> String {
    let isByte = session.document.input?.isText == true && number < 256
    return isByte ? "\(TextShown.scalar(number)) \(number)" : "\(number)"
  }

  private static func channel(
    _ index: String, _ step: Double, _ layer: Double, _ dtype: DType, expected: Double?
  ) -> BesideView.Channel {
    BesideView.Channel(
      index: index, step: step, layer: layer,
      difference: ValueDifference.between(step, layer),
      ulp: Sessions.Verdict.ulps(step, layer, dtype), expected: expected)
  }

  /// The layer's own timestep under the cursor.
  private func cursor(in layer: SequenceTensor) -> Int? {
    guard let time = request.cursorTime, let input = session.document.input?.sequence.time,
      input > 0
    else { return nil }
    return max(0, min(layer.time - 1, time * layer.time / input))
  }
}

extension VerdictView {
  /// A verdict in words and numbers, the most important first.
  init(_ verdict: Verdict) {
    let masks = verdict.masksEqual ? "masks equal" : "masks differ"
    let rows = verdict.rows == 1 ? "1 row" : "\(verdict.rows) rows"
    let made = NumberText.grouped(verdict.comparedSteps)
    let extent = ["\(made) of \(NumberText.grouped(verdict.allSteps)) timesteps", rows]
    guard let first = verdict.first else {
      let largest = verdict.largest == 0 ? [] : [verdict.largestText]
      self.init(
        isEqual: verdict.isEqual, pieces: [verdict.closenessText, masks] + largest + extent)
      isRounding = verdict.closeness == .rounding
      return
    }
    let place = "row \(first.row), t \(NumberText.grouped(first.time))"
    guard let step = first.step, let layer = first.layer else {
      self.init(
        isEqual: false, pieces: ["masks differ first at \(place)"] + extent,
        brief: "masks differ: \(place)")
      return
    }
    let channel = first.channel.map(String.init).joined(separator: ",")
    let difference = NumberText.short(abs(step - layer), digits: 3)
    let ulps = first.ulps.map { ["\(NumberText.grouped($0)) ulp"] } ?? []
    self.init(
      isEqual: false,
      pieces: [
        "differs first at \(place)" + (channel.isEmpty ? "" : ", channel \(channel)"),
        "|Δ| \(difference)", masks,
      ] + extent + ulps, brief: "differs: \(place)")
  }
}

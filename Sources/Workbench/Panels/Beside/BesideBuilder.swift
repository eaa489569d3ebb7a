import Comparison
import Diagnostics
import Runtime
import Sessions
import Tensors

/// The step-wise output of the selected layer beside the layer-wise one, at one timestep.
struct BesideBuilder {
  let source: PanelSource
  let request: BesidePanel.Request

  private var session: Session { source.session }
  private var cache: RunCache { source.cache }
  private var path: String { source.path }
  private var row: Int { source.row }

  func beside() -> BesideView? {
    guard request.count > 0, let layer = session.layerOutput(path) else { return nil }
    let steps = cache.step(session, path, row: row)
    let warmUp = session.warmUp(path)
    let produced = min(steps.ends[session.position] - warmUp, layer.time)
    guard produced > 0, let verdict = session.comparison(path) else { return nil }
    let time = min(source.cursor(among: layer.time) ?? produced - 1, produced - 1)
    guard let place = steps.place(of: time + warmUp),
      let block = session.output(of: path, inStep: place.step),
      block.channelShape == layer.channelShape
    else { return nil }
    let channels = layer.channelCount
    let first = min(request.firstChannel, max(0, channels - 1))
    let last = min(first + request.count, channels)
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
      path: path.shown, time: time, isRanked: isRanked,
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
}

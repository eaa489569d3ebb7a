import Comparison
import Runtime
import Sessions
import Tensors
import Traces

extension BesidePanel {
  package func build(_ request: inout Request, _ source: TraceSource) -> BesideView? {
    guard request.count > 0, let comparison = source.comparison else { return nil }
    let session = source.session
    let times = comparison.pair.times
    let cursor = source.look.cursorTime ?? max(0, session.passedTime - 1)
    let time = min(
      max(times.lowerBound, session.time(comparison, atInput: cursor)), times.upperBound - 1)
    guard let both = try? session.values(comparison, time..<time + 1),
      source.look.row < both.stream.batch
    else { return nil }
    let step = both.stream.rows([source.look.row])
    let layer = both.offline.rows([source.look.row])
    let channels = layer.channelCount
    request.firstChannel = min(max(0, request.firstChannel), max(0, channels - 1))
    let shown = request.firstChannel..<min(channels, request.firstChannel + request.count)
    return BesideView(
      path: comparison.pair.path, time: time, isStepValid: step.isValid(row: 0, time: 0),
      isLayerValid: layer.isValid(row: 0, time: 0),
      channels: shown.map { channel in
        let (a, b) = (step.values.double(at: channel), layer.values.double(at: channel))
        return BesideView.Channel(
          index: StateBuilder.index(channel, of: layer.channelShape), step: a, layer: b,
          difference: ValueDifference.between(a, b),
          ulp: Sessions.Verdict.ulps(a, b, layer.values.dtype))
      },
      firstChannel: request.firstChannel, channelCount: channels,
      verdict: VerdictView(comparison))
  }
}

extension VerdictView {
  /// What two runs are to each other at a place.
  init(_ comparison: PlaceComparison) {
    let isEqual = comparison.verdict != .differ
    self.init(isEqual: isEqual, pieces: comparison.brief.components(separatedBy: " · "))
    isRounding = comparison.verdict == .rounding
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}

import Runtime
import Sessions
import Tensors

/// What the selected attention layer looks at, at the timestep under the cursor or the newest one.
struct AttentionBuilder {
  let source: PanelSource
  let request: AttentionPanel.Request

  private var session: Session { source.session }
  private var path: String { source.path }
  private var row: Int { source.row }

  func attention() -> AttentionView? {
    guard request.headRows > 0, request.keyColumns > 0, let emit = session.attention(path),
      let time = time(in: emit)
    else { return nil }
    let shape = emit.probabilities.values.shape
    let (heads, keyCount) = (shape[2], shape[3])
    let sinks = max(0, keyCount - (emit.keys?.time ?? keyCount))
    let seen = visible(emit, time, keyCount - sinks)
    let first = sinks > 0 && !seen.isEmpty ? -sinks : seen.lowerBound
    let keys = first..<seen.upperBound
    // The newest keys first; the panel can be moved back.
    let newest = max(keys.lowerBound, keys.upperBound - request.keyColumns)
    let firstKey = max(keys.lowerBound, newest - request.look.keysBack)
    let shown = firstKey..<min(keys.upperBound, firstKey + request.keyColumns)
    let firstHead = min(request.look.firstHead, max(0, heads - 1))
    let lastHead = min(heads, firstHead + request.headRows)
    return AttentionView(
      name: emit.name, row: row, time: time,
      isValid: emit.probabilities.isValid(row: row, time: time),
      heads: (firstHead..<lastHead).map { head in
        self.head(head, emit, time, sinks: sinks, seen: seen, all: keys, shown: shown)
      },
      firstHead: firstHead, headCount: heads, firstKey: firstKey, keys: keys)
  }

  /// The timestep that attends: that under the cursor, or the newest that the step run has made; nil
  /// before there is one.
  private func time(in emit: AttentionEmit) -> Int? {
    let own = emit.probabilities.time
    guard own > 0 else { return nil }
    if let cursor = source.cursor(among: own) { return cursor }
    guard session.plan != nil else { return own - 1 }
    let made = (session.stepOutput(emit.path)?.output.time ?? 0) - session.warmUp(emit.path)
    return made > 0 ? min(made, own) - 1 : nil
  }

  private func visible(_ emit: AttentionEmit, _ time: Int, _ count: Int) -> Range<Int> {
    guard let reach = emit.reach else { return 0..<count }
    let first = max(0, Double(time) + reach.lowerBound)
    let last = min(Double(count - 1), Double(time) + reach.upperBound)
    return first <= last ? Int(first)..<Int(last) + 1 : 0..<0
  }

  private func head(
    _ head: Int, _ emit: AttentionEmit, _ time: Int, sinks: Int, seen: Range<Int>, all: Range<Int>,
    shown: Range<Int>
  ) -> AttentionView.Head {
    let values = emit.probabilities.values
    let shape = values.shape
    let base = ((row * shape[1] + time) * shape[2] + head) * shape[3] + sinks
    func probability(_ key: Int) -> Float { Float(values.double(at: base + key)) }
    let cells = shown.map { key -> AttentionView.Cell in
      guard key >= 0 else { return .probability(probability(key)) }
      guard seen.contains(key) else { return .outside }
      let isMasked = emit.keys.map { key < $0.time && !$0.isValid(row: row, time: key) } ?? false
      // A masked key that is given something after all must be seen.
      return isMasked && probability(key) == 0 ? .masked : .probability(probability(key))
    }
    let largest = all.max { probability($0) < probability($1) }
    return AttentionView.Head(
      cells: cells, largest: largest, probability: largest.map(probability) ?? 0)
  }
}

import Sessions
import Workbench

/// A session view made by arithmetic, as a speech model in the middle of its input would give.
enum SampleView {
  static func speech(_ request: ViewRequest) -> SessionView {
    var view = SessionView()
    (view.asked, view.answered) = (request, request)
    view.facts.name = "speech.session"
    view.facts.isRecording = true
    view.facts.stack = StackFacts(
      kind: "Serial", layerCount: 6, blockSize: 320, outputRatio: "1/320", inputLatency: 0,
      outputLatency: 0, parameterCount: 133_792, stateBytes: 13_700)
    view.facts.hasInput = true
    view.facts.rows = [48_000, 40_000, 31_200].map { RowFacts(end: $0) }
    view.facts.hasLayerWise = true
    view.isAgreementKnown = true
    view.facts.sampleRateHz = 16_000
    view.position.step = 59
    view.position.endStep = 150
    view.position.inputTime = 59 * 320
    view.position.inputLength = 48_000
    view.layers = layers
    view.verdict = verdict
    let look = request.look
    view[SequencePanel.self] = request.of(SequencePanel.self).map {
      lanes($0, look, length: 48_000)
    }
    view[StatePanel.self] =
      look.path == "mel" ? nil : request.of(StatePanel.self).map { state($0, look) }
    view[BesidePanel.self] = request.of(BesidePanel.self).map { beside($0, look) }
    view[MaskPanel.self] = masks
    view[LatencyPanel.self] = latencies
    view.undoName = "insert Delay(2)"
    view[AttentionPanel.self] = request.of(AttentionPanel.self).map { attention($0, look) }
    return view
  }

  private static let verdict = VerdictView(
    isEqual: true,
    pieces: [
      "equal within 1e-6", "masks equal", "largest 3.6e-07", "59 of 150 timesteps", "3 rows",
    ])

  private static let layers: [LayerRow] = [
    LayerRow(
      path: ".", name: ".", kind: "serial", depth: 0, hasChildren: true, outputRatio: "1/320",
      stateBytes: 13_700),
    LayerRow(
      path: "stft", name: "stft", kind: "stft", depth: 1, outputRatio: "1/160",
      stateBytes: 6000, agrees: true),
    LayerRow(
      path: "mel", name: "mel", kind: "linear_to_mel", depth: 1, outputRatio: "1/160",
      stateBytes: 0),
    LayerRow(
      path: "c1", name: "c1", kind: "conv1d", depth: 1, outputRatio: "1/160",
      stateBytes: 1500),
    LayerRow(
      path: "res", name: "res", kind: "residual", depth: 1, hasChildren: true,
      outputRatio: "1/320", stateBytes: 6100),
    LayerRow(
      path: "res/c2", name: "c2", kind: "conv1d", depth: 2, outputRatio: "1/320",
      stateBytes: 3100, agrees: false,
      warning: LayerWarning("FAULT stale-state", brief: "stale-state")),
    LayerRow(
      path: "res/lstm", name: "lstm", kind: "lstm", depth: 2, outputRatio: "1/320",
      stateBytes: 3000),
    LayerRow(
      path: "out", name: "out", kind: "dense", depth: 1, outputRatio: "1/320",
      stateBytes: 0),
  ]

  private static func lanes(
    _ request: SequencePanel.Request, _ look: Look, length: Int
  ) -> LanesView {
    var lanes = LanesView()
    guard request.columns > 0 else { return lanes }
    let count = length >> request.zoom
    let start = request.zoom == 0 ? 0 : min(max(0, 18_879 - count / 2), length - count)
    let window = start..<start + count
    lanes.start = window.lowerBound
    lanes.count = window.count
    func columns(_ mark: (Int) -> LaneColumn.Mark) -> [LaneColumn] {
      (0..<request.columns).map { column in
        let time = window.lowerBound + column * window.count / request.columns
        let mark = mark(time)
        let wave = Float((time / 97 * 37) % 101) / 100
        return LaneColumn(value: mark == .valid || mark == .mixed ? wave : nil, mark: mark)
      }
    }
    let half = window.lowerBound + window.count
    lanes.lanes = [
      Lane(
        kind: .input, name: "in", columns: columns { $0 < 40_000 ? .valid : .padding }, peak: 1,
        validCount: min(half, 40_000), timeCount: half,
        underCursor: LanePoint(time: "t 18,879", values: ["0.1834"], channelCount: 1)),
      Lane(
        kind: .step, name: "step",
        columns: columns { $0 < 2000 ? .warmUp : $0 < 18_880 ? .valid : .none }, peak: 1,
        validCount: 59, timeCount: 59,
        underCursor: LanePoint(time: "t 58", values: ["0.1845", "-0.92"], channelCount: 64)),
      Lane(
        kind: .layer, name: "layer", columns: columns { $0 < 40_000 ? .valid : .padding }, peak: 1,
        validCount: 125, timeCount: 150,
        underCursor: LanePoint(time: "t 58", values: ["0.1845", "-0.92"], channelCount: 64)),
    ]
    if look.path != "." {
      lanes.lanes.append(
        Lane(
          kind: .selected, name: "c2", columns: columns { $0 < 18_880 ? .valid : .none }, peak: 1,
          validCount: 59, timeCount: 59,
          underCursor: LanePoint(time: "t 58", values: ["-0.92", "0", "1.2"], channelCount: 64)))
      lanes.loss = LossView(name: "c2", validCount: 59, arriving: 118, lost: 2)
    }
    return lanes
  }

  private static func state(_ request: StatePanel.Request, _ look: Look) -> StateView {
    let rows = min(request.rows, 12)
    let columns = min(request.columns, 64)
    let values = (0..<rows).map { row in
      (0..<columns).map { column -> Float in
        if row == 0 { return 0 }
        if row == 2, column == 5 { return .nan }
        return Float((row * 17 + column * 5) % 51) / 10 - 2
      }
    }
    return StateView(
      facet: "\(look.path):state.buffer", leafIndex: request.look.leaf,
      leaves: [
        StateView.Leaf(name: "buffer", shape: "[3, 12, 64] f32", isChanged: true),
        StateView.Leaf(name: "mask", shape: "[3, 12] bool", isChanged: false),
      ],
      shape: "[3, 12, 64]", dtype: "f32", row: look.row, step: 59, elementCount: 768,
      changedCount: 64,
      nanCount: 1, minimum: -2.1, maximum: 3.02, mean: 0.021,
      rowNames: (0..<rows).map { "t-\(rows - $0)" },
      values: values, firstRow: 0, firstColumn: 0, rowCount: 12, columnCount: 64,
      cursorIndex: "[0, 2, 17]", cursorValue: "-0.41733", cursorBefore: "-0.2")
  }

  private static func beside(_ request: BesidePanel.Request, _ look: Look) -> BesideView {
    let shown = min(request.count, 64 - request.firstChannel)
    let channels = (0..<shown).map { offset -> BesideView.Channel in
      let index = request.firstChannel + offset
      let layer = Double((index * 29) % 83) / 41 - 1
      let difference = index % 4 == 1 ? 6e-8 : 0
      return BesideView.Channel(
        index: "\(index)", step: layer + difference, layer: layer, difference: difference,
        ulp: index % 4 == 1 ? 1 : 0)
    }
    return BesideView(
      path: look.path, time: 58, channels: channels, firstChannel: request.firstChannel,
      channelCount: 64, verdict: verdict)
  }

  /// Sinks, a band, masked keys and small values, as an attention layer would give them.
  private static func attention(_ request: AttentionPanel.Request, _ look: Look) -> AttentionView {
    let keys = -2..<59
    let first = max(keys.lowerBound, keys.upperBound - request.keyColumns)
    let heads = (0..<min(4, request.headRows)).map { head in
      let cells = (first..<min(keys.upperBound, first + request.keyColumns)).map {
        key -> AttentionView.Cell in
        if (0..<3).contains(key) { return .outside }
        if (20..<24).contains(key) { return .masked }
        return .probability(Float((key + 2) * (head + 3) % 17) / 100)
      }
      return AttentionView.Head(cells: cells, largest: 50 + head, probability: 0.16)
    }
    return AttentionView(
      name: "res/attn/probabilities", row: look.row, time: 58, isValid: true, heads: heads,
      firstHead: 0, headCount: 6, firstKey: first, keys: keys)
  }

  private static let masks: [MaskRow] = layers.flatMap { layer in
    (0..<3).map { row in
      MaskRow(
        path: layer.path, row: row, validCount: 150 - 25 * row, length: 150,
        first: row == 2 ? 3 : 0,
        last: 149 - 25 * row, holes: row == 2 ? 3 : 0, lost: layer.path == "res/c2" ? 2 : 0)
    }
  }

  private static let latencies: [LatencyRow] = layers.map { layer in
    LatencyRow(
      path: layer.path, blockSize: 160, inputLatency: 0,
      outputLatency: layer.path == "stft" ? 2 : 0, warmUp: 2, delay: 320)
  }
}

import Workbench

/// A session view made by arithmetic, as a speech model in the middle of its input would give.
enum SampleView {
  static func speech(_ request: ViewRequest) -> SessionView {
    var view = SessionView()
    view.facts.name = "speech.session"
    view.facts.isRecording = true
    view.facts.stack = StackFacts(
      kind: "Serial", layerCount: 6, blockSize: 320, outputRatio: "1/320", inputLatency: 0,
      outputLatency: 0, parameterCount: 133_792, stateBytes: 13_700)
    view.facts.rowCount = 3
    view.facts.rowLengths = [48_000, 40_000, 31_200]
    view.facts.sampleRateHz = 16_000
    view.position.step = 59
    view.position.endStep = 150
    view.position.inputTime = 59 * 320
    view.position.inputLength = 48_000
    view.layers = layers
    view.verdict = .equal("equal within 1e-6 · masks equal · 59 of 150 timesteps · 3 rows")
    view.lanes = lanes(request, length: 48_000)
    view.state = request.path == "mel" ? nil : state(request)
    view.beside = beside(request)
    view.masks = request.wantsMasks ? masks : []
    view.undoName = "insert Delay(2)"
    return view
  }

  private static let layers: [LayerRow] = [
    LayerRow(
      path: ".", name: ".", kind: "serial", depth: 0, hasChildren: true, outputRatio: "1/320",
      stateBytes: 13_700),
    LayerRow(
      path: "stft", name: "stft", kind: "stft", depth: 1, outputRatio: "1/160",
      stateBytes: 6000),
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
      stateBytes: 3100, warning: "FAULT stale-state"),
    LayerRow(
      path: "res/lstm", name: "lstm", kind: "lstm", depth: 2, outputRatio: "1/320",
      stateBytes: 3000),
    LayerRow(
      path: "out", name: "out", kind: "dense", depth: 1, outputRatio: "1/320",
      stateBytes: 0),
  ]

  private static func lanes(_ request: ViewRequest, length: Int) -> LanesView {
    var lanes = LanesView()
    guard request.laneColumns > 0 else { return lanes }
    let window = request.window ?? 0..<length
    lanes.start = window.lowerBound
    lanes.count = window.count
    func columns(_ mark: (Int) -> LaneColumn.Mark) -> [LaneColumn] {
      (0..<request.laneColumns).map { column in
        let time = window.lowerBound + column * window.count / request.laneColumns
        let mark = mark(time)
        let wave = Float((time / 97 * 37) % 101) / 100
        return LaneColumn(value: mark == .valid || mark == .mixed ? wave : nil, mark: mark)
      }
    }
    lanes.lanes = [
      Lane(
        kind: .input, name: "in", columns: columns { $0 < 40_000 ? .valid : .padding },
        underCursor: "0.1834"),
      Lane(
        kind: .step, name: "step",
        columns: columns { $0 < 2000 ? .warmUp : $0 < 18_880 ? .valid : .none },
        summary: "59 of 59", underCursor: "t 58 0.1845"),
      Lane(
        kind: .layer, name: "layer", columns: columns { $0 < 40_000 ? .valid : .padding },
        summary: "125 of 150", underCursor: "t 58 0.1845"),
    ]
    if request.path != "." {
      lanes.lanes.append(
        Lane(
          kind: .selected, name: request.path, columns: columns { $0 < 18_880 ? .valid : .none },
          summary: "valid 59 · of its input 118 · lost 0", underCursor: "t 58 -0.92"))
    }
    return lanes
  }

  private static func state(_ request: ViewRequest) -> StateView {
    let rows = min(request.stateRows, 12)
    let columns = min(request.stateColumns, 64)
    let values = (0..<rows).map { row in
      (0..<columns).map { column -> Float in
        if row == 0 { return 0 }
        if row == 2, column == 5 { return .nan }
        return Float((row * 17 + column * 5) % 51) / 10 - 2
      }
    }
    return StateView(
      facet: "\(request.path):state.buffer", leafIndex: request.leaf, leafCount: 2,
      shape: "[3, 4, 64]", dtype: "f32", isChanged: true, nanCount: 1,
      minimum: -2.1, maximum: 3.02, mean: 0.021, rowNames: (0..<rows).map { "t-\(rows - $0)" },
      values: values, firstRow: 0, firstColumn: 0, rowCount: 12, columnCount: 64,
      cursorIndex: "[0, 2, 17]", cursorValue: "-0.41733")
  }

  private static func beside(_ request: ViewRequest) -> BesideView {
    let shown = min(request.channelCount, 64 - request.firstChannel)
    let channels = (0..<shown).map { offset -> BesideView.Channel in
      let index = request.firstChannel + offset
      let layer = Double((index * 29) % 83) / 41 - 1
      let difference = index % 4 == 1 ? 6e-8 : 0
      return BesideView.Channel(
        index: "\(index)", step: layer + difference, layer: layer, difference: difference,
        ulp: index % 4 == 1 ? 1 : 0)
    }
    return BesideView(
      path: request.path, time: 58, channels: channels, firstChannel: request.firstChannel,
      channelCount: 64,
      conclusions: ["equal within 1e-6 · masks equal", "59 of 150 timesteps · 3 rows"],
      isEqual: true)
  }

  private static let masks: [MaskRow] = layers.flatMap { layer in
    (0..<3).map { row in
      MaskRow(
        path: layer.path, row: row, validCount: 150 - 25 * row, length: 150,
        first: row == 2 ? 3 : 0,
        last: 149 - 25 * row, holes: row == 2 ? 3 : 0, lost: layer.path == "res/c2" ? 2 : 0)
    }
  }
}

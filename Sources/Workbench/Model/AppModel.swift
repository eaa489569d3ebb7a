import Diagnostics
package import TerminalUI

/// All that the screen depends on: the session's view, and where the user looks.
package struct AppModel: Hashable, Sendable {
  package var size: Size
  package var view = SessionView()
  /// Whether the first view of the session is still to come.
  package var isOpening = false
  package var vocabulary = Vocabulary()
  package var focus: PanelID = .stack
  /// The panel to return to from the command line.
  package var lastPanel: PanelID = .stack
  /// Whether the focused panel has the place of all others.
  package var isEnlarged = false
  /// Whether the first difference is to be selected as soon as all layers are compared.
  package var seeksDifference = false

  package var selectedPath = "."
  package var foldedPaths: Set<String> = []
  package var filter = ""
  package var isFiltering = false
  package var row = 0
  package var cursorTime: Int?
  package var zoom = 0
  package var leaf = 0
  package var stateCursor = GridPosition()
  package var firstChannel = 0
  package var firstHead = 0
  /// Keys between the newest and the last one that is shown.
  package var keysBack = 0
  package var maskScroll = 0
  package var latencyScroll = 0
  /// Lines between the end of the log and the end of its panel.
  package var logScroll = 0

  package var log: [OutputLine] = []
  package var progress: Progress?
  /// Commands that run or wait, also while it is too early to tell their progress.
  package var pendingCount = 0
  package var isBusy: Bool { pendingCount > 0 }
  /// Whether the user wants to leave, and what runs is being stopped for it.
  var isLeaving = false
  /// Whether it has taken long enough to say so; a step that is quick must not make the screen
  /// flicker.
  package var isSlow = false
  /// The options of the last `decode` that was typed, which the key goes on with.
  package var decodeOptions = ""
  /// The line among them that was typed, and is not the meaning of a key.
  package var typedLine: String?
  /// The command that runs, as far as that is known.
  package var runningName: String {
    let line = typedLine ?? log.last { $0.tone == .command }?.text ?? ""
    let word = line.split(whereSeparator: \.isWhitespace).first { $0 != "›" && $0 != "…" }
    return word.map(String.init) ?? "running"
  }
  /// Keys that perform are kept up to so many while something runs.
  package static let pendingLimit = 64
  package var help: HelpView?
  package var prompt = Self.firstPrompt
  package var editorLine = LineView(prompt: Self.firstPrompt, line: "", point: 0, width: 80)
  package var matches: [String] = []
  /// Commands that were given together with the running one and come after it.
  package var nextLines: [String] = []
  /// Lines of an unfinished command, while a bracket is open.
  package var openLines: [String] = []

  package static let firstPrompt = "› "
  package static let continuedPrompt = "… "
  package static let logLimit = 5000

  package init(size: Size) { self.size = size }

  package var layout: ScreenLayout {
    ScreenLayout(size, attends: !view.facts.attentionPaths.isEmpty, isEnlarged: isEnlarged)
  }

  /// Layers that are not inside a folded one; with a filter those that fit it, folded or not, and
  /// those that hold them.
  package var visibleLayers: [LayerRow] {
    guard filter.isEmpty else { return filteredLayers }
    var foldedDepth: Int?
    var result: [LayerRow] = []
    for layer in view.layers {
      if let depth = foldedDepth {
        if layer.depth > depth { continue }
        foldedDepth = nil
      }
      if foldedPaths.contains(layer.path) { foldedDepth = layer.depth }
      result.append(layer)
    }
    return result
  }

  private var filteredLayers: [LayerRow] {
    var result: [LayerRow] = []
    // From the end, so that a layer is known to hold a hit before it is reached itself.
    var keptDepth: Int?
    for layer in view.layers.reversed() {
      let holdsHit = keptDepth.map { layer.depth < $0 } ?? false
      guard holdsHit || fitsFilter(layer) else { continue }
      keptDepth = layer.depth
      result.append(layer)
    }
    return result.reversed()
  }

  /// Whether a layer's path or kind has the text of the filter, in any letter case.
  package func fitsFilter(_ layer: LayerRow) -> Bool {
    let wanted = filter.lowercased()
    return layer.path.lowercased().contains(wanted) || layer.kind.lowercased().contains(wanted)
  }

  /// Whether there is nothing to show yet, so that the panels teach instead.
  package var isNew: Bool { !isOpening && view.facts.stack == nil }

  /// What the visible panels need for their next drawing.
  package var request: ViewRequest {
    let layout = self.layout
    var request = ViewRequest()
    request.path = selectedPath
    request.row = row
    request.cursorTime = cursorTime
    request.window = window
    request.leaf = leaf
    request.stateCursor = stateCursor
    request.firstChannel = firstChannel
    request.firstHead = firstHead
    request.keysBack = keysBack
    request.wantsAgreement = seeksDifference
    let shown = layout.visible(focus: focus, last: lastPanel)
    for (panel, rect) in shown {
      let rows = rect.rows - 2
      let columns = rect.columns - 2
      switch panel {
      case .sequence: request.laneColumns = SequencePanel.laneColumns(columns)
      case .state:
        request.stateRows = StatePanel.mapRows(rows)
        request.stateColumns = StatePanel.mapColumns(columns)
      case .beside: request.channelCount = BesidePanel.channelRows(rows)
      case .masks: request.wantsMasks = true
      case .latency: request.wantsLatencies = true
      case .heads:
        request.headRows = AttentionPanel.headRows(rows)
        request.keyColumns = AttentionPanel.keyColumns(columns)
      case .stack: request.wantsAgreement = true
      case .log, .commandLine: break
      }
    }
    return request
  }

  /// The input timesteps that the lanes show: all, or a part around the cursor.
  package var window: Range<Int>? {
    let length = view.position.inputLength
    guard zoom > 0, length > 0 else { return nil }
    let count = max(1, length >> zoom)
    let center = cursorTime ?? max(0, view.position.inputTime - 1)
    let start = min(max(0, center - count / 2), length - count)
    return start..<start + count
  }

  /// Selects a layer, and looks at it from the start.
  package mutating func select(_ path: String) {
    guard path != selectedPath else { return }
    selectedPath = path
    leaf = 0
    stateCursor = GridPosition()
    firstChannel = 0
    firstHead = 0
    keysBack = 0
  }

  /// Adds lines to the log, and forgets the oldest beyond a limit.
  package mutating func append(_ lines: [OutputLine]) {
    log += lines
    if log.count > Self.logLimit { log.removeFirst(log.count - Self.logLimit) }
    logScroll = 0
  }
}

/// The help screen of one panel.
package struct HelpView: Hashable, Sendable {
  package var panel: PanelID
  package var selected: Int
  /// Only keys whose words have this are listed.
  package var find = ""
  package var isFinding = false

  package init(panel: PanelID, selected: Int = 0) {
    self.panel = panel
    self.selected = selected
  }

  package var bindings: [Binding] {
    let all = Keymap.bindings(panel)
    guard !find.isEmpty else { return all }
    let wanted = find.lowercased()
    return all.filter { "\($0.shown) \($0.help)".lowercased().contains(wanted) }
  }

  package var about: [String] { panel == .commandLine ? [] : Panels.panel(panel).about }

  /// How many lines it would take in all.
  package var lineCount: Int { Keymap.bindings(panel).count + 2 * about.count }
}

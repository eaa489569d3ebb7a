import Diagnostics
package import TerminalUI

/// All that the screen depends on: the session's view, and where the user looks.
package struct AppModel: Hashable, Sendable {
  package var size: Size
  package let table: PanelTable
  package var view = SessionView()
  /// Whether the first view of the session is still to come.
  package var isOpening = false
  package var vocabulary = Vocabulary()
  package var focus: PanelID = StackPanel.id
  /// The panel to return to from the command line.
  package var lastPanel: PanelID = StackPanel.id
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
  /// Where the user looks in each panel.
  var states: [PanelID: PanelValue] = [:]

  package var log: [OutputLine] = []
  package var progress: Progress?
  /// Commands that run or wait, also while it is too early to report their progress.
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

  package init(size: Size, panels: PanelTable = .standard) {
    self.size = size
    table = panels
  }

  package var layout: ScreenLayout {
    let panels = table.panels.map { panel in
      ScreenLayout.Entry(id: panel.id, place: panel.place, isWanted: panel.isWanted(self))
    }
    return ScreenLayout(size, panels, isEnlarged: isEnlarged)
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

  /// What all panels look at.
  package var look: Look {
    get {
      var look = Look()
      (look.path, look.row, look.cursorTime) = (selectedPath, row, cursorTime)
      return look
    }
    set { (selectedPath, row, cursorTime) = (newValue.path, newValue.row, newValue.cursorTime) }
  }

  /// What the visible panels need for their next drawing.
  package var request: ViewRequest {
    var request = ViewRequest()
    request.look = look
    request.wantsAgreement = seeksDifference
    for (id, rect) in layout.visible(focus: focus, last: lastPanel) {
      guard let panel = table.panel(id) else { continue }
      request.panels.append(panel.request(self, size: rect.inset(by: 1).size))
      request.wantsAgreement = request.wantsAgreement || panel.comparesLayers
    }
    return request
  }

  /// Selects a layer, and looks at it from the start.
  package mutating func select(_ path: String) {
    guard path != selectedPath else { return }
    selectedPath = path
    for panel in table.panels where panel.isAboutLayer { states[panel.id] = nil }
  }

  /// Adds lines to the log, and forgets the oldest beyond a limit.
  package mutating func append(_ lines: [OutputLine]) {
    log += lines
    if log.count > Self.logLimit { log.removeFirst(log.count - Self.logLimit) }
    self[LogPanel.self] = LogPanel.State()
  }
}

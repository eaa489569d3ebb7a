import Foundation
import Layers
import TerminalUI
import Workbench

/// The workbench on a memory screen, without threads: keys and lines in, screens out.
struct Desk {
  private let client: any SessionClient
  private(set) var model: AppModel
  /// What stands in the command line.
  private(set) var line = ""
  private(set) var hasQuit = false
  /// The request that the panels show the answer to.
  private var shown: ViewRequest?
  /// How often the engine was asked for a command or a view.
  private(set) var trips = 0

  /// Journals of tests are not those of the user.
  private static let journals: Void = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("workbench-tests")
    setenv("XDG_STATE_HOME", folder.path, 1)
  }()

  init(rows: Int, columns: Int, open path: String? = nil) {
    _ = Self.journals
    self.init(rows: rows, columns: columns, client: EngineClient(path: path, registry: .builtIn))
  }

  init(
    rows: Int, columns: Int, panels: PanelTable = .standard,
    client: @autoclosure () -> any SessionClient
  ) {
    _ = Self.journals
    self.client = client()
    model = AppModel(size: Size(rows: rows, columns: columns), panels: panels)
    let opened = self.client.open(showing: model.request) { _ in }
    model.append(opened.lines)
    show(opened.view)
    look()
  }

  /// A folder or file of the project.
  static func project(_ path: String) -> String {
    let here = URL(fileURLWithPath: #filePath)
    return here.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(path).path
  }

  var screen: Screen { MainScreen.draw(model) }
  var text: String { screen.text }

  /// Performs lines as if typed.
  mutating func type(_ lines: String...) {
    for line in lines { carryOut(model.submit(line)) }
    look()
  }

  mutating func press(_ key: Key) { handle(.key(KeyPress(key, bytes: Self.bytes(key)))) }

  /// Presses characters one after another.
  mutating func press(_ text: String) {
    for character in text { press(.character(character)) }
  }

  mutating func handle(_ event: TerminalEvent) {
    carryOut(model.handle(event))
    look()
  }

  private static func bytes(_ key: Key) -> [UInt8] {
    switch key {
    case .character(let character): Array(String(character).utf8)
    case .enter: [13]
    default: []
    }
  }

  private mutating func look() {
    // Comparisons go on from view to view.
    for _ in 0..<1000 where model.request != shown || model.isComparing {
      trips += 1
      show(client.view(model.request))
    }
  }

  private mutating func show(_ view: SessionView?) {
    guard let view else { return }
    let effects = model.show(view)
    shown = view.answered
    carryOut(effects)
  }

  private mutating func carryOut(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .perform(let text):
        trips += 1
        let outcome = client.perform(text, showing: model.request) { _ in }
        let effects = model.finish(text, outcome)
        show(outcome.view)
        carryOut(effects)
      case .editor(let input): edit(input)
      case .quit: hasQuit = true
      case .cancel, .repaint, .suspend: break
      }
    }
  }

  private mutating func edit(_ input: EditorInput) {
    switch input {
    case .press(let press) where press.key == .enter: carryOut(model.submit(line))
    case .press(let press): line += String(decoding: press.bytes, as: UTF8.self)
    case .paste(let text): line += text
    case .prefill(let text), .repair(let text): line = text
    case .dropLine: line = ""
    }
    model.editorLine = LineView(
      prompt: model.prompt, line: line, point: line.utf8.count, width: model.size.columns)
  }
}

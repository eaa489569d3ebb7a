import Foundation
import Layers
import TerminalUI
import Workbench

/// The workbench on a memory screen, without threads: keys and lines in, screens out.
struct Desk {
  private let client: EngineClient
  private(set) var model: AppModel
  /// What stands in the command line.
  private(set) var line = ""
  private(set) var hasQuit = false

  /// Journals of tests are not those of the user.
  private static let journals: Void = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("workbench-tests")
    setenv("XDG_STATE_HOME", folder.path, 1)
  }()

  init(rows: Int, columns: Int, open path: String? = nil) {
    _ = Self.journals
    self.init(rows: rows, columns: columns, client: EngineClient(path: path, registry: .builtIn))
  }

  init(rows: Int, columns: Int, client: @autoclosure () -> EngineClient) {
    _ = Self.journals
    self.client = client()
    model = AppModel(size: Size(rows: rows, columns: columns))
    model.append(self.client.open { _ in }.lines)
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
    // A view may move cursors, and so be asked for once more; comparisons go on from view to view.
    for turn in 0..<1000 {
      guard turn < 3 || model.isComparing else { break }
      carryOut(model.show(client.view(model.request)))
    }
  }

  private mutating func carryOut(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .perform(let text): carryOut(model.finish(text, client.perform(text) { _ in }))
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

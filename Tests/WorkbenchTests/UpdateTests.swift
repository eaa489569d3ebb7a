import TerminalUI
import Testing
import Workbench

@Suite("Events and models give models and effects")
struct UpdateTests {
  private func press(_ key: Key, _ bytes: [UInt8] = []) -> TerminalEvent {
    .key(KeyPress(key, bytes: bytes))
  }

  private func model() -> AppModel { ScreenTests.model(rows: 24, columns: 80, path: ".") }

  @Test(
    "keys of every panel perform lines of the language",
    arguments: [("s", "step"), ("b", "back"), ("r", "run"), ("u", "undo"), ("U", "redo")])
  func performs(key: Character, line: String) {
    for panel in PanelTable.standard.ids {
      var model = self.model()
      model.focus = panel
      #expect(model.handle(press(.character(key))) == [.perform(line)])
      #expect(model.isBusy)
      #expect(model.log.last == OutputLine("› \(line)", .command))
      // What is pressed meanwhile waits its turn, up to a limit.
      #expect(model.handle(press(.character("s"))) == [.perform("step")])
      model.pendingCount = AppModel.pendingLimit
      #expect(model.handle(press(.character("s"))) == [])
    }
  }

  @Test("no key has two meanings in a panel, and every meaning has a word")
  func keymap() {
    for panel in PanelTable.standard.ids + [.commandLine] {
      let bindings = Keymap.bindings(panel, in: .standard)
      let keys = bindings.flatMap(\.keys)
      #expect(Set(keys).count == keys.count)
      #expect(bindings.allSatisfy { !$0.help.isEmpty && !$0.shown.isEmpty })
    }
  }

  @Test("Tab walks all panels and comes back")
  func walks() {
    for size in [(24, 80), (36, 118), (60, 200)] {
      var model = ScreenTests.model(rows: size.0, columns: size.1)
      let count = model.layout.focusable.count
      var seen: [PanelID] = []
      for _ in 0..<count {
        seen.append(model.focus)
        if model.focus == .commandLine {
          _ = model.handle(press(.backTab))
          _ = model.perform(.focusNext)
        }
        _ = model.perform(.focusNext)
      }
      #expect(Set(seen).count == count)
      #expect(model.focus == StackPanel.id)
    }
  }

  @Test("the command line takes all keys but Esc, and keeps them")
  func typing() {
    var model = self.model()
    #expect(model.handle(press(.character(":"))) == [])
    #expect(model.focus == .commandLine)
    let key = KeyPress(.character("s"), bytes: [0x73])
    #expect(model.handle(.key(key)) == [.editor(.press(key))])
    #expect(model.handle(press(.escape)) == [])
    #expect(model.focus == StackPanel.id)
    #expect(model.handle(press(.character("g"))) == [.editor(.prefill("goto "))])
  }

  @Test("a failed line stays for repair, a done one goes, a key touches neither")
  func repairs() {
    var model = self.model()
    model.focusCommandLine()
    #expect(model.submit("stp") == [.perform("stp")])
    let failed = Outcome([OutputLine("no command", .bad)], status: .failed)
    #expect(model.finish("stp", failed) == [.editor(.repair("stp"))])
    #expect(model.submit("step") == [.perform("step")])
    #expect(model.finish("step", Outcome()) == [.editor(.prefill(""))])
    _ = model.handle(press(.escape))
    #expect(model.handle(press(.character("s"))) == [.perform("step")])
    #expect(model.finish("step", failed) == [])
  }

  @Test("a command goes on while a bracket is open")
  func continues() {
    var model = self.model()
    #expect(model.submit("stack Serial([") == [.perform("stack Serial([")])
    _ = model.finish("stack Serial([", Outcome(status: .incomplete))
    #expect(model.prompt == AppModel.continuedPrompt)
    #expect(model.submit("])") == [.perform("stack Serial([\n])")])
    _ = model.finish("stack Serial([\n])", Outcome())
    #expect(model.prompt == AppModel.firstPrompt)
    #expect(model.openLines == [])
  }

  @Test("Ctrl-C stops what runs, or drops the line")
  func interrupts() {
    var model = self.model()
    #expect(model.handle(press(.control("c"))) == [.editor(.dropLine)])
    _ = model.handle(press(.character("r")))
    #expect(model.handle(press(.control("c"))) == [.cancel])
  }

  @Test("pasted text goes to the command line, whatever has the focus")
  func pastes() {
    var model = self.model()
    #expect(model.handle(.paste("q\nU")) == [.editor(.paste("q\nU"))])
    #expect(model.focus == .commandLine)
  }

  @Test("Alt in a panel is ESC and the key, typed fast")
  func alt() {
    var model = self.model()
    model.focus = StatePanel.id
    #expect(model.handle(press(.alt("s"))) == [.perform("step")])
    #expect(model.focus == StackPanel.id)
  }

  @Test("the stack selects, folds, filters and opens")
  func stack() {
    var model = self.model()
    _ = model.handle(press(.character("j")))
    #expect(model.selectedPath == "stft")
    _ = model.handle(press(.end))
    #expect(model.selectedPath == "out")
    _ = model.handle(press(.enter))
    #expect(model.focus == StatePanel.id)
    _ = model.handle(press(.escape))
    _ = model.handle(press(.home))
    _ = model.handle(press(.enter))
    #expect(model.visibleLayers.map(\.path) == ["."])
    _ = model.handle(press(.enter))
    #expect(model.visibleLayers.count == 8)
    for key in [Key.character("/"), .character("c"), .character("o"), .character("n")] {
      _ = model.handle(press(key))
    }
    #expect(model.visibleLayers.map(\.path) == [".", "c1", "res", "res/c2"])
    #expect(model.selectedPath == "c1")
    _ = model.handle(press(.escape))
    #expect(model.filter.isEmpty)
  }

  @Test("help does what its selected line says")
  func help() throws {
    var model = self.model()
    _ = model.handle(press(.character("?")))
    let index = try #require(
      model.help?.bindings.firstIndex { $0.action == .perform("back") })
    for _ in 0..<index { _ = model.handle(press(.down)) }
    #expect(model.handle(press(.enter)) == [.perform("back")])
    #expect(model.help == nil)
  }

  @Test("clicks select, open and press the footer; the wheel moves")
  func mouse() throws {
    var model = ScreenTests.model(rows: 36, columns: 118, path: ".")
    let stack = try #require(model.layout.panels[StackPanel.id])
    let row = stack.row + 3
    _ = model.handle(.mouse(Mouse(.leftPress, row: row, column: stack.column + 5)))
    #expect(model.selectedPath == "mel")
    _ = model.handle(.mouse(Mouse(.leftPress, row: row, column: stack.column + 5)))
    #expect(model.focus == StatePanel.id)
    _ = model.handle(.mouse(Mouse(.wheelDown, row: row, column: stack.column + 5)))
    #expect(model.selectedPath == "c1")
    let step = try #require(Footer.items(model).first { $0.label == "step" })
    let click = Mouse(.leftPress, row: 35, column: step.columns.lowerBound)
    #expect(model.handle(.mouse(click)) == [.perform("step")])
  }

  @Test("only what is visible is asked for")
  func requests() {
    var model = self.model()
    #expect(model.request.of(SequencePanel.self) == nil)
    #expect(model.request.of(MaskPanel.self) == nil)
    model.focus = SequencePanel.id
    #expect(model.request.of(SequencePanel.self) == SequencePanel.Request(columns: 63))
    _ = model.handle(press(.character("+")))
    #expect(model.request.of(SequencePanel.self) == SequencePanel.Request(columns: 63, zoom: 1))
    _ = model.handle(press(.left))
    #expect(model.request.look.cursorTime == 18_879 - 24_000 / 63)
    model = ScreenTests.model(rows: 60, columns: 200)
    #expect(model.request.of(MaskPanel.self) != nil)
  }
}

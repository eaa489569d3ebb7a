import Foundation
import TerminalUI

/// A program that shows what its driver tells it: the subject of the pseudo-terminal tests.
///
/// Row 0 is the size, then a log of events and lines, the editor in the last row.
@main
struct Probe {
  private let driver: NcursesDriver
  private let editor: LineEditor
  private var log: [String] = []
  private var pings = 0
  private var isDone = false

  static func main() {
    do throws(ScreenObstacle) {
      var probe = Probe(driver: try NcursesDriver(noColor: nil))
      probe.run()
    } catch {
      plain()
    }
  }

  private init(driver: NcursesDriver) {
    self.driver = driver
    editor = LineEditor(name: "probe", onScreen: true) { request in
      let words = ["scroll", "set-layer", "set-step", "show", "spin"]
      return Completion(candidates: words.filter { $0.hasPrefix(request.word) })
    }
    if let path = ProcessInfo.processInfo.environment["PROBE_HISTORY"] {
      editor.openHistory(path: path)
    }
  }

  private static func plain() {
    let editor = LineEditor(name: "probe", onScreen: false) { _ in Completion() }
    PlainTerminal.guardSettings()
    PlainTerminal.catchInterrupts()
    while case .line(let line) = editor.readPlain(prompt: "probe> ") {
      FileHandle.standardOutput.write(Data("line '\(line)'\n".utf8))
    }
  }

  private mutating func run() {
    editor.begin(prompt: "probe> ")
    draw()
    while true {
      for event in driver.events(timeoutMilliseconds: nil) { handle(event) }
      draw()
      // Whoever reads an answer goes on typing: one that leaves gives none, as the keys would meet the shell's
      // terminal, where some of them are signals.
      if isDone { break }
      for _ in 0..<pings { driver.pong() }
      pings = 0
    }
    driver.close()
  }

  private mutating func handle(_ event: TerminalEvent) {
    switch event {
    case .key(let press): handle(press)
    case .mouse(let mouse): log.append("\(mouse.action) \(mouse.row),\(mouse.column)")
    case .paste(let text): editor.paste(text); take()
    case .resize, .wake: break
    case .stop: driver.suspend()
    case .ping: pings += 1
    case .hangUp: isDone = true
    }
  }

  private mutating func handle(_ press: KeyPress) {
    switch press.key {
    case .control("c"):
      editor.dropLine()
      editor.begin(prompt: "probe> ")
    case .control("z"): driver.suspend()
    case .escape where !editor.isVi: log.append("escape")
    case .function, .pageUp, .pageDown, .shiftUp, .backTab: log.append("\(press.key)")
    default:
      editor.clearMatches()
      if editor.feed(press) {
        take()
      } else if case .alt(let character) = press.key {
        log.append("escape, \(character)")
      }
    }
  }

  private mutating func take() {
    while case let outcome = editor.take(), outcome != .editing {
      guard case .line(let line) = outcome else {
        isDone = true
        return
      }
      editor.remember(line)
      perform(line)
      editor.begin(prompt: "probe> ", text: line == "repair" ? "repair me" : "")
    }
  }

  private mutating func perform(_ line: String) {
    log.append("line '\(line)'")
    switch line {
    case "quit": isDone = true
    case "trap": fatalError("a trap of our own")
    case "overflow": log.append("\(depth(1))")
    case "fault": kill(getpid(), SIGSEGV)
    case "warn": FileHandle.standardError.write(Data("a warning\n".utf8))
    case "exit": exit(7)
    default: break
    }
  }

  private func depth(_ count: Int) -> Int { count == 0 ? 0 : 1 + depth(count + 1) }

  private func draw() {
    let canvas = Canvas(driver.size)
    let region = canvas.region
    region.text(row: 0, "\(region.rows) x \(region.columns) é 東京 ▁█", .role(.title))
    for column in 0..<8 {
      let range = ValueRange(low: 0, high: 7)
      region.heat(row: 0, column: 40 + column, Float(column), range: range)
    }
    let body = region.part(row: 1, rows: region.rows - 2)
    for (row, line) in log.suffix(body.rows).enumerated() { body.text(row: row, line) }
    let matches = editor.matches
    if !matches.isEmpty {
      body.text(row: body.rows - 1, matches.joined(separator: "  "), .role(.faint))
    }
    let view = editor.view(width: region.columns)
    region.text(row: region.rows - 1, view.text)
    region.placeCursor(row: region.rows - 1, column: view.cursor)
    driver.present(canvas.screen)
  }
}

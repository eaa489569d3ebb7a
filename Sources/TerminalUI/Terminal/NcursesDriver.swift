import CTerminal

/// Why there is no screen to show.
package enum ScreenObstacle: Error, Hashable, Sendable {
  /// A standard stream is no terminal.
  case noTerminal
  /// `TERM` is missing, or the system has no description of what it names.
  case unknownType
  /// A terminal of this type cannot move its cursor.
  case noCursor
  /// The system has no descriptors left.
  case noResources
}

/// The terminal that the program was started on, by ncurses.
package final class NcursesDriver: Driver {
  package private(set) var size: Size
  package let colorDepth: ColorDepth
  private var assembler = KeyAssembler()
  private var pasted: [UInt8]?
  private var shown: Screen?
  private var resolved: [Style: ct_cell] = [:]

  /// How long a paste may pause before it counts as finished, should its end mark be lost.
  private static let pasteTimeoutMilliseconds = 1000
  /// How long an escape sequence may pause before what there is of it is passed over.
  private static let sequenceTimeoutMilliseconds = 100

  /// Takes the terminal over, in colour unless `noColor` (the value of `NO_COLOR`) is there.
  package init(noColor: String?) throws(ScreenObstacle) {
    guard ct_is_terminal(0), ct_is_terminal(1) else { throw .noTerminal }
    switch Int(ct_open()) {
    case CT_OPENED: break
    case CT_NO_TERMINAL_TYPE: throw .unknownType
    case CT_NO_CURSOR: throw .noCursor
    default: throw .noResources
    }
    size = Size(rows: Int(ct_rows()), columns: Int(ct_columns()))
    colorDepth = ColorDepth(colors: Int(ct_colors()), noColor: noColor)
  }

  deinit { ct_close() }

  package var waker: Waker { Waker { ct_wake() } }

  package func close() { ct_close() }
  package func pong() { ct_pong() }
  package func forceRepaint() { shown = nil; ct_force_repaint() }

  package func suspend() {
    ct_suspend()
    shown = nil
    size = Size(rows: Int(ct_rows()), columns: Int(ct_columns()))
  }

  package func events(timeoutMilliseconds: Int?) -> [TerminalEvent] {
    let why = ct_wait(Int32(patience(timeoutMilliseconds) ?? -1))
    guard why >= 0 else { return [.hangUp] }
    var events: [TerminalEvent] = []
    if why & Int32(CT_WAIT_CONTINUE) != 0 { ct_resume() }
    if why & Int32(CT_WAIT_RESIZE | CT_WAIT_CONTINUE) != 0 {
      ct_resize()
      shown = nil
      size = Size(rows: Int(ct_rows()), columns: Int(ct_columns()))
      events.append(.resize(size))
    }
    if why & Int32(CT_WAIT_WAKE) != 0 { events.append(.wake) }
    if why & Int32(CT_WAIT_STOP) != 0 { events.append(.stop) }
    if why == 0, pasted != nil { events.append(endPaste()) }
    if why == 0, assembler.isInSequence, let press = assembler.finish() {
      events.append(.key(press))
    }
    var event = ct_event()
    while ct_next_event(&event) { add(event, to: &events) }
    if pasted == nil, assembler.isInSequence, let press = finishIfKey() {
      events.append(.key(press))
    }
    return events
  }

  /// How long to wait for events, if something else than they should be waited for.
  private func patience(_ wanted: Int?) -> Int? {
    if pasted != nil { return Self.pasteTimeoutMilliseconds }
    guard assembler.isInSequence else { return wanted }
    return min(wanted ?? .max, Self.sequenceTimeoutMilliseconds)
  }

  /// ESC alone, and Alt with a character that begins sequences, are complete once nothing followed within
  /// ncurses' escape delay; a sequence waits for its next bytes.
  private func finishIfKey() -> KeyPress? {
    var copy = assembler
    guard let press = copy.finish() else { return nil }
    assembler = copy
    return press
  }

  private func add(_ event: ct_event, to events: inout [TerminalEvent]) {
    let bytes = withUnsafeBytes(of: event.bytes) { Array($0.prefix(Int(event.count))) }
    // ESC before anything but a character was a key of its own.
    if Int(event.kind) != CT_EVENT_BYTE, let press = assembler.finish() {
      events.append(.key(press))
    }
    switch Int(event.kind) {
    case CT_EVENT_PING: events.append(.ping)
    case CT_EVENT_PASTE_BEGIN: pasted = []
    case CT_EVENT_PASTE_END: if pasted != nil { events.append(endPaste()) }
    case CT_EVENT_MOUSE: if let mouse = Self.mouse(event) { events.append(.mouse(mouse)) }
    case CT_EVENT_BYTE:
      if pasted != nil {
        pasted?.append(UInt8(truncatingIfNeeded: event.code))
      } else {
        events += assembler.add(UInt8(truncatingIfNeeded: event.code)).map { .key($0) }
      }
    case CT_EVENT_KEY:
      if pasted != nil { return }
      events.append(.key(KeyPress(Self.key(Int(event.code)), bytes: bytes)))
    default: break
    }
  }

  private func endPaste() -> TerminalEvent {
    defer { pasted = nil }
    return .paste(String(decoding: pasted ?? [], as: UTF8.self))
  }

  private static func mouse(_ event: ct_event) -> Mouse? {
    let actions: [(Int, Mouse.Action)] = [
      (CT_BUTTON_LEFT, .leftPress), (CT_BUTTON_RIGHT, .rightPress),
      (CT_WHEEL_UP, .wheelUp), (CT_WHEEL_DOWN, .wheelDown),
    ]
    guard let action = actions.first(where: { Int(event.buttons) & $0.0 != 0 }) else { return nil }
    return Mouse(action.1, row: Int(event.row), column: Int(event.column))
  }

  private static func key(_ code: Int) -> Key {
    switch code {
    case CT_KEY_UP: .up
    case CT_KEY_DOWN: .down
    case CT_KEY_LEFT: .left
    case CT_KEY_RIGHT: .right
    case CT_KEY_HOME: .home
    case CT_KEY_END: .end
    case CT_KEY_PAGE_UP: .pageUp
    case CT_KEY_PAGE_DOWN: .pageDown
    case CT_KEY_BACK_TAB: .backTab
    case CT_KEY_ENTER: .enter
    case CT_KEY_BACKSPACE: .backspace
    case CT_KEY_DELETE: .delete
    case CT_KEY_INSERT: .insert
    case CT_KEY_SHIFT_UP: .shiftUp
    case CT_KEY_SHIFT_DOWN: .shiftDown
    case CT_KEY_SHIFT_LEFT: .shiftLeft
    case CT_KEY_SHIFT_RIGHT: .shiftRight
    default: code > CT_KEY_FUNCTION ? .function(code - CT_KEY_FUNCTION) : .other
    }
  }

  package func present(_ screen: Screen) {
    var cells = [ct_cell](repeating: ct_cell(), count: screen.size.columns)
    for row in 0..<min(screen.size.rows, size.rows) {
      let line = screen.row(row)
      // ncurses compares cells again; skipping whole rows here saves most of the work.
      if let shown, shown.size == screen.size, shown.row(row) == line { continue }
      for (column, cell) in line.enumerated() { cells[column] = resolve(cell) }
      ct_put_row(Int32(row), cells, Int32(min(screen.size.columns, size.columns)))
    }
    shown = screen
    let cursor = screen.cursor ?? Screen.Position(row: 0, column: 0)
    ct_place_cursor(Int32(cursor.row), Int32(cursor.column), screen.cursor != nil)
    ct_flush()
  }

  private func resolve(_ cell: Cell) -> ct_cell {
    var result: ct_cell
    if let known = resolved[cell.style] {
      result = known
    } else {
      let style = Palette.resolve(cell.style, depth: colorDepth)
      result = ct_cell()
      result.foreground = Int16(style.foreground)
      result.background = -1
      result.attributes = UInt32(style.attributes.rawValue)
      resolved[cell.style] = result
    }
    result.scalar = cell.scalar
    result.combining = cell.combining
    return result
  }
}

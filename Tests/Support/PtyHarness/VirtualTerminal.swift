package import TerminalUI

/// One character of a virtual terminal with the colours and attributes it was sent with.
package struct VirtualCell: Hashable, Sendable {
  package var scalar: UInt32 = 0x20
  package var combining: UInt32 = 0
  package var foreground = -1
  package var background = -1
  package var attributes: Attributes = []
}

/// A model of what ncurses draws on `TERM=xterm-256color`: two screens, modes, colours.
///
/// A sequence that it does not know is kept in `unknown`, so that a test can demand none.
package struct VirtualTerminal: Sendable {
  package private(set) var size: Size
  package private(set) var row = 0
  package private(set) var column = 0
  package private(set) var unknown: [String] = []
  package private(set) var pongs = 0
  /// Private modes that are on: 7 wrap, 25 cursor, 1000 mouse, 1049 second screen, 2004 marked
  /// paste.
  package private(set) var modes = shellModes
  /// The modes of a terminal that shows a shell.
  package static let shellModes: Set<Int> = [7, 25]
  package private(set) var isKeypadOn = false

  private var cells: [VirtualCell]
  private var mainScreen: (cells: [VirtualCell], row: Int, column: Int)?
  private var pen = VirtualCell()
  private var top = 0
  private var bottom: Int
  private var wrapsNext = false
  private var saved = (row: 0, column: 0)
  private var last: UInt32 = 0x20

  private enum State { case ground, escape, control, command, commandEscape, charset }
  private var state = State.ground
  private var text = ""
  private var missing = 0
  private var partial: UInt32 = 0

  package init(_ size: Size) {
    self.size = size
    bottom = size.rows - 1
    cells = Array(repeating: VirtualCell(), count: size.rows * size.columns)
  }

  package subscript(row: Int, column: Int) -> VirtualCell {
    cells[row * size.columns + column]
  }

  package var isOnSecondScreen: Bool { mainScreen != nil }
  package var isCursorVisible: Bool { modes.contains(25) }

  /// One row as text, without blanks at its end.
  package func line(_ row: Int) -> String {
    var view = String.UnicodeScalarView()
    for column in 0..<size.columns where self[row, column].scalar != 0 {
      let cell = self[row, column]
      if let scalar = Unicode.Scalar(cell.scalar) { view.append(scalar) }
      if cell.combining != 0, let mark = Unicode.Scalar(cell.combining) { view.append(mark) }
    }
    while view.last == " " { view.removeLast() }
    return String(view)
  }

  package var screenText: String { (0..<size.rows).map(line).joined(separator: "\n") }

  /// Takes a new size and clears, as the program is about to draw everything again.
  package mutating func resize(_ size: Size) {
    let modes = self.modes
    let wasSecond = isOnSecondScreen
    let keypad = isKeypadOn
    let pongs = self.pongs
    let unknown = self.unknown
    self = VirtualTerminal(size)
    (self.modes, self.pongs, self.unknown, isKeypadOn) = (modes, pongs, unknown, keypad)
    if wasSecond { mainScreen = (cells, 0, 0) }
  }

  package mutating func feed(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { feed(byte) }
  }

  private mutating func feed(_ byte: UInt8) {
    switch state {
    case .ground: ground(byte)
    case .escape: escape(byte)
    case .charset: state = .ground
    case .control:
      if byte >= 0x40 {
        state = .ground
        control(Character(Unicode.Scalar(byte)))
      } else {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      }
    case .command:
      if byte == 7 {
        endCommand()
      } else if byte == 0x1b {
        state = .commandEscape
      } else {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      }
    case .commandEscape: endCommand()
    }
  }

  private mutating func endCommand() {
    state = .ground
    if text == "7777;pong" { pongs += 1 }
  }

  private mutating func ground(_ byte: UInt8) {
    if missing > 0, byte & 0xc0 == 0x80 {
      partial = partial << 6 | UInt32(byte & 0x3f)
      missing -= 1
      if missing == 0 { put(partial) }
      return
    }
    missing = 0
    switch byte {
    case 0x1b: state = .escape
    case 8: move(row, column - 1)
    case 9: move(row, (column / 8 + 1) * 8)
    case 10, 11, 12: lineFeed()
    case 13: move(row, 0)
    case 0..<32: break
    case 0..<0x80: put(UInt32(byte))
    case 0xc0..<0xe0: (partial, missing) = (UInt32(byte & 0x1f), 1)
    case 0xe0..<0xf0: (partial, missing) = (UInt32(byte & 0x0f), 2)
    default: (partial, missing) = (UInt32(byte & 7), 3)
    }
  }

  private mutating func escape(_ byte: UInt8) {
    state = .ground
    text = ""
    switch byte {
    case UInt8(ascii: "["): state = .control
    case UInt8(ascii: "]"): state = .command
    case UInt8(ascii: "("), UInt8(ascii: ")"): state = .charset
    case UInt8(ascii: "M"): if row == top { scroll(-1) } else { move(row - 1, column) }
    case UInt8(ascii: "7"): saved = (row, column)
    case UInt8(ascii: "8"): move(saved.row, saved.column)
    case UInt8(ascii: "="): isKeypadOn = true
    case UInt8(ascii: ">"): isKeypadOn = false
    default: unknown.append("ESC \(Unicode.Scalar(byte))")
    }
  }

  private mutating func move(_ row: Int, _ column: Int) {
    self.row = min(max(0, row), size.rows - 1)
    self.column = min(max(0, column), size.columns - 1)
    wrapsNext = false
  }

  private mutating func lineFeed() {
    if row == bottom { scroll(1) } else { row = min(size.rows - 1, row + 1) }
    wrapsNext = false
  }

  private var blank: VirtualCell { VirtualCell(background: pen.background) }

  private mutating func scroll(_ lines: Int) {
    let width = size.columns
    for _ in 0..<abs(lines) {
      let gone = lines > 0 ? top : bottom
      let new = lines > 0 ? bottom : top
      cells.removeSubrange(gone * width..<(gone + 1) * width)
      cells.insert(contentsOf: Array(repeating: blank, count: width), at: new * width)
    }
  }

  private mutating func put(_ value: UInt32) {
    let scalar = Unicode.Scalar(value) ?? " "
    let width = scalar.columns
    if width == 0 {
      var x = wrapsNext ? column : column - 1
      if x > 0, self[row, x].scalar == 0 { x -= 1 }
      if x >= 0 { cells[row * size.columns + x].combining = value }
      return
    }
    if wrapsNext {
      column = 0
      lineFeed()
    }
    var cell = pen
    cell.scalar = value
    cells[row * size.columns + column] = cell
    last = value
    if width == 2, column + 1 < size.columns {
      cell.scalar = 0
      cells[row * size.columns + column + 1] = cell
    }
    if column + width >= size.columns {
      column = size.columns - 1
      wrapsNext = true
    } else {
      column += width
    }
  }

  private mutating func erase(_ range: Range<Int>) {
    for index in range { cells[index] = blank }
  }

  private mutating func control(_ final: Character) {
    let isPrivate = text.first.map { "?>=".contains($0) } ?? false
    let digits = isPrivate ? text.dropFirst() : text[...]
    let numbers = digits.split(separator: ";", omittingEmptySubsequences: false).map {
      Int($0) ?? 0
    }
    if isPrivate {
      setModes(numbers, final)
      return
    }
    func number(_ index: Int, _ missing: Int = 1) -> Int {
      index < numbers.count && numbers[index] > 0 ? numbers[index] : missing
    }
    let count = number(0)
    let here = row * size.columns + column
    let lineStart = row * size.columns
    let lineEnd = lineStart + size.columns
    switch final {
    case "H", "f": move(count - 1, number(1) - 1)
    case "A": move(row - count, column)
    case "B": move(row + count, column)
    case "C": move(row, column + count)
    case "D": move(row, column - count)
    case "G": move(row, count - 1)
    case "d": move(count - 1, column)
    case "J":
      let mode = number(0, 0)
      erase(mode == 0 ? here..<cells.count : mode == 1 ? 0..<here + 1 : 0..<cells.count)
    case "K":
      let mode = number(0, 0)
      erase(mode == 0 ? here..<lineEnd : mode == 1 ? lineStart..<here + 1 : lineStart..<lineEnd)
    case "X": erase(here..<min(lineEnd, here + count))
    case "P":
      let gone = min(count, lineEnd - here)
      cells.removeSubrange(here..<here + gone)
      cells.insert(contentsOf: Array(repeating: blank, count: gone), at: lineEnd - gone)
    case "@":
      let new = min(count, lineEnd - here)
      cells.removeSubrange(lineEnd - new..<lineEnd)
      cells.insert(contentsOf: Array(repeating: blank, count: new), at: here)
    case "L", "M":
      let oldTop = top
      top = row
      scroll(final == "L" ? -count : count)
      top = oldTop
    case "S": scroll(count)
    case "T": scroll(-count)
    case "b": for _ in 0..<count { put(last) }
    case "r":
      (top, bottom) = (count - 1, min(size.rows, number(1, size.rows)) - 1)
      move(0, 0)
    case "m": setPen(numbers.isEmpty ? [0] : numbers)
    case "h", "l", "t", "c", "n": break
    default: unknown.append("CSI \(text)\(final)")
    }
  }

  private mutating func setModes(_ numbers: [Int], _ final: Character) {
    guard final == "h" || final == "l" else { return }
    for mode in numbers {
      if final == "h" { modes.insert(mode) } else { modes.remove(mode) }
      guard mode == 1049 else { continue }
      if final == "h", mainScreen == nil {
        mainScreen = (cells, row, column)
        erase(0..<cells.count)
      } else if final == "l", let main = mainScreen {
        cells = main.cells
        move(main.row, main.column)
        (top, bottom) = (0, size.rows - 1)
        mainScreen = nil
      }
    }
  }

  private mutating func setPen(_ numbers: [Int]) {
    var index = 0
    while index < numbers.count {
      switch numbers[index] {
      case 0: pen = VirtualCell()
      case 1: pen.attributes.insert(.bold)
      case 2: pen.attributes.insert(.dim)
      case 4: pen.attributes.insert(.underline)
      case 7: pen.attributes.insert(.reverse)
      case 22: pen.attributes.subtract([.bold, .dim])
      case 24: pen.attributes.remove(.underline)
      case 27: pen.attributes.remove(.reverse)
      case 30...37: pen.foreground = numbers[index] - 30
      case 40...47: pen.background = numbers[index] - 40
      case 90...97: pen.foreground = numbers[index] - 82
      case 100...107: pen.background = numbers[index] - 92
      case 39: pen.foreground = -1
      case 49: pen.background = -1
      case 38 where index + 2 < numbers.count && numbers[index + 1] == 5:
        pen.foreground = numbers[index + 2]
        index += 2
      case 48 where index + 2 < numbers.count && numbers[index + 1] == 5:
        pen.background = numbers[index + 2]
        index += 2
      default: unknown.append("SGR \(numbers[index])")
      }
      index += 1
    }
  }
}

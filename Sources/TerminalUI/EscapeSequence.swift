/// The escape sequences that terminals send for keys: where one ends, and which key it stands for.
///
/// Terminals differ in what they send for one key, and `TERM` often names another terminal than the one
/// that is there. What is known in no dialect is one sequence all the same, and not the letters in it.
enum EscapeSequence {
  /// What bytes begin with.
  enum Extent: Hashable {
    /// A sequence of so many bytes.
    case whole(Int)
    /// More must come.
    case unfinished
    /// So many bytes of a sequence that something else has cut off.
    case broken(Int)
    /// No sequence.
    case none
  }

  /// Longer ones are given up.
  private static let longest = 256

  /// How far the sequence reaches that follows an ESC.
  static func extent(_ body: ArraySlice<UInt8>) -> Extent {
    guard let kind = body.first else { return .unfinished }
    switch kind {
    case UInt8(ascii: "["): return control(Array(body))
    case UInt8(ascii: "O"): return singleShift(Array(body))
    case UInt8(ascii: "]"): return string(Array(body)) { (0x30...0x39).contains($0) }
    case UInt8(ascii: "P"): return string(Array(body)) { (0x30...0x3f).contains($0) || $0 == 0x21 }
    case UInt8(ascii: "_"): return string(Array(body)) { $0 == UInt8(ascii: "G") }
    default: return .none
    }
  }

  /// `[` parameters, and a letter; with `[[` and `[M` Linux and old mice send it their own way.
  private static func control(_ body: [UInt8]) -> Extent {
    if body.count > 1, body[1] == UInt8(ascii: "[") {
      return body.count > 2 ? .whole(3) : .unfinished
    }
    if body.count > 1, body[1] == UInt8(ascii: "M") {
      return body.count > 4 ? .whole(5) : .unfinished
    }
    for (index, byte) in body.enumerated().dropFirst() {
      // rxvt ends keys with Shift in a dollar sign.
      let isEnd = (0x40...0x7e).contains(byte) || (byte == UInt8(ascii: "$") && index > 1)
      if isEnd { return .whole(index + 1) }
      guard (0x20..<0x40).contains(byte), index < longest else { return .broken(index) }
    }
    return .unfinished
  }

  private static func singleShift(_ body: [UInt8]) -> Extent {
    for (index, byte) in body.enumerated().dropFirst() {
      if (0x40...0x7e).contains(byte) { return .whole(index + 1) }
      let isParameter = (0x30...0x39).contains(byte) || byte == UInt8(ascii: ";")
      guard isParameter, index < longest else { return index == 1 ? .none : .broken(index) }
    }
    return .unfinished
  }

  /// What a terminal answers: any text up to BEL or ESC `\`.
  private static func string(_ body: [UInt8], begins: (UInt8) -> Bool) -> Extent {
    guard body.count > 1 else { return .unfinished }
    guard begins(body[1]) else { return .none }
    for (index, byte) in body.enumerated().dropFirst() {
      if byte == 0x07 { return .whole(index + 1) }
      if byte == UInt8(ascii: "\\"), body[index - 1] == 0x1b { return .whole(index + 1) }
      guard index < longest else { return .broken(index) }
    }
    return .unfinished
  }

  /// The key of a whole sequence, without its ESC.
  static func key(_ body: ArraySlice<UInt8>) -> Key {
    keys[String(decoding: body, as: UTF8.self)] ?? .other
  }

  /// What xterm, the VT series, tmux, screen, rxvt and the Linux console send, with and without
  /// application mode.
  private static let keys: [String: Key] = {
    var keys: [String: Key] = [
      "[1~": .home, "[7~": .home, "[4~": .end, "[8~": .end, "[2~": .insert, "[3~": .delete,
      "[5~": .pageUp, "[6~": .pageDown, "[Z": .backTab, "OM": .enter,
      "[a": .shiftUp, "[b": .shiftDown, "[c": .shiftRight, "[d": .shiftLeft,
      "[1;2A": .shiftUp, "[1;2B": .shiftDown, "[1;2C": .shiftRight, "[1;2D": .shiftLeft,
    ]
    let letters: [(String, Key)] = [
      ("A", .up), ("B", .down), ("C", .right), ("D", .left), ("H", .home), ("F", .end),
    ]
    for (letter, key) in letters { (keys["[\(letter)"], keys["O\(letter)"]) = (key, key) }
    for (index, letter) in ["P", "Q", "R", "S"].enumerated() {
      (keys["O\(letter)"], keys["[\(letter)"]) = (.function(index + 1), .function(index + 1))
    }
    for (index, letter) in ["A", "B", "C", "D", "E"].enumerated() {
      keys["[[\(letter)"] = .function(index + 1)
    }
    let numbers = [11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24]
    for (index, number) in numbers.enumerated() { keys["[\(number)~"] = .function(index + 1) }
    // The keypad in application mode.
    for (index, letter) in "pqrstuvwxy".enumerated() {
      keys["O\(letter)"] = .character(Character("\(index)"))
    }
    for (letter, sign) in zip("jklmno", "*+,-./") { keys["O\(letter)"] = .character(sign) }
    return keys
  }()
}

extension Key {
  /// Bytes that line editors expect for a key, whatever the terminal has sent; nil where there are none.
  package var usualBytes: [UInt8]? {
    switch self {
    case .character(let character): Array(String(character).utf8)
    case .up: Array("\u{1b}[A".utf8)
    case .down: Array("\u{1b}[B".utf8)
    case .right: Array("\u{1b}[C".utf8)
    case .left: Array("\u{1b}[D".utf8)
    case .home: Array("\u{1b}[H".utf8)
    case .end: Array("\u{1b}[F".utf8)
    case .delete: Array("\u{1b}[3~".utf8)
    case .enter: [0x0d]
    default: nil
    }
  }
}

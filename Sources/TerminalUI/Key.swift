/// A key, as panels name it.
package enum Key: Hashable, Sendable {
  /// A printable character.
  case character(Character)
  /// A character typed with Ctrl, as its lowercase letter.
  case control(Character)
  /// A character typed with Alt, which terminals send as ESC and the character.
  case alt(Character)
  case up, down, left, right, home, end, pageUp, pageDown
  case shiftUp, shiftDown, shiftLeft, shiftRight
  case enter, tab, backTab, escape, backspace, delete, insert
  case function(Int)
  /// A key that no panel knows; a line editor may.
  case other
}

/// One press of a key: its name, and the bytes that a line editor wants.
package struct KeyPress: Hashable, Sendable {
  package var key: Key
  package var bytes: [UInt8]

  package init(_ key: Key, bytes: [UInt8]) {
    self.key = key
    self.bytes = bytes
  }
}

/// Puts the bytes of a terminal together to keys: characters of several bytes, and Alt.
package struct KeyAssembler: Sendable {
  private var pending: [UInt8] = []

  package init() {}

  /// Whether a character is begun and not finished.
  package var isWaiting: Bool { !pending.isEmpty }

  /// The key that a byte completes, or nil when more must come.
  package mutating func add(_ byte: UInt8) -> KeyPress? {
    pending.append(byte)
    let escapes = pending.first == 0x1b ? 1 : 0
    let body = pending.dropFirst(escapes)
    guard let first = body.first else { return nil }
    if body.count < Self.length(first) {
      // A byte that cannot follow ends a broken character; it is shown as such.
      let broken = body.count > 1 && byte & 0xc0 != 0x80
      return broken ? take(.character("\u{fffd}")) : nil
    }
    let name = Self.name(Array(body))
    return escapes == 1 ? take(Self.alt(name)) : take(name)
  }

  /// What a lone ESC, or an unfinished character, is when nothing follows.
  package mutating func finish() -> KeyPress? {
    guard isWaiting else { return nil }
    return take(pending == [0x1b] ? .escape : .character("\u{fffd}"))
  }

  private mutating func take(_ key: Key) -> KeyPress {
    defer { pending = [] }
    return KeyPress(key, bytes: pending)
  }

  private static func alt(_ key: Key) -> Key {
    switch key {
    case .character(let character): .alt(character)
    case .escape: .escape
    default: .other
    }
  }

  private static func length(_ first: UInt8) -> Int {
    switch first {
    case 0xc2..<0xe0: 2
    case 0xe0..<0xf0: 3
    case 0xf0..<0xf5: 4
    default: 1
    }
  }

  private static func name(_ bytes: [UInt8]) -> Key {
    switch bytes[0] {
    case 0x09: return .tab
    case 0x0a, 0x0d: return .enter
    case 0x1b: return .escape
    case 0x08, 0x7f: return .backspace
    case 0x00: return .control(" ")
    case 0x01...0x1a: return .control(Character(Unicode.Scalar(bytes[0] + 0x60)))
    case 0x1c...0x1f: return .control(Character(Unicode.Scalar(bytes[0] + 0x40)))
    default:
      let text = String(decoding: bytes, as: UTF8.self)
      return .character(text.first ?? "\u{fffd}")
    }
  }
}

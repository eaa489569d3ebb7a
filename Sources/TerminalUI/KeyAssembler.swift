/// Puts the bytes of a terminal together to keys: characters of several bytes, Alt, and the sequences of
/// keys without a character.
package struct KeyAssembler: Sendable {
  private var pending: [UInt8] = []

  package init() {}

  /// Whether a key is begun and not finished.
  package var isWaiting: Bool { !pending.isEmpty }

  /// Whether an escape sequence is, which comes in one piece unless the line is slow.
  package var isInSequence: Bool { pending.first == Self.escape }

  private static let escape: UInt8 = 0x1b
  private static let unknown = KeyPress(.character("\u{fffd}"), bytes: Array("\u{fffd}".utf8))

  /// The keys that a byte completes: none when more must come, two where it ends one and is another.
  package mutating func add(_ byte: UInt8) -> [KeyPress] {
    pending.append(byte)
    var presses: [KeyPress] = []
    while let (press, count) = first() {
      pending.removeFirst(count)
      if let press { presses.append(press) }
    }
    return presses
  }

  /// What the bytes so far are when nothing follows; nil for a sequence without an end.
  package mutating func finish() -> KeyPress? {
    defer { pending = [] }
    guard let start = pending.first else { return nil }
    guard start == Self.escape else { return Self.unknown }
    switch pending.count {
    case 1: return KeyPress(.escape, bytes: pending)
    case 2 where pending[1] == Self.escape: return KeyPress(.escape, bytes: [Self.escape])
    case 2 where pending[1] < 0x80:
      return KeyPress(Self.alt(Self.name(pending[1...])), bytes: pending)
    default: return nil
    }
  }

  /// The first key that is whole, nil where it is to be passed over, and its length in bytes.
  private func first() -> (press: KeyPress?, count: Int)? {
    guard let start = pending.first else { return nil }
    guard start == Self.escape else { return character(at: 0) }
    guard pending.count > 1 else { return nil }
    guard pending[1] == Self.escape else { return sequence(at: 1) }
    // Alt with a key that is a sequence; otherwise ESC twice.
    guard pending.count > 2 else { return nil }
    let isSequence = [UInt8(ascii: "["), UInt8(ascii: "O")].contains(pending[2])
    return isSequence ? sequence(at: 2) : (KeyPress(.escape, bytes: [Self.escape]), 1)
  }

  /// The sequence, or the character with Alt, whose ESC stands before a place.
  private func sequence(at start: Int) -> (press: KeyPress?, count: Int)? {
    switch EscapeSequence.extent(pending[start...]) {
    case .unfinished: return nil
    case .broken(let count): return (nil, start + count)
    case .whole(let count):
      let bytes = Array(pending[..<(start + count)])
      let key = start == 1 ? EscapeSequence.key(bytes[start...]) : .other
      return (KeyPress(key, bytes: bytes), start + count)
    case .none:
      guard let (press, count) = character(at: start) else { return nil }
      return (
        KeyPress(Self.alt(press.key), bytes: Array(pending[..<start]) + press.bytes), start + count
      )
    }
  }

  /// The character at a place; one that is not UTF-8 is shown as such.
  private func character(at start: Int) -> (press: KeyPress, count: Int)? {
    let body = pending[start...]
    guard let first = body.first else { return nil }
    let length = Self.length(first)
    if let broken = body.prefix(length).dropFirst().firstIndex(where: { $0 & 0xc0 != 0x80 }) {
      return (Self.unknown, broken - start)
    }
    guard body.count >= length else { return nil }
    let bytes = body.prefix(length)
    guard String(validating: bytes, as: UTF8.self) != nil else { return (Self.unknown, length) }
    return (KeyPress(Self.name(bytes), bytes: Array(bytes)), length)
  }

  private static func alt(_ key: Key) -> Key {
    guard case .character(let character) = key else { return .other }
    return .alt(character)
  }

  private static func length(_ first: UInt8) -> Int {
    switch first {
    case 0xc2..<0xe0: 2
    case 0xe0..<0xf0: 3
    case 0xf0..<0xf5: 4
    default: 1
    }
  }

  private static func name(_ bytes: ArraySlice<UInt8>) -> Key {
    let first = bytes[bytes.startIndex]
    switch first {
    case 0x09: return .tab
    case 0x0a, 0x0d: return .enter
    case 0x1b: return .escape
    case 0x08, 0x7f: return .backspace
    case 0x00: return .control(" ")
    case 0x01...0x1a: return .control(Character(Unicode.Scalar(first + 0x60)))
    case 0x1c...0x1f: return .control(Character(Unicode.Scalar(first + 0x40)))
    default: return .character(String(decoding: bytes, as: UTF8.self).first ?? "\u{fffd}")
    }
  }
}

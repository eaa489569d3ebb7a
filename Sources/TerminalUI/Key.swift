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
  /// A key that no panel handles; a line editor may.
  case other
}

/// One press of a key: its name, and the bytes for a line editor.
package struct KeyPress: Hashable, Sendable {
  package var key: Key
  package var bytes: [UInt8]

  package init(_ key: Key, bytes: [UInt8]) {
    self.key = key
    self.bytes = bytes
  }
}

package import TerminalUI

/// What a key does, apart from which key.
package enum Action: Hashable, Sendable {
  /// Performs a line of the session's language.
  case perform(String)
  /// Puts text into the command line for the user to finish.
  case prefill(String)
  case move(Direction)
  case page(Direction)
  case first, last
  case focusNext, focusPrevious
  case focus(PanelID)
  /// Folds or opens what is selected.
  case enter
  /// Offers to change a field of the selected layer.
  case edit
  /// Selects the first layer whose step-wise output differs, and the first place where it does.
  case findDifference
  /// Samples one more token, as the last `decode` did.
  case decode
  /// Prints what the focused panel shows into the log.
  case printPanel
  /// Gives the focused panel all the room, or takes it back.
  case enlarge
  case back
  case nextRow, previousRow
  /// What only one panel defines.
  case own(PanelAction)
  case commandLine
  case filter
  case help
  case repaint, suspend, quit

  /// A way to move.
  package enum Direction: Hashable, Sendable {
    case up, down, left, right
  }
}

/// The side effects of an update.
package enum Effect: Hashable, Sendable {
  case perform(String)
  case cancel
  case editor(EditorInput)
  case repaint, suspend, quit
}

/// Something for the line editor.
package enum EditorInput: Hashable, Sendable {
  case press(KeyPress)
  case paste(String)
  /// A new line with this text.
  case prefill(String)
  /// A line that failed, which may be mended, or typed over with another.
  case repair(String)
  case dropLine
}

/// What a key does in one panel only, by name.
package struct PanelAction: Hashable, Sendable {
  private let name: String

  package init(_ name: String) { self.name = name }
}

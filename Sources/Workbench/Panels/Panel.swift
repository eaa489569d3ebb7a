package import TerminalUI

/// A part of the screen: it draws a model, and changes it by actions and clicks.
package protocol Panel: Sendable {
  var title: String { get }
  /// Lines for the head of its help: what signs and columns mean.
  var about: [String] { get }
  /// Keys beyond moving and those that hold everywhere.
  var bindings: [Binding] { get }
  /// What stands after the title.
  func note(_ model: AppModel) -> String
  /// Draws into the inside of the frame.
  func draw(_ model: AppModel, into region: Region)
  /// Moves and what else the bindings name.
  func perform(_ action: Action, on model: inout AppModel) -> [Effect]
  /// A click, in coordinates of the inside; a second one on the same thing is Enter.
  func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect]
}

extension Panel {
  /// What a panel says that needs an input, while there is none.
  func withoutInput(_ model: AppModel) -> String {
    model.isBusy
      ? "\(model.runningName) runs …" : "No input yet: input sine --channels 3 --time 20"
  }

  package var bindings: [Binding] { [] }
  package func note(_ model: AppModel) -> String { "" }
  package func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] { [] }
}

/// The panels by name: a new one is a file in this folder and a line here.
package enum Panels {
  package static func panel(_ id: PanelID) -> any Panel {
    switch id {
    case .stack: StackPanel()
    case .sequence: SequencePanel()
    case .state: StatePanel()
    case .beside: BesidePanel()
    case .masks: MaskPanel()
    case .log, .commandLine: LogPanel()
    case .latency: LatencyPanel()
    case .heads: AttentionPanel()
    }
  }
}

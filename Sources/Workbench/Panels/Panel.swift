package import TerminalUI

/// A part of the screen, from its request to the session to what its keys do: all of it lies in one folder.
///
/// Between a key and the screen: ``request(_:size:_:)`` says what data the panel needs, ``build(_:_:)``
/// makes its view of the session on the thread of the engine, and ``draw(_:into:)`` draws it.
package protocol Panel: Sendable {
  /// Where the user looks in it.
  associatedtype State: PanelState = NoPanelState
  /// The data that it needs of the session.
  associatedtype Request: Hashable & Sendable = NoPanelRequest
  /// Its view.
  associatedtype View: Hashable & Sendable = NoPanelView

  static var id: PanelID { get }
  var title: String { get }
  /// The key that goes to it, and what the help says of that.
  var key: Character { get }
  var help: String { get }
  /// Its place on screens that show several panels.
  var place: PanelPlace { get }
  /// Lines for the head of its help: what signs and columns mean.
  var about: [String] { get }
  /// Keys beyond moving and those that hold everywhere.
  var bindings: [Binding] { get }
  /// Whether its state is about the selected layer, and begins anew with another.
  var isAboutLayer: Bool { get }
  /// The line of the session's language that prints what it shows; nil while it shows nothing.
  func command(_ model: AppModel) -> String?
  /// Whether it needs every layer compared up to the position.
  var comparesLayers: Bool { get }
  /// Whether there is nothing to show before there is a stack and an input.
  var needsInput: Bool { get }

  /// The data that it needs for a drawing of that size.
  func request(_ state: State, size: Size, _ model: AppModel) -> Request
  /// Its view; cursors that point beyond what there is are pulled back in the request.
  func build(_ request: inout Request, _ source: PanelSource) -> View?
  /// Its view of two recorded runs of another framework; nil where that takes a model.
  func build(_ request: inout Request, _ source: TraceSource) -> View?
  /// What it needs of a model, and so cannot show of recorded runs; nil where it shows these too.
  var missing: String? { get }
  /// Takes over the cursors of a request that was answered.
  func take(_ request: Request, into state: inout State)
  /// Whether there is something for it in this session, so that large screens give it room.
  func isWanted(_ model: AppModel) -> Bool
  /// What stands after the title.
  func note(_ model: AppModel) -> String
  /// What the footer calls a key; nil while it would do nothing.
  func label(_ binding: Binding, _ model: AppModel) -> String?
  /// Draws into the inside of the frame.
  func draw(_ model: AppModel, into region: Region)
  /// Moves and what else the bindings name.
  func perform(_ action: Action, on model: inout AppModel) -> [Effect]
  /// A click, in coordinates of the inside; a second one on the same thing is Enter.
  func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect]
}

/// Where the user looks in a panel; at first at its beginning.
package protocol PanelState: Hashable, Sendable {
  init()
}

/// The state of a panel in which nothing moves.
package struct NoPanelState: PanelState {
  package init() {}
}

/// The request of a panel that has no view of its own.
package struct NoPanelRequest: Hashable, Sendable {
  package init() {}
}

/// The view of such a panel.
package struct NoPanelView: Hashable, Sendable {}

extension Panel {
  package var id: PanelID { Self.id }
  package var bindings: [Binding] { [] }
  package var isAboutLayer: Bool { false }
  package var comparesLayers: Bool { false }
  package var needsInput: Bool { true }
  package var missing: String? { nil }
  package func build(_ request: inout Request, _ source: TraceSource) -> View? { nil }
  package func take(_ request: Request, into state: inout State) {}
  package func isWanted(_ model: AppModel) -> Bool { true }
  package func note(_ model: AppModel) -> String { "" }
  package func label(_ binding: Binding, _ model: AppModel) -> String? { binding.label }
  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] { [] }
  package func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] { [] }

  /// What a panel says that needs an input, while there is none.
  func withoutInput(_ model: AppModel) -> String {
    model.isBusy
      ? "\(model.runningName) runs …" : "No input yet: input sine --channels 3 --time 20"
  }

  /// Says in a few lines why there is nothing to draw.
  func draw(empty text: String, into region: Region) {
    for (row, line) in TextFormatting.wrapped(text, region.columns - 2).enumerated() {
      region.text(row: row, column: 1, line, .role(.faint))
    }
  }
}

extension Panel where Request == NoPanelRequest {
  package func request(_ state: State, size: Size, _ model: AppModel) -> Request { Request() }
}

extension Panel where View == NoPanelView {
  package func build(_ request: inout Request, _ source: PanelSource) -> View? { nil }
}

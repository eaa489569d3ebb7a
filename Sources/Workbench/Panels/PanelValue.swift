import TerminalUI

/// A state, request or view of some panel, of whatever type.
package struct PanelValue: Hashable, Sendable {
  private let value: any Hashable & Sendable

  package init(_ value: some Hashable & Sendable) { self.value = value }

  package func of<T>(_ type: T.Type) -> T? { value as? T }

  package static func == (a: Self, b: Self) -> Bool { AnyHashable(a.value) == AnyHashable(b.value) }
  package func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(value)) }
}

/// The data that one visible panel needs, with the panel, which makes the answer.
package struct PanelRequest: Hashable, Sendable {
  package let panel: any Panel
  package var value: PanelValue

  package static func == (a: Self, b: Self) -> Bool {
    a.panel.id == b.panel.id && a.value == b.value
  }
  package func hash(into hasher: inout Hasher) {
    hasher.combine(panel.id)
    hasher.combine(value)
  }

  /// The answer; the request is changed to what was answered.
  mutating func answer(_ source: PanelSource) -> PanelValue? {
    let (value, view) = panel.answer(value, source)
    self.value = value
    return view
  }

  mutating func answer(_ source: TraceSource) -> PanelValue? {
    let (value, view) = panel.answer(value, source)
    self.value = value
    return view
  }
}

// What panels do, with their types erased.
extension Panel {
  func request(_ model: AppModel, size: Size) -> PanelRequest {
    PanelRequest(panel: self, value: PanelValue(request(model[Self.self], size: size, model)))
  }

  fileprivate func answer(_ value: PanelValue, _ source: PanelSource) -> (PanelValue, PanelValue?) {
    guard var request = value.of(Request.self) else { return (value, nil) }
    let view = build(&request, source)
    return (PanelValue(request), view.map { PanelValue($0) })
  }

  fileprivate func answer(_ value: PanelValue, _ source: TraceSource) -> (PanelValue, PanelValue?) {
    guard var request = value.of(Request.self) else { return (value, nil) }
    let view = build(&request, source)
    return (PanelValue(request), view.map { PanelValue($0) })
  }

  func take(_ value: PanelValue, into model: inout AppModel) {
    guard let request = value.of(Request.self) else { return }
    take(request, into: &model[Self.self])
  }
}

extension AppModel {
  /// Where the user looks in a panel.
  package subscript<P: Panel>(_ panel: P.Type) -> P.State {
    get { states[P.id]?.of(P.State.self) ?? P.State() }
    set { states[P.id] = PanelValue(newValue) }
  }
}

extension SessionView {
  /// The view of a panel; nil where there is none, or none was requested.
  package subscript<P: Panel>(_ panel: P.Type) -> P.View? {
    get { panels[P.id]?.of(P.View.self) }
    set { panels[P.id] = newValue.map { PanelValue($0) } }
  }
}

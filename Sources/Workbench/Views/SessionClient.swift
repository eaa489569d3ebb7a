/// A headless session, as the front ends use it: lines in, words and views out.
///
/// It stays on one thread. Commands are lines of the session's own language, whether they were
/// typed or come from a key: there is no second way to change a session.
package protocol SessionClient: AnyObject {
  /// Opens the session, once and before all else: what is said first, such as what was opened and what
  /// to try; failed where the file could not be opened.
  ///
  /// What comes of it has the view that was requested, if any was.
  func open(showing request: ViewRequest?, progress: @escaping (Progress) -> Void) -> Outcome

  /// Stops the running line, or the opening, at the next whole block; safe from any thread.
  var canceller: @Sendable () -> Void { get }

  /// Performs one line, in which `%` is the selected layer; a long one reports its progress.
  ///
  /// What comes of it has the view behind it that was requested, if any was.
  func perform(
    _ line: String, showing request: ViewRequest?, progress: @escaping (Progress) -> Void
  ) -> Outcome

  /// The data that the visible panels need; looking changes nothing.
  func view(_ request: ViewRequest) -> SessionView

  /// Called when nothing more is wanted of the session; reports what could not be kept of it.
  func close() -> [OutputLine]

  /// The words that can be typed now.
  var vocabulary: Vocabulary { get }
}

extension SessionClient {
  package func close() -> [OutputLine] { [] }
}

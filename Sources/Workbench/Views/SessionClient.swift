/// A headless session, as the front ends use it: lines in, words and views out.
///
/// It stays on one thread. Commands are lines of the session's own language, whether they were
/// typed or come from a key: there is no second way to change a session.
package protocol SessionClient: AnyObject {
  /// What is said first, such as what was opened and what to try.
  var greeting: [OutputLine] { get }

  /// Stops the running line at the next whole block; safe from any thread.
  var canceller: @Sendable () -> Void { get }

  /// Performs one line; a long one tells its progress.
  func perform(_ line: String, progress: @escaping (Progress) -> Void) -> Outcome

  /// What the visible panels want to know.
  func view(_ request: ViewRequest) -> SessionView

  /// The words that can be typed now.
  var vocabulary: Vocabulary { get }
}

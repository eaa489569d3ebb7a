import Serialization
import Sessions

/// Test results as XML that build servers read: one suite, a case each for what was carried out.
///
/// - Source: the schema of Apache Ant's JUnit task, as Jenkins, GitLab and GitHub's reporters read it.
struct JUnitReport {
  /// What came of a case.
  enum Result {
    case passed
    /// Something did not hold.
    case failed(String)
    /// It could not be carried out.
    case error(String)
    case skipped
  }

  struct Case {
    var name: String
    var className: String
    var seconds: Double
    var result: Result
    /// What was said.
    var output: [String]
  }

  var name: String
  var cases: [Case] = []

  /// Writes the report; a report that was there is replaced.
  func write(to path: String) throws {
    try AtomicFile.write(Array(text.utf8), to: path)
  }

  var text: String {
    func count(_ isCounted: (Result) -> Bool) -> Int { cases.count { isCounted($0.result) } }
    let failures = count { if case .failed = $0 { true } else { false } }
    let errors = count { if case .error = $0 { true } else { false } }
    let skipped = count { if case .skipped = $0 { true } else { false } }
    let seconds = Self.text(cases.reduce(0) { $0 + $1.seconds })
    let counts =
      "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" "
      + "time=\"\(seconds)\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites \(counts)>
      <testsuite name="\(Self.escaped(name))" \(counts)>
      \(cases.map(Self.text).joined(separator: "\n"))
      </testsuite>
      </testsuites>

      """
  }

  private static func text(_ item: Case) -> String {
    var lines = [
      "<testcase name=\"\(escaped(item.name))\" classname=\"\(escaped(item.className))\" "
        + "time=\"\(text(item.seconds))\">"
    ]
    switch item.result {
    case .passed: break
    case .failed(let message):
      lines.append("<failure message=\"\(escaped(message))\">\(escaped(message))</failure>")
    case .error(let message):
      lines.append("<error message=\"\(escaped(message))\">\(escaped(message))</error>")
    case .skipped: lines.append("<skipped/>")
    }
    if !item.output.isEmpty {
      lines.append("<system-out>\(escaped(item.output.joined(separator: "\n")))</system-out>")
    }
    return (lines + ["</testcase>"]).joined(separator: "\n")
  }

  /// Three decimals.
  private static func text(_ seconds: Double) -> String {
    "\((seconds * 1000).rounded() / 1000)"
  }

  /// The same form in attributes and elements: readers of either kind keep the line ends.
  private static func escaped(_ text: String) -> String {
    MarkupText.escaped(text, isAttribute: true)
  }
}

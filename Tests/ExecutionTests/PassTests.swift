import Execution
import Foundation
import Testing

/// One pass on a schedule in text.
struct PassCase: CustomTestStringConvertible, Sendable {
  var pass: String
  var name: String
  var before: String
  var after: String

  var testDescription: String { "\(pass): \(name)" }
}

@Suite("Passes, text in and text out")
struct PassTests {
  @Test("give the expected schedule", arguments: PassCase.all)
  func rewrites(test: PassCase) throws {
    var schedule = try Schedule(parsing: test.before)
    #expect(schedule.verify().isEmpty, "before: \(schedule.verify())")
    #expect(schedule.text() == test.before)
    var options = PlanOptions()
    options.limits = .tiny
    try #require(PassPipeline.run(test.pass, on: &schedule, options))
    #expect(schedule.verify().isEmpty, "after: \(schedule.verify())")
    #expect(schedule.text() == test.after)
  }

  @Test("every pass has a case that it changes, every optimization one that it leaves alone")
  func coverage() {
    let passes = Set(PassPipeline.descriptions.dropFirst().map(\.name))
    let optimizations = passes.subtracting(["keep-prepared", "drop-unused", "allocate"])
    #expect(Set(PassCase.all.filter { $0.before != $0.after }.map(\.pass)) == passes)
    #expect(Set(PassCase.all.filter { $0.before == $0.after }.map(\.pass)) == optimizations)
  }
}

@Suite("The architecture article")
struct PassTableTests {
  @Test("has every pass, in order, with what the code says of it")
  func table() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let article = try String(
      contentsOf: root.appending(
        path: "Sources/SequenceLayers/SequenceLayers.docc/Architecture.md"), encoding: .utf8)
    let rows = article.split(separator: "\n").filter { $0.hasPrefix("| `") }.map {
      String($0).replacing("` * |", with: "` |")
    }
    let expected = PassPipeline.descriptions.map {
      "| `\($0.name)` | \($0.needs) | \($0.does) | \($0.guarantees) |"
    }
    let first = try #require(expected.first.flatMap { rows.firstIndex(of: $0) })
    #expect(Array(rows[first...].prefix(expected.count)) == expected)
  }
}

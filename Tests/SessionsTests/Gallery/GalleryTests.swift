import Foundation
import Serialization
import Sessions
import Testing
import Traces

/// The pairs of the gallery: each broken session is broken as its page says, each fixed one is right, both are
/// recorded, and `bisect` and the causes find what was put in.
///
/// `UPDATE_GALLERY=1` records the sessions anew.
@Suite struct GalleryTests {
  private static let folder: URL = {
    var root = URL(filePath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    return root.appending(path: "Sessions/gallery")
  }()

  private static let updates = ProcessInfo.processInfo.environment["UPDATE_GALLERY"] != nil

  /// A session that has carried out lines, of which only the last may be a check that does not hold.
  private static func session(_ lines: [String]) throws -> Session {
    let session = Workspace(keepsJournal: false).session
    for (index, line) in lines.enumerated() {
      let outcome = session.perform(line)
      let isLast = index == lines.count - 1
      try #require(
        outcome.status == 0 || isLast && outcome.status == 1,
        "\(line): \(outcome.error.map { "\($0)" } ?? "")")
    }
    return session
  }

  private static func recorded(_ lines: [String], _ file: String) throws -> SessionFile {
    let path = folder.appending(path: file).path(percentEncoded: false)
    if updates {
      let session = try session(lines)
      let recorder = try #require(session.recorder)
      let saved = try recorder.saved(session, to: path, embedsAll: true)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(saved.bytes).write(to: URL(filePath: path))
    }
    return try SessionFile(bytes: ByteFile(path: path).readAll(), name: file)
  }

  @Test("a pair replays, the broken one broken and the fixed one right", arguments: Gallery.all)
  func pair(_ entry: GalleryEntry) throws {
    for (lines, file, holds) in [
      (entry.brokenLines, entry.brokenFile, false), (entry.fixedLines, entry.fixedFile, true),
    ] {
      let recorded = try Self.recorded(lines, file)
      #expect(recorded.events.last?.holds == holds, "\(file)")
      #expect(recorded.events.map(\.typed) == lines, "\(file) was recorded from other lines")
      guard case .same = Replay.run(recorded) else {
        Issue.record("\(file): \(Replay.run(recorded))")
        continue
      }
    }
  }

  /// What `bisect` says of an entry.
  private struct Finding {
    let layer: Bool
    let time: Bool
    let cause: Bool
    let text: String
  }

  private static func finding(_ entry: GalleryEntry) throws -> Finding {
    let session = try session(entry.brokenLines)
    let outcome = session.perform("bisect --quick")
    let place = outcome.lines.first { $0.hasPrefix("first wrong place: ") } ?? "nothing was found"
    let first = outcome.lines.first { $0.hasPrefix("  1. ") } ?? "no cause"
    let second = outcome.lines.first { $0.hasPrefix("  2. ") } ?? ""
    return Finding(
      layer: place.hasPrefix("first wrong place: \(entry.layer),"),
      time: place.contains(", t \(entry.time), row"),
      cause: first.hasPrefix(
        "  1. \(entry.cause.text.replacingOccurrences(of: "STREAM", with: "STEP")) ["),
      text: "\(place)\(first)\(second)")
  }

  @Test("bisect names the layer of 95 %, the timestep of all, and the causes rank 80 % first")
  func counted() throws {
    let findings = try Gallery.all.map { ($0, try Self.finding($0)) }
    func sign(_ isRight: Bool) -> String { isRight ? "ok" : "NO" }
    var table = ["layer  timestep  cause  pair"]
    for (entry, finding) in findings {
      let missed = finding.layer && finding.time && finding.cause ? "" : "  " + finding.text
      table.append(
        "\(sign(finding.layer))     \(sign(finding.time))        \(sign(finding.cause))     "
          + entry.name + missed)
    }
    func count(_ isRight: (Finding) -> Bool) -> Int { findings.count { isRight($0.1) } }
    let (layers, times, causes) = (count(\.layer), count(\.time), count(\.cause))
    table.append("\(layers), \(times) and \(causes) of \(findings.count)")
    print(table.joined(separator: "\n"))
    #expect(findings.count >= 30)
    #expect(100 * layers >= 95 * findings.count)
    #expect(times == findings.count)
    #expect(100 * causes >= 80 * findings.count)
  }

  @Test("every pair has a page, and a wrong name the nearest")
  func pages() {
    let session = Session()
    let list = session.perform("help gallery")
    #expect(list.status == 0 && list.lines.count == Gallery.all.count + 1)
    #expect(Set(Gallery.all.map(\.name)).count == Gallery.all.count)
    for entry in Gallery.all {
      let page = session.perform("help gallery \(entry.name)").lines
      #expect(page.contains { $0.contains("fault \(entry.fault)") } && page.count > 7)
    }
    let wrong = session.perform("help gallery right-contxt")
    #expect(wrong.error.map { "\($0)" }?.contains("did you mean right-context?") == true)
  }

  @Test("the folder holds the sessions of the pairs and nothing else")
  func files() throws {
    let wanted = Set(Gallery.all.flatMap { [$0.brokenFile, $0.fixedFile] })
    let found = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.path(percentEncoded: false))
    #expect(Set(found) == wanted)
  }
}

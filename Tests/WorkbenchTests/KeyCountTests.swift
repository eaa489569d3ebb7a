import Sessions
import TerminalUI
import Testing
import Workbench

/// From opening a pair to the sentence with layer, timestep and cause: the keys that it takes, by what stands on
/// the screen.
@Suite("Ten keys to the cause")
struct KeyCountTests {
  private static let most = 10

  /// All that stands on the screen, without frames and line ends.
  private func words(_ desk: Desk) -> String {
    let frames: Set<Character> = Set("│┃─━╭╮╯╰┏┓┛┗\n ")
    return String(desk.text.split { frames.contains($0) }.joined(separator: " "))
  }

  /// Presses keys until all that is wanted is on the screen; how many it took, nil where all were too few.
  private func count(
    _ keys: [Key], _ desk: inout Desk, until wanted: [String]
  ) -> Int? {
    func isThere() -> Bool {
      let text = words(desk)
      return wanted.allSatisfy { text.contains($0) }
    }
    for (count, key) in keys.enumerated() {
      if isThere() { return count }
      desk.press(key)
    }
    return isThere() ? keys.count : nil
  }

  /// Where they part, why, and the whole answer.
  private static let way: [Key] = [.escape] + "9w6z".map { .character($0) }

  /// What the answer ends with.
  private func sentence(_ desk: Desk) throws -> String {
    var other = desk
    other.type("bisect --quick")
    return try #require(other.model.log.last?.text)
  }

  @Test("a session of the gallery, on the smallest screen", arguments: Gallery.all.map(\.name))
  func gallery(name: String) throws {
    let entry = try #require(Gallery.all.first { $0.name == name })
    var desk = Desk(
      rows: 24, columns: 80, open: Desk.project("Sessions/gallery/\(entry.brokenFile)"))
    // Layer, timestep and the likeliest cause, which GalleryTests holds to be the right ones.
    let sentence = try sentence(desk)
    #expect(sentence.contains(entry.layer) && sentence.contains("t \(entry.time)"), "\(sentence)")
    let keys = try #require(count(Self.way, &desk, until: [sentence]), "\(sentence) \(desk.text)")
    #expect(keys <= Self.most)
  }

  @Test("two recorded runs", arguments: TraceClientTests.sizes)
  func traces(rows: Int, columns: Int) throws {
    var desk = try TraceClientTests().desk((rows, columns))
    let wanted = ["its output differs from t 4 on", "is wrong from some block on"]
    let keys = try #require(count(Self.way, &desk, until: ["mixed"] + wanted), "\(desk.text)")
    #expect(keys <= Self.most)
  }
}

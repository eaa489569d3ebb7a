import Foundation
import Sessions
import Testing

@Suite struct SessionDifferenceTests {
  private func recording(_ lines: [String]) throws -> SessionFile {
    try Scratch().workspace(lines).recording
  }

  private func difference(_ a: SessionFile, _ b: SessionFile) -> SessionDifference {
    SessionDifference(a, b, names: ("a", "b"))
  }

  private static let lines = [Small.stack, Small.input, "step 4", "run end"]

  @Test("a session is like itself")
  func same() throws {
    let file = try recording(Self.lines)
    let found = difference(file, file)
    #expect(found.areEqual && found.lines == (0..<4).map { .both($0, $0) })
    #expect(found.text.last == "a and b are the same: 4 events, every digest")
  }

  @Test(
    "a command that only one has is named with its event",
    arguments: [
      (
        ["step 4", "run end"], ["fault lstm stale-state at 2", "step 4", "run end"],
        "event 3 of b is not in a"
      ),
      (
        ["step 4", "seed 3", "run end"], ["step 4", "run end"], "event 4 of a is not in b: seed 3"
      ),
      (["step 4", "run end"], ["step 5", "run end"], "event 3 of a is not in b: goto 4"),
      (["step 4"], ["step 4", "run end"], "event 4 of b is not in a"),
    ])
  func onlyOne(first: [String], second: [String], text: String) throws {
    let start = [Small.stack, Small.input]
    let found = difference(try recording(start + first), try recording(start + second))
    #expect(!found.areEqual && found.difference?.contains(text) == true, "\(found.text)")
    #expect(found.text.last == "first difference: \(found.difference ?? "")")
  }

  @Test("of equal commands the first step and row, the state and the numbers are named")
  func digests() throws {
    let file = try recording(Self.lines)
    var other = file
    other.events[3].steps[2][1] ^= 1
    other.events[3].steps[5][0] ^= 1
    var found = difference(file, other)
    #expect(
      found.difference?.hasSuffix("the output differs first in step 7, row 1") == true,
      "\(found.text)")
    #expect(found.text[3].hasPrefix("~ "))
    other = file
    other.events[2].state[0].digest ^= 1
    found = difference(file, other)
    let leaf = file.events[2].state[0].path
    #expect(found.difference?.contains("the outputs are equal, the state \(leaf) is not") == true)
    #expect(found.difference?.contains("event 3 of a and event 3 of b (goto 4)") == true)
    other = file
    other.events[2].steps[3][0] ^= 1
    other.events[2].lastOutput[1] += 0.5
    found = difference(file, other)
    #expect(found.difference?.contains("step 4, row 0; number 1 of the last step is") == true)
  }

  @Test("other weights are seen in the first step")
  func weights() throws {
    let scratch = try Scratch()
    try scratch.workspace(Self.lines + ["save a.session"])
    try scratch.workspace([
      Small.stack.replacingOccurrences(of: "units: 3", with: "units: 4"), Small.input, "run end",
      "save b.session",
    ])
    let outcome = try scratch.workspace().perform("sdiff a.session b.session")
    #expect(outcome.status == 1)
    #expect(outcome.lines.last?.hasPrefix("first difference: event 1 of a.session") == true)
    let same = try scratch.workspace().perform("sdiff a.session a.session")
    #expect(same.status == 0)
  }

  @Test("events stand side by side in as long a common sequence as there is", arguments: 0..<20)
  func aligns(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let event = try recording([Small.stack]).events[0]
    func file(_ count: Int) throws -> SessionFile {
      var file = try recording([Small.stack])
      file.events = (0..<count).map { _ in
        var made = event
        made.canonical = "seed \(next(4))"
        return made
      }
      return file
    }
    let (a, b) = (try file(next(12)), try file(next(12)))
    let lines = difference(a, b).lines
    let first = lines.compactMap { line -> Int? in
      switch line {
      case .both(let i, _), .onlyFirst(let i): i
      case .onlySecond: nil
      }
    }
    let second = lines.compactMap { line -> Int? in
      switch line {
      case .both(_, let j), .onlySecond(let j): j
      case .onlyFirst: nil
      }
    }
    #expect(first == Array(a.events.indices) && second == Array(b.events.indices))
    var common = 0
    for case .both(let i, let j) in lines {
      #expect(a.events[i].canonical == b.events[j].canonical)
      common += 1
    }
    #expect(common == Self.longest(a.events.map(\.canonical)[...], b.events.map(\.canonical)[...]))
  }

  /// The length of the longest common subsequence, by trying all.
  private static func longest(_ a: ArraySlice<String>, _ b: ArraySlice<String>) -> Int {
    var lengths: [[Int]] = Array(
      repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
    for (i, x) in a.enumerated() {
      for (j, y) in b.enumerated() {
        lengths[i + 1][j + 1] =
          x == y ? lengths[i][j] + 1 : max(lengths[i][j + 1], lengths[i + 1][j])
      }
    }
    return lengths[a.count][b.count]
  }
}

import Testing
import Traces

@Suite struct RecorderTests {
  @Test("a recorder is short and complete", arguments: TraceRecorder.allCases)
  func complete(_ recorder: TraceRecorder) {
    let lines = recorder.program.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count <= TraceRecorder.mostLines)
    #expect(lines.allSatisfy { $0.count <= 140 })
    for part in [
      "class Recorder:", "def save(", "def axis(", "\"sequence-trace 1\"", "import json",
    ] {
      #expect(recorder.program.contains(part), "\(part)")
    }
  }
}

import GainLayer
import Testing
import WorkbenchKit

@Suite("A layer of another package in the workbench")
struct SessionTests {
  @Test("the session engine builds, runs and edits it")
  func session() throws {
    let session = Session(registry: try .withGain)
    for line in ["stack Serial([Gain(db: -6), Tanh()])", "set /0.db 3", "replace /1 Gain(db: 1)"] {
      let outcome = session.perform(line)
      #expect(outcome.error == nil, "\(line): \(String(describing: outcome.error))")
    }
  }

  @Test("without registration the engine says what is missing")
  func missing() {
    let outcome = Session().perform("stack Serial([Gain(db: -6)])")
    #expect(outcome.status == 3)
    #expect(outcome.error != nil)
  }
}

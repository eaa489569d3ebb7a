import Testing
import Workbench

@Suite("Progress tells the time that is left")
struct RemainingTimeTests {
  private func progress(_ done: Int, _ total: Int = 1000, _ label: String = "run") -> Progress {
    Progress(label: label, done: done, total: total)
  }

  @Test("what is left takes as long as what was done, by its share")
  func proportional() {
    var remaining = RemainingTime()
    #expect(remaining.adding(to: progress(100), at: .seconds(5)).secondsLeft == nil)
    #expect(remaining.adding(to: progress(300), at: .seconds(7)).secondsLeft == 7)
    #expect(remaining.adding(to: progress(1000), at: .seconds(9)).secondsLeft == 0)
  }

  @Test("another part of the work has a pace of its own, and too little says nothing")
  func restarts() {
    var remaining = RemainingTime()
    _ = remaining.adding(to: progress(0), at: .zero)
    #expect(remaining.adding(to: progress(10), at: .milliseconds(100)).secondsLeft == nil)
    #expect(remaining.adding(to: progress(10), at: .seconds(1)).secondsLeft == 99)
    #expect(remaining.adding(to: progress(5), at: .seconds(2)).secondsLeft == nil)
    #expect(remaining.adding(to: progress(6, 2000), at: .seconds(9)).secondsLeft == nil)
    #expect(remaining.adding(to: progress(6, 2000, "bisect"), at: .seconds(9)).secondsLeft == nil)
    let next = remaining.adding(to: progress(506, 2000, "bisect"), at: .seconds(10))
    #expect(next.secondsLeft == 2.988)
  }

  @Test(
    "it is told in words",
    arguments: [
      (0.4, "less than 1 s left"), (12.3, "12 s left"), (300, "5 min left"), (9000, "2.5 h left"),
    ])
  func words(seconds: Double, text: String) {
    var told = progress(3, 9)
    #expect(told.text == "run 3/9")
    told.secondsLeft = seconds
    #expect(told.text == "run 3/9, \(text)")
  }
}

import Comparison
import Testing
import Traces

/// Every known cause is found where it was put in on purpose.
@Suite struct CauseTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let run: FaultyRun
    let cause: Cause
    let time: Int

    var testDescription: String { "\(run)" }
  }

  static let cases: [Case] = [
    (.stateReset, .resetEachBlock, [5], 5), (.stateReset, .resetEachBlock, [4], 4),
    (.stateStale, .cacheNotCarried, [4], 8), (.stateStale, .cacheNotCarried, [5, 3, 4], 8),
    (.windowTooShort, .windowOffByOne, [4], 6), (.windowTooLong, .windowOffByOne, [5], 7),
    (.positionAdded, .wrongPosition, [4], 4), (.positionTurned, .wrongPosition, [4], 4),
    (.noRightContext, .rightContextMissing, [4], 2),
    (.noRightContext, .rightContextMissing, [6], 4),
    (.rowsSwapped, .rowMixed, [4], 8), (.statistics, .statisticsPerBlock, [8], 0),
    (.statistics, .statisticsPerBlock, [4], 0), (.bias, .biasAddedTwice, [4], 0),
    (.lost, .timestepLost, [8], 8), (.repeated, .timestepRepeated, [8], 8),
    (.noFlush, .flushMissing, [4], 37), (.wrongTrim, .tailTrimmed, [4], 0),
    (.notANumber, .notFinite, [4], 9), (.padding, .paddingRead, [4], 32),
  ].map { fault, cause, sizes, time in
    var blocks: [Int] = []
    while blocks.reduce(0, +) < 40 {
      let size = blocks.count < sizes.count ? sizes[blocks.count] : sizes[sizes.count - 1]
      blocks.append(min(size, 40 - blocks.reduce(0, +)))
    }
    return Case(run: FaultyRun(fault: fault, blocks: blocks), cause: cause, time: time)
  }

  @Test("the first wrong place, its timestep and the cause are found", arguments: cases)
  func found(_ example: Case) throws {
    let (offline, stream) = example.run.traces
    let diagnosis = try Diagnosis(offline: offline, stream: stream)
    let finding = try #require(diagnosis.finding)
    #expect(diagnosis.comparisons[finding.index].pair.path == "layer")
    #expect(finding.time == example.time)
    let text = "\(diagnosis.lines.joined(separator: "\n"))"
    #expect(finding.causes.first?.cause == example.cause, "\(text)")
    #expect(
      diagnosis.sentence.contains("layer") && diagnosis.sentence.contains("t \(finding.time)"))
    #expect(diagnosis.sentence.contains("row \(finding.row)"))
  }

  @Test("right runs are equal", arguments: [[40], [4, 4, 32], Array(repeating: 1, count: 40)])
  func equal(_ blocks: [Int]) throws {
    let (offline, stream) = FaultyRun(fault: .none, blocks: blocks).traces
    let diagnosis = try Diagnosis(offline: offline, stream: stream)
    #expect(diagnosis.verdict == .equal && diagnosis.finding == nil)
  }

  @Test("every fault on purpose is among the cases")
  func allAreTried() {
    let tried = Set(Self.cases.map(\.run.fault)).union([.none])
    #expect(tried == Set(FaultyRun.Fault.allCases))
  }
}

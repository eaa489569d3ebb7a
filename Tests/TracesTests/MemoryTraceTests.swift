import Tensors
import Testing
import Traces

@Suite struct MemoryTraceTests {
  @Test("a trace in memory keeps the rules")
  func rules() throws {
    let values = Tensor((0..<24).map(Float.init), shape: [2, 6, 2])
    var entry = MemoryTrace.Entry("a", inputs: [], output: values)
    entry.states = [("buffer", Tensor(zeros: [2, 4, 3]))]
    let trace = MemoryTrace(.stepWise, blocks: TraceBlocks(size: 2, count: 3), [entry])
    try TraceRules.check(trace)
    #expect(try trace.statistics(of: 0, .output, row: 1, times: 1..<3).least == 14)
  }

  @Test(
    "a schedule finds blocks and timesteps", arguments: [[4, 4, 3], [1], [2, 3, 2, 3], [5, 5]])
  func schedules(_ sizes: [Int]) {
    let schedule = TraceBlocks(sizes)
    #expect(schedule.sizes == sizes)
    var start = 0
    for (block, size) in sizes.enumerated() {
      #expect(schedule[block] == size && schedule.start(of: block) == start)
      #expect(schedule.block(at: start) == block)
      #expect(schedule.block(at: start + size - 1) == block)
      start += size
    }
    #expect(schedule.timeCount == start && schedule.block(at: start) == nil)
  }
}

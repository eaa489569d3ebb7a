import Sessions
import Tensors
import Testing
import Traces

/// The runs of a session as traces.
@Suite struct SessionTraceTests {
  private static let stacks = [Small.stack, Small.late]

  @Test("places, parts and states are those of the run", arguments: stacks)
  func rules(stack: String) throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([stack, "input noise --channels 3 --lengths 40,22 --seed 3", "run"])
    workspace.session.history = HistoryBudget(24 << 10)
    try workspace.performAll(["seed 1", "run"])
    let step = try #require(try workspace.session.stepTrace())
    let layer = try workspace.session.layerTrace()
    #expect(step.places.map(\.path) == layer.places.map(\.path) && step.kind == .stepWise)
    for (position, place) in step.places.enumerated() {
      #expect((place.inputs ?? []).allSatisfy { $0 < position })
      let all = try step.values(of: position, .output, rows: 0..<2, times: 0..<place.timeCount)
      let mask = try step.values(of: position, .mask, rows: 0..<2, times: 0..<place.timeCount)
      #expect(all.shape == [2, place.timeCount] + place.channelShape && all.dtype == place.dtype)
      let part = place.timeCount / 3..<(place.timeCount + 1) / 2
      let piece = try step.values(of: position, .output, rows: 1..<2, times: part)
      #expect(piece.bitsEqual(all.part(rows: 1..<2, times: part)))
      // Behind the latency it is the layer-wise run.
      let other = layer.places[position]
      let latency = try #require(place.latency)
      let common = min(other.timeCount, place.timeCount - latency)
      let theirs = try layer.values(of: position, .output, rows: 0..<2, times: 0..<common)
      let ours = all.part(rows: 0..<2, times: latency..<latency + common)
      let flags = mask.part(rows: 0..<2, times: latency..<latency + common)
      let width = max(1, place.channelShape.elementCount)
      for element in 0..<ours.count where flags.double(at: element / width) != 0 {
        #expect(ours.double(at: element) == theirs.double(at: element))
      }
      for leaf in place.states {
        let states = try step.values(
          of: position, .state(leaf.name), rows: 0..<2, times: 3..<step.blocks.count + 1)
        #expect(states.shape == [2, step.blocks.count - 2] + leaf.shape)
        let last = states.part(rows: 0..<2, times: step.blocks.count - 3..<step.blocks.count - 2)
        let index = try #require(
          workspace.session.leafPaths["state"]?.firstIndex(of: "\(place.path)/\(leaf.name)"))
        let now = try #require(workspace.session.leaf(index, of: "")?.value)
        #expect(last.reshaped(now.shape).bitsEqual(now))
      }
      #expect(throws: TraceError.self) {
        try step.values(of: position, .state("no such leaf"), rows: 0..<1, times: 0..<1)
      }
    }
  }
}

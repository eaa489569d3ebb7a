import Tensors
import Testing
import Traces

/// The rules that every kind of trace keeps.
enum TraceRules {
  static func check(_ trace: some Trace, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let places = trace.places
    #expect(Set(places.map(\.path)).count == places.count, sourceLocation: sourceLocation)
    for (position, place) in places.enumerated() {
      for input in place.inputs ?? [] { #expect(input < position, sourceLocation: sourceLocation) }
      let rows = 0..<place.rowCount
      let whole = 0..<place.timeCount
      let output = try trace.values(of: position, .output, rows: rows, times: whole)
      #expect(
        output.shape == [place.rowCount, place.timeCount] + place.channelShape,
        sourceLocation: sourceLocation)
      #expect(output.dtype == place.dtype, sourceLocation: sourceLocation)
      let part = place.timeCount / 3..<(place.timeCount + 1) / 2
      let row = place.rowCount - 1..<place.rowCount
      let piece = try trace.values(of: position, .output, rows: row, times: part)
      #expect(
        piece.bitsEqual(output.part(rows: row, times: part)), sourceLocation: sourceLocation)
      for leaf in place.states {
        let states = try trace.values(
          of: position, .state(leaf.name), rows: rows, times: 0..<trace.blocks.count + 1)
        #expect(
          states.shape == [place.rowCount, trace.blocks.count + 1] + leaf.shape,
          sourceLocation: sourceLocation)
      }
      #expect(throws: TraceError.self, sourceLocation: sourceLocation) {
        try trace.values(of: position, .state("no such leaf"), rows: rows, times: 0..<1)
      }
    }
  }
}

package import Tensors

/// One run of a model: an ordered set of places and the values that passed through them over time.
///
/// A layer-wise run, a step-wise run, a branch and files of another framework are four kinds of it.
/// Verdicts, diagnosis, causes, stops and views take traces and nothing else.
///
/// A conformer must keep these rules, which `TraceRules` checks:
/// - ``places`` never changes, no two have the same path, and every place comes behind those that feed
///   it. A container comes behind its children.
/// - ``values(of:_:rows:times:)`` gives `[b, t, …]` for exactly the rows and times requested, of the
///   place's shape; asked twice it gives the same bits, whether they were kept or computed again.
///   Values at invalid timesteps may be anything.
/// - Reading any part needs memory for that part, and for what must be computed on the way, but not for
///   the whole run: readers read pieces.
/// - Timesteps of a place are counted as it gave them: in a step-wise run the first
///   ``TracePlace/latency`` of them are warm-up, and timestep `latency + t` belongs to timestep `t` of a
///   layer-wise run.
/// - States are counted in blocks: index `k` is the state that enters block `k`, and the last index is
///   the state behind the last block.
/// - Instances stay on one thread.
package protocol Trace {
  /// What the values are: the whole sequence at once, or block by block.
  var kind: TraceKind { get }
  /// The places, in the order of the data flow.
  var places: [TracePlace] { get }
  /// How many timesteps of the input every block took; one block in a layer-wise run.
  var blocks: TraceBlocks { get }
  /// Values of a place.
  ///
  /// - Parameters:
  ///   - place: its position in ``places``.
  ///   - facet: what of it.
  ///   - rows: within `0..<rowCount` of the place.
  ///   - times: within `0..<timeCount`, or `0...blocks.count` for a state.
  /// - Returns: `[b, t, …]`, with the channel axes of the facet; a mask is bool `[b, t]`.
  /// - Throws: what reading or computing throws, and ``TraceError`` for a facet that the place lacks.
  func values(
    of place: Int, _ facet: TraceFacet, rows: Range<Int>, times: Range<Int>
  ) throws -> Tensor
  /// What is known of values without looking at each: the least, the greatest, how many are NaN.
  ///
  /// A trace that keeps statistics by span answers from these; the others read the values.
  func statistics(
    of place: Int, _ facet: TraceFacet, row: Int, times: Range<Int>
  ) throws -> ValueStatistics
}

/// How a run was made.
package enum TraceKind: String, Hashable, Sendable {
  /// The whole sequence at once.
  case layerWise = "layer"
  /// Block by block.
  case stepWise = "step"
}

/// What of a place is requested.
package enum TraceFacet: Hashable, Sendable {
  case output
  /// What went in, where the trace has it: the output of no single place if several were joined.
  case input
  /// Which timesteps of the output are valid.
  case mask
  /// A leaf of the state, by name.
  case state(String)
}

extension Trace {
  package func statistics(
    of place: Int, _ facet: TraceFacet, row: Int, times: Range<Int>
  ) throws -> ValueStatistics {
    var result = ValueStatistics()
    // A piece at a time, so that a long run is never in memory as a whole.
    for start in stride(from: times.lowerBound, to: times.upperBound, by: 4096) {
      let piece = start..<min(start + 4096, times.upperBound)
      let part = try values(of: place, facet, rows: row..<row + 1, times: piece)
      for value in part.doubles() { result.add(value) }
    }
    return result
  }

  /// The position of the place with that path.
  package func place(_ path: String) -> Int? { places.firstIndex { $0.path == path } }
}

package import Tensors

/// A trace whose values are all in memory: short runs, and tests.
package struct MemoryTrace: Trace {
  /// A place with its values.
  package struct Entry: Sendable {
    package var path: String
    package var kind: TracePlace.Kind
    /// The positions of what feeds it; nil where that is not known.
    package var inputs: [Int]?
    /// `[b, t, …]`.
    package var output: Tensor
    package var input: Tensor?
    /// Bool `[b, t]`.
    package var mask: Tensor?
    package var latency: Int? = 0
    package var rate: Rational = 1
    /// How many timesteps it gave in each block, where that is not what `rate` says.
    package var blockSizes: [Int]?
    /// The timestep at which the values begin.
    package var start = 0
    /// The timesteps that there are beside those whose values are here.
    package var timeCount: Int?
    /// Every leaf `[b, blocks + 1, …]`.
    package var states: [(name: String, values: Tensor)] = []

    package init(
      _ path: String, kind: TracePlace.Kind = .operation(nil), inputs: [Int]? = nil,
      output: Tensor
    ) {
      (self.path, self.kind, self.inputs, self.output) = (path, kind, inputs, output)
    }
  }

  package let kind: TraceKind
  package let places: [TracePlace]
  package let blocks: TraceBlocks
  private let entries: [Entry]

  /// Takes places in the order of the data flow.
  ///
  /// - Precondition: every output is `[b, t, …]`.
  package init(_ kind: TraceKind, blocks: TraceBlocks, _ entries: [Entry]) {
    self.kind = kind
    self.blocks = blocks
    self.entries = entries
    places = entries.map { entry in
      var place = TracePlace(
        path: entry.path, kind: entry.kind, inputs: entry.inputs,
        rowCount: entry.output.shape[0],
        timeCount: entry.timeCount ?? entry.start + entry.output.shape[1],
        channelShape: Array(entry.output.shape.dropFirst(2)), dtype: entry.output.dtype,
        latency: entry.latency, rate: entry.rate,
        states: entry.states.map { name, values in
          TracePlace.StateLeaf(
            name: name, shape: Array(values.shape.dropFirst(2)), dtype: values.dtype,
            isEntering: name.hasPrefix("state/"))
        },
        hasInput: entry.input != nil, hasMask: entry.mask != nil,
        blockSizes: entry.blockSizes)
      place.firstTime = entry.start
      return place
    }
  }

  package func values(
    of place: Int, _ facet: TraceFacet, rows: Range<Int>, times: Range<Int>
  ) throws -> Tensor {
    let entry = entries[place]
    let tensor: Tensor? =
      switch facet {
      case .output: entry.output
      case .input: entry.input
      case .mask: entry.mask
      case .state(let name): entry.states.first { $0.name == name }?.values
      }
    guard let tensor else { throw TraceError.missing(facet, at: entry.path) }
    if case .state = facet { return tensor.part(rows: rows, times: times) }
    let own = times.lowerBound - entry.start..<times.upperBound - entry.start
    return tensor.part(rows: rows, times: own)
  }
}

extension TraceError {
  /// A place lacks what was requested.
  package static func missing(_ facet: TraceFacet, at path: String) -> TraceError {
    let name =
      switch facet {
      case .output: "output"
      case .input: "input"
      case .mask: "mask"
      case .state(let leaf): "state \(leaf)"
      }
    return TraceError(.unknownPlace, path: path, found: "the trace holds no \(name) of it")
  }
}

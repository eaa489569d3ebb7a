import Comparison
import Datasets
package import Tensors

/// A run of any framework, read from files: a recorder's, or a plain dump of arrays.
///
/// Arrays are read on demand, and the last few are kept.
package final class ForeignTrace: Trace {
  package let path: String
  package let kind: TraceKind
  package let places: [TracePlace]
  package let blocks: TraceBlocks
  /// Whether the blocks are those of the file, or of the user, and not one for want of any.
  package let knowsBlocks: Bool
  /// How many timesteps the output is late, as the recorder said; nil if it did not.
  package let latency: Int?
  /// Which state comes out for one that goes in, as the recorder said.
  package let statePairs: [String: String]
  /// What was taken for granted, and what was left out.
  package let notes: [String]

  private let collection: ArrayCollection
  private let sources: [Source]
  private let leaves: [String: RecordedState]
  private var recent: [(place: Int, values: Tensor)] = []
  /// As many arrays are kept as a comparison of one place with what feeds it needs.
  private static let recentCount = 4

  /// Where a place's values come from; nil for a state that no place is known to own.
  private struct Source {
    let value: RecordedValue?
    let mask: RecordedValue?
    let overlap: BlockOverlap?
  }

  init(_ draft: TraceDraft, kind: TraceKind) throws {
    collection = draft.collection
    path = draft.collection.path
    self.kind = kind
    latency = draft.manifest?.latency
    statePairs = draft.manifest?.states ?? [:]
    let rowCount = draft.rowCount
    let timed = draft.values.filter { $0.timeAxis != nil && !$0.isMask }
    let timeCount = draft.inputTimeCount
    knowsBlocks = !draft.blocks.isEmpty
    blocks =
      draft.blocks.isEmpty
      ? TraceBlocks(size: max(timeCount, 1), count: 1) : TraceBlocks(draft.blocks)
    var notes = draft.notes
    let masks = Dictionary(
      draft.values.filter(\.isMask).map { (String($0.name.dropFirst("mask/".count)), $0) }
    ) { first, _ in first }
    var positions: [String: Int] = [:]
    var places: [TracePlace] = []
    var sources: [Source] = []
    for value in timed {
      guard value.isRegular else {
        notes.append("\(value.name) has other channels in each block and was left out")
        continue
      }
      let overlap = draft.overlaps[value.name]
      let shape = Self.arrangedShape(value, rowCount: rowCount)
      let kept = overlap?.timeCount ?? shape[1]
      let feeds = draft.feeds(of: value.name, positions)
      positions[value.name] = places.count
      var place = TracePlace(
        path: value.name,
        kind: value.isInput ? .input : .operation(draft.manifest?.operations[value.name]),
        inputs: value.isInput ? [] : feeds,
        rowCount: shape[0], timeCount: kept, channelShape: Array(shape.dropFirst(2)),
        dtype: value.dtype, latency: nil, rate: Rational(max(kept, 1), max(blocks.timeCount, 1)),
        hasMask: masks[value.name] != nil, blockSizes: overlap?.sizes ?? value.sizes)
      if let overlap, case .cache = overlap.kind, overlap.sizes.count == blocks.count {
        place.cache = TracePlace.StateLeaf(
          name: "the start of \(value.name)", shape: [overlap.surplus] + place.channelShape,
          dtype: .float64)
      }
      places.append(place)
      sources.append(Source(value: value, mask: masks[value.name], overlap: overlap))
      if let overlap { notes.append("\(value.name): \(overlap.note)") }
    }
    var leaves: [String: RecordedState] = [:]
    // What was called several times within a block is no state.
    let repeated = Set(
      draft.values.compactMap { value in
        value.name.lastIndex(of: "#").map { String(value.name[..<$0]) }
      })
    for value in draft.values
    where value.timeAxis == nil && !value.isMask
      && !repeated.contains(value.name.split(separator: "#").first.map(String.init) ?? "")
    {
      guard value.isStacked || value.isRagged || draft.blocks.count <= 1,
        let state = RecordedState(value, rowCount: rowCount, blockCount: blocks.count)
      else { continue }
      leaves[value.name] = state
      let leaf = TracePlace.StateLeaf(
        name: value.name, shape: state.leafShape, dtype: .float64,
        isEntering: value.isEnteringState)
      if let owner = Self.owner(of: value.name, among: timed.map(\.name)), !value.isEnteringState,
        let position = positions[owner]
      {
        places[position].states.append(leaf)
      } else {
        places.append(
          TracePlace(
            path: value.name, kind: .state, inputs: [], rowCount: rowCount, timeCount: 0,
            channelShape: [], dtype: .float64, states: [leaf]))
        sources.append(Source(value: nil, mask: nil, overlap: nil))
      }
    }
    self.places = places
    self.sources = sources
    self.leaves = leaves
    self.notes = notes
  }

  package func values(
    of place: Int, _ facet: TraceFacet, rows: Range<Int>, times: Range<Int>
  ) throws -> Tensor {
    switch facet {
    case .output:
      guard sources[place].value != nil else {
        return Tensor(zeros: [rows.count, 0], places[place].dtype)
      }
      return try output(place).part(rows: rows, times: times)
    case .input: throw TraceError.missing(facet, at: places[place].path)
    case .mask:
      guard let mask = sources[place].mask else {
        throw TraceError.missing(facet, at: places[place].path)
      }
      let values = try mask.arranged(collection, rowCount: places[place].rowCount)
      let flags = values.reshaped(Array(values.shape.prefix(2))).converted(to: .bool)
      return flags.part(rows: rows, times: times)
    case .state(let name) where name == places[place].cache?.name:
      return try caches(of: place).part(rows: rows, times: times)
    case .state(let name):
      guard places[place].leaf(name) != nil, let state = leaves[name] else {
        throw TraceError.missing(facet, at: places[place].path)
      }
      let series = try state.series(
        collection, rowCount: places[place].rowCount, blockCount: blocks.count)
      return series.part(rows: rows, times: times)
    }
  }

  /// All of a place's output, as the rules of traces have it.
  private func output(_ place: Int) throws -> Tensor {
    if let known = recent.first(where: { $0.place == place }) { return known.values }
    guard let value = sources[place].value else {
      throw TraceError.missing(.output, at: places[place].path)
    }
    var values = try value.arranged(collection, rowCount: places[place].rowCount)
    if let overlap = sources[place].overlap { values = overlap.applied(to: values) }
    recent.append((place, values))
    if recent.count > Self.recentCount { recent.removeFirst() }
    return values
  }

  /// What lies before each block of a place, and NaN behind the last block.
  private func caches(of place: Int) throws -> Tensor {
    guard let source = sources[place].value, let overlap = sources[place].overlap else {
      throw TraceError.missing(.output, at: places[place].path)
    }
    let values = try source.arranged(collection, rowCount: places[place].rowCount)
    let caches = overlap.caches(in: values).converted(to: .float64)
    var shape = caches.shape
    shape[1] = 1
    let none = Tensor(Array(repeating: Double.nan, count: shape.elementCount), shape: shape)
    return Tensor.joined([caches, none], axis: 1)
  }

  /// The module that a state belongs to: one that shares the longest part of its name.
  private static func owner(of name: String, among places: [String]) -> String? {
    let parts = name.split(separator: "/")
    for length in stride(from: parts.count - 1, to: 0, by: -1) {
      let prefix = parts.prefix(length).joined(separator: "/")
      if let found = places.last(where: { $0 == prefix || $0.hasPrefix(prefix + "/") }) {
        return found
      }
    }
    return nil
  }

  private static func arrangedShape(_ value: RecordedValue, rowCount: Int) -> Shape {
    let shape = value.shape
    guard let timeAxis = value.timeAxis else { return shape }
    if let order = value.order { return order.arrangedShape(shape) }
    let rest = shape.indices.filter { $0 != timeAxis }
    guard let rows = value.rowAxis(rowCount: rowCount) else {
      return [1, shape[timeAxis]] + rest.map { shape[$0] }
    }
    let folded = shape[rows] / max(rowCount, 1)
    let channels = rest.filter { $0 != rows }.map { shape[$0] }
    return [rowCount, shape[timeAxis]] + (folded > 1 ? [folded] : []) + channels
  }
}

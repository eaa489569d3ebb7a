package import Comparison
import Tensors

/// Two files of any framework, read as runs of one model.
package struct ForeignPair {
  /// What a user says of the files.
  package struct Options: Sendable {
    /// The order of axes of the arrays of as many axes.
    package var layout: (offline: AxisOrder, stream: AxisOrder)?
    package var rules: NameRules?
    /// The timesteps of input of each block, the last repeated to the end.
    package var blocks: [Int]?

    package init() {}
  }

  package let offline: ForeignTrace
  package let stream: ForeignTrace
  package let names: NameMatching

  /// Opens two files.
  ///
  /// - Throws: ``TraceError``, or what reading and `watch` throw.
  package init(
    offline offlinePath: String, stream streamPath: String, _ options: Options,
    watch: TraceWatch = { _ in }
  ) throws {
    var first = try TraceDraft(path: offlinePath, blocks: nil, watch: watch)
    var second = try TraceDraft(path: streamPath, blocks: nil, watch: watch)
    names = try NameMatching(
      offline: first.values.map(\.name), stream: second.values.map(\.name), rules: options.rules)
    Self.findAxes(&first, &second, names)
    Self.takeAxes(of: second, for: &first, names)
    if let layout = options.layout {
      first.take(layout.offline)
      second.take(layout.stream)
    }
    if let blocks = options.blocks { second.blocks = Self.repeated(blocks, to: second) }
    try Self.findOverlaps(&first, &second, names)
    // Rows must mean the same on both sides, also where one of them folds heads into them.
    guard first.rowCount == second.rowCount else {
      throw TraceError(
        .notAligned, path: "\(offlinePath), \(streamPath)",
        found: "they have \(first.rowCount) and \(second.rowCount) rows",
        expected: "the same rows in both",
        suggestion: "if these are not rows, say the order of axes by --layout")
    }
    offline = try ForeignTrace(first, kind: first.manifest?.kind ?? .layerWise)
    stream = try ForeignTrace(second, kind: second.manifest?.kind ?? .stepWise)
  }

  /// Finds the axis of time where no manifest says it, from both files together.
  private static func findAxes(
    _ offline: inout TraceDraft, _ stream: inout TraceDraft, _ names: NameMatching
  ) {
    guard !offline.knowsAxes || !stream.knowsAxes else { return }
    let first = Dictionary(offline.values.map { ($0.name, $0) }) { a, _ in a }
    let second = Dictionary(stream.values.map { ($0.name, $0) }) { a, _ in a }
    let pairs = names.pairs.compactMap { pair -> (offline: Shape, stream: Shape)? in
      guard let a = first[pair.offline], let b = second[pair.stream] else { return nil }
      return (a.shapes[0], b.isRagged ? raggedShape(b, like: a.shapes[0]) : b.shapes[0])
    }
    guard let search = TimeAxisSearch(pairs) else { return }
    offline.takeTime(search.timeCounts.offline)
    stream.takeTime(search.timeCounts.stream)
    if !offline.knowsAxes || !stream.knowsAxes { offline.notes.append(search.note) }
  }

  /// Takes the axis of time from STREAM where a recorder of a run in one block could not tell it: there the
  /// extents of the blocks show it.
  private static func takeAxes(
    of stream: TraceDraft, for offline: inout TraceDraft, _ names: NameMatching
  ) {
    let known = Dictionary(stream.values.map { ($0.name, $0) }) { a, _ in a }
    let partners = Dictionary(names.pairs.map { ($0.offline, $0.stream) }) { a, _ in a }
    for (index, value) in offline.values.enumerated() where value.isSingleEntry {
      guard let other = partners[value.name].flatMap({ known[$0] }), let axis = other.timeAxis,
        other.shapes[0].count == value.shapes[0].count - 1
      else { continue }
      offline.values[index] = value.withTime(axis)
    }
  }

  /// The shape of arrays one after the other along the one axis on which they differ from another shape.
  private static func raggedShape(_ value: RecordedValue, like other: Shape) -> Shape {
    var shape = value.shapes[0]
    guard value.isRegularExceptOneAxis, shape.count == other.count else { return shape }
    let axis = shape.indices.first { axis in
      value.shapes.reduce(0) { $0 + $1[axis] } == other[axis]
    }
    if let axis { shape[axis] = other[axis] }
    return shape
  }

  private static func repeated(_ blocks: [Int], to draft: TraceDraft) -> [Int] {
    let total = draft.inputTimeCount
    guard let last = blocks.last, total > 0 else { return blocks }
    var result: [Int] = []
    var (sum, index) = (0, 0)
    while sum < total {
      let size = min(index < blocks.count ? blocks[index] : last, total - sum)
      result.append(size)
      sum += size
      index += 1
    }
    return result
  }

  /// Finds what neighbouring blocks both have.
  ///
  /// That blocks are longer together than the whole says that they overlap or that timesteps were repeated.
  /// What goes into a module, or joins arrays, may begin with a cache, right or wrong; elsewhere the values must
  /// show it.
  private static func findOverlaps(
    _ offline: inout TraceDraft, _ stream: inout TraceDraft, _ names: NameMatching
  ) throws {
    let first = Dictionary(offline.values.map { ($0.name, $0) }) { a, _ in a }
    let second = Dictionary(stream.values.map { ($0.name, $0) }) { a, _ in a }
    let rows = (offline.rowCount, stream.rowCount)
    for pair in names.pairs {
      guard let a = first[pair.offline], let b = second[pair.stream], let sizes = b.sizes,
        a.timeAxis != nil, b.timeAxis != nil, sizes.reduce(0, +) == b.timeCount,
        a.isRegular, b.isRegular, b.timeCount > a.timeCount,
        sizes.count == stream.blocks.count || stream.blocks.isEmpty
      else { continue }
      let operation = stream.manifest?.operations[pair.stream]?.lowercased() ?? ""
      let values = try b.arranged(stream.collection, rowCount: rows.1)
      let found = BlockOverlap.cache(sizes, other: a.timeCount)
      // Where the sizes leave it open, as where the end was not flushed, the values tell.
      if b.isModuleInput, found?.offline == nil,
        let shown = BlockOverlap.cache(sizes, in: values, other: a.timeCount)
      {
        stream.overlaps[pair.stream] = shown.stream
        offline.overlaps[pair.offline] = shown.offline
        continue
      }
      guard let found else { continue }
      if b.isModuleInput || operation.contains("concat")
        || found.stream.comesAgain(in: values.doubles(), values.shape)
      {
        stream.overlaps[pair.stream] = found.stream
        offline.overlaps[pair.offline] = found.offline
      } else {
        let whole = try a.arranged(offline.collection, rowCount: rows.0)
        stream.overlaps[pair.stream] = found.stream.added(values, offline: whole)
      }
    }
  }
}

extension TraceDraft {
  /// Takes the axis of so many timesteps for time, in every value of which nobody said it.
  mutating func takeTime(_ timeCount: Int) {
    commonTimeCount = timeCount
    guard !knowsAxes else { return }
    for (index, value) in values.enumerated() where value.timeAxis == nil && value.order == nil {
      if value.isRagged {
        let axis = value.shapes[0].indices.first { axis in
          value.shapes.reduce(0) { $0 + ($1.indices.contains(axis) ? $1[axis] : 0) } == timeCount
        }
        guard let axis, value.shapes.allSatisfy({ $0.count == value.shapes[0].count }) else {
          continue
        }
        values[index].timeAxis = axis
        values[index].sizes = value.shapes.map { $0[axis] }
        if blocks.isEmpty { blocks = values[index].sizes?.filter { $0 > 0 } ?? [] }
        continue
      }
      guard let found = TimeAxisSearch.axis(value.shapes[0], timeCount: timeCount) else { continue }
      values[index].timeAxis = found.axis
      if found.isDoubtful {
        notes.append(
          "\(value.name) \(value.shapes[0].shapeText): axis \(found.axis) was taken for time, which is in "
            + "doubt; --layout says another order")
      }
    }
  }
}

extension RecordedValue {
  /// Whether the parts have as many axes each.
  var isRegularExceptOneAxis: Bool { shapes.allSatisfy { $0.count == shapes[0].count } }
}

import Comparison
import Datasets
import Tensors

/// A file of recorded values, before it is known which axis is time.
struct TraceDraft {
  let collection: ArrayCollection
  let manifest: TraceManifest?
  var values: [RecordedValue]
  /// The timesteps of input of every block; empty if they were not given.
  var blocks: [Int]
  /// The timesteps of most values, where no manifest says it.
  var commonTimeCount = 0
  var overlaps: [String: BlockOverlap] = [:]
  var notes: [String] = []

  /// Opens what is behind a path.
  ///
  /// - Throws: ``TraceError`` for a file of another kind, or what reading throws.
  init(path: String, blocks: [Int]?, watch: TraceWatch = { _ in }) throws {
    guard let collection = try ArrayCollection(path: path) else {
      throw TraceError(
        .manifest, path: path, found: "the file does not hold named arrays",
        expected: "a .npz, a .safetensors or a folder of .npy files",
        suggestion: "compare two single arrays by `workbench compare`")
    }
    self.collection = collection
    manifest = try collection.text(TraceManifest.name).map { text in
      try TraceManifest(parsing: text, path: path)
    }
    values = try RecordedValue.grouped(collection, watch)
    self.blocks = blocks ?? manifest?.blocks ?? []
    if let manifest { take(manifest) }
  }

  private mutating func take(_ manifest: TraceManifest) {
    for (index, value) in values.enumerated() {
      guard let entry = manifest.entries[value.name] ?? manifest.entries[value.parts[0]] else {
        continue
      }
      values[index].isStacked = entry.isStacked
      values[index].sizes = entry.sizes
      if let axis = entry.timeAxis, value.shapes.allSatisfy({ axis < $0.count }) {
        values[index].timeAxis = axis
        if value.isRagged { values[index].sizes = value.shapes.map { $0[axis] } }
      } else if entry.timeAxis != nil {
        notes.append("\(value.name) has fewer axes than the manifest says and is read without time")
      }
    }
    guard !manifest.order.isEmpty else { return }
    var ranks: [String: Int] = [:]
    for (rank, name) in manifest.order.enumerated() where ranks[name] == nil { ranks[name] = rank }
    let end = manifest.order.count
    let ordered = values.enumerated().sorted { a, b in
      (ranks[a.element.name] ?? end, a.offset) < (ranks[b.element.name] ?? end, b.offset)
    }
    values = ordered.map(\.element)
  }

  /// The positions of the places that feed one, as the manifest says; nil if it does not, or if one of them is
  /// not among the places.
  func feeds(of name: String, _ positions: [String: Int]) -> [Int]? {
    guard let names = manifest?.inputs[name] else { return nil }
    let recorded = Set(values.map(\.name))
    var result: [Int] = []
    for feed in names {
      let known = [feed, "input/\(feed)", "\(feed)/0"].first { positions[$0] != nil }
      if let known, let position = positions[known] {
        result.append(position)
      } else if recorded.contains(feed) {
        return nil
      }
      // Others are weights and states.
    }
    return names.isEmpty || !result.isEmpty ? result : nil
  }

  /// Whether it was given which axis of every value is time.
  var knowsAxes: Bool { manifest.map { !$0.entries.isEmpty } ?? false }

  /// Takes an order of axes that a user gave, for arrays of as many axes.
  mutating func take(_ order: AxisOrder) {
    for index in values.indices where values[index].shapes[0].count == order.letters.count {
      guard !values[index].isStacked else { continue }
      values[index].order = order
      values[index].timeAxis = Array(order.letters).firstIndex(of: "t")
    }
  }

  /// The timesteps of the input: of all blocks, or of what most values have.
  var inputTimeCount: Int {
    if !blocks.isEmpty { return blocks.reduce(0, +) }
    if let input = values.first(where: { $0.isInput && $0.timeAxis != nil }) {
      return input.timeCount
    }
    return commonTimeCount
  }

  /// The number of rows: what most values with time have on their first axis, or their second where time
  /// is first.
  var rowCount: Int {
    var votes: [Int: Int] = [:]
    for value in values where value.timeAxis != nil {
      if let order = value.order {
        votes[order.arrangedShape(value.shapes[0])[0], default: 0] += 2
      } else if value.timeAxis != 0 {
        votes[value.shapes[0][0], default: 0] += value.isInput ? 4 : 2
      } else if value.shapes[0].count > 2 {
        votes[value.shapes[0][1], default: 0] += 1
      }
    }
    // Heads folded into rows make multiples of the number meant.
    return votes.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 1
  }
}

import Comparison
import Datasets
package import Tensors

/// What was recorded under one name: a joined array, or one array a block (`name@0`, `name@1`, …).
struct RecordedValue {
  let name: String
  /// The arrays, in order of blocks.
  let parts: [String]
  var shapes: [Shape]
  let dtype: DType
  /// The axis along which timesteps lie; nil for a value without time.
  var timeAxis: Int?
  /// Whether the values of the blocks lie beside each other on a first axis.
  var isStacked = false
  /// The timesteps that each block gave, where they are known.
  var sizes: [Int]?
  /// How a user said the axes lie.
  var order: AxisOrder?

  var isRagged: Bool { parts.count > 1 }
  /// Whether it is the state that enters a block.
  var isEnteringState: Bool { name.hasPrefix("state/") }
  var isInput: Bool { name.hasPrefix("input/") }
  /// Whether it goes into a module and was made by no other one.
  var isModuleInput: Bool { name.hasSuffix("/\(TracePlace.inputName)") }
  var isMask: Bool { name.hasPrefix("mask/") }

  /// The timesteps of all blocks together; 0 for a value without time.
  var timeCount: Int {
    guard let timeAxis else { return 0 }
    return shapes.reduce(0) { $0 + ($1.indices.contains(timeAxis) ? $1[timeAxis] : 0) }
  }

  /// The shape of the joined array.
  var shape: Shape {
    guard let timeAxis, isRagged else { return shapes[0] }
    var shape = shapes[0]
    shape[timeAxis] = timeCount
    return shape
  }

  /// Whether the parts are of one shape but for time.
  var isRegular: Bool {
    shapes.dropFirst().allSatisfy { other in
      guard let timeAxis, shapes[0].indices.contains(timeAxis) else { return other == shapes[0] }
      guard other.count == shapes[0].count else { return false }
      return other.indices.allSatisfy { $0 == timeAxis || other[$0] == shapes[0][$0] }
    }
  }

  /// Whether it is the one entry of a run in one block, of which it was not seen that it has time.
  var isSingleEntry: Bool {
    timeAxis == nil && isStacked && !isRagged && shapes[0].count > 1 && shapes[0][0] == 1
  }

  /// The one entry as a value with time.
  func withTime(_ axis: Int) -> RecordedValue {
    var value = self
    value.shapes = [Array(shapes[0].dropFirst())]
    value.isStacked = false
    value.timeAxis = axis
    value.sizes = [value.shapes[0][axis]]
    return value
  }

  /// The names of a file with the arrays `name@0`, `name@1`, … as one.
  static func grouped(
    _ collection: ArrayCollection, _ watch: TraceWatch
  ) throws -> [RecordedValue] {
    var order: [String] = []
    var parts: [String: [(block: Int, name: String)]] = [:]
    for name in collection.names where name != TraceManifest.name {
      var (base, block) = (name, 0)
      if let mark = name.lastIndex(of: "@"), let number = Int(name[name.index(after: mark)...]) {
        (base, block) = (String(name[..<mark]), number)
      }
      if parts[base] == nil { order.append(base) }
      parts[base, default: []].append((block, name))
    }
    var seen = 0
    return try order.map { base in
      let names = (parts[base] ?? []).sorted { $0.block < $1.block }.map(\.name)
      let facts = try names.map { name in
        try watch(TraceProgress(.reading, seen, of: collection.names.count))
        seen += 1
        return try collection.facts(name)
      }
      return RecordedValue(
        name: base, parts: names, shapes: facts.map(\.shape), dtype: facts[0].dtype)
    }
  }
}

extension RecordedValue {
  /// Which axis holds the rows, and how many other things lie on it with them; nil if none does.
  ///
  /// Heads or directions are often folded into the axis of rows, which then is a multiple of their
  /// number.
  func rowAxis(rowCount: Int) -> Int? {
    guard let timeAxis else { return nil }
    let shape = shapes[0]
    if timeAxis != 0 { return rowCount > 0 && shape[0] % rowCount == 0 ? 0 : nil }
    return shape.indices.dropFirst().first { shape[$0] == rowCount && shape.count > 2 }
  }

  /// The values as `[b, t, …]`.
  ///
  /// - Precondition: the value has a time axis and is regular.
  func arranged(_ collection: ArrayCollection, rowCount: Int) throws -> Tensor {
    let arrays = try zip(parts, shapes).map { try collection.array($0).reshaped($1) }
    let joined = Tensor.joined(arrays, axis: timeAxis ?? 0)
    if let order { return try order.arranged(joined) }
    guard let timeAxis else { return joined }
    let rest = joined.shape.indices.filter { $0 != timeAxis }
    guard let rows = rowAxis(rowCount: rowCount) else {
      let result = joined.permuted([timeAxis] + rest)
      return result.reshaped([1] + result.shape)
    }
    let result = joined.permuted([rows, timeAxis] + rest.filter { $0 != rows })
    let folded = result.shape[0] / max(rowCount, 1)
    guard folded > 1 else { return result }
    let channels = Array(result.shape.dropFirst(2))
    let unfolded = result.reshaped([rowCount, folded, result.shape[1]] + channels)
    let axes = [0, 2, 1] + (0..<channels.count).map { $0 + 3 }
    return unfolded.permuted(axes)
  }
}

extension Tensor {
  /// Arrays `[b, t, …]` one after the other in time.
  ///
  /// - Precondition: there is at least one, and they differ in time only.
  package static func joinedInTime(_ parts: [Tensor]) -> Tensor { joined(parts, axis: 1) }

  /// Arrays one after the other along an axis.
  ///
  /// - Precondition: there is at least one, and they differ on that axis only.
  static func joined(_ parts: [Tensor], axis: Int) -> Tensor {
    guard parts.count > 1 else { return parts[0] }
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let outer = shape[..<axis].reduce(1, *)
    return Tensor(parts[0].dtype, shape: shape) { target in
      var position = 0
      for index in 0..<outer {
        for part in parts {
          let count = part.byteCount / outer
          guard count > 0 else { continue }
          part.withUnsafeBytes { source in
            let piece = UnsafeRawBufferPointer(
              rebasing: source[index * count..<(index + 1) * count])
            UnsafeMutableRawBufferPointer(rebasing: target[position...]).copyMemory(from: piece)
          }
          position += count
        }
      }
    }
  }
}

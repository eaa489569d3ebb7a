import Tensors

/// What has been found so far of one value's cotangent.
///
/// Nothing is added before the whole is requested, so that a value used once costs no addition, and
/// one used in slices costs one concatenation.
struct Cotangent {
  private var wholes: [Value] = []
  private var pieces: [Piece] = []

  private struct Piece {
    var value: Value
    var axis: Int
    var start: Int

    var end: Int { start + value.shape[axis] }
  }

  var isZero: Bool { wholes.isEmpty && pieces.isEmpty }

  /// Adds a contribution to every element.
  mutating func add(_ value: Value) { wholes.append(value) }

  /// Adds a contribution to the elements from `start` along an axis.
  mutating func add(_ value: Value, axis: Int, start: Int) {
    pieces.append(Piece(value: value, axis: axis, start: start))
  }

  /// The sum, of that type, or nil if there is none; later calls give the same value.
  mutating func total(_ type: ValueType) -> Value? {
    wholes += joinedPieces(type)
    pieces = []
    guard let first = wholes.first else { return nil }
    let sum = wholes.dropFirst().reduce(first) { $0 + $1 }
    wholes = [sum]
    return sum
  }

  /// Lays pieces that do not overlap side by side.
  private func joinedPieces(_ type: ValueType) -> [Value] {
    var joined: [Value] = []
    for axis in Set(pieces.map(\.axis)).sorted() {
      var waiting = pieces.filter { $0.axis == axis }
      waiting.sort { ($0.start, $0.end) < ($1.start, $1.end) }
      while !waiting.isEmpty {
        var row: [Piece] = []
        var overlapping: [Piece] = []
        for piece in waiting {
          if row.last.map({ $0.end <= piece.start }) ?? true {
            row.append(piece)
          } else {
            overlapping.append(piece)
          }
        }
        joined.append(Self.laid(row, axis: axis, type))
        waiting = overlapping
      }
    }
    return joined
  }

  private static func laid(_ row: [Piece], axis: Int, _ type: ValueType) -> Value {
    var parts: [Value] = []
    var end = row[0].start
    for piece in row {
      if piece.start > end {
        var gap = type
        gap.shape[axis] = piece.start - end
        parts.append(piece.value.builder.full(0, gap))
      }
      parts.append(piece.value)
      end = piece.end
    }
    let high = type.shape[axis] - end
    return Value.concatenate(parts, axis: axis).padded(axis: axis, low: row[0].start, high: high)
  }
}

import Layers
import Programs
import Tensors

// Row algebra: every leaf has the batch axis first, so rows of a state are rows of its leaves.
extension StreamSnapshot {
  /// The rows at these positions, in this order; a row may be taken more than once.
  ///
  /// Random draws belong to a row's own key, which is part of its state: a copy of a row draws what
  /// the row draws.
  ///
  /// - Throws: ``RuntimeError`` `.invalidState` for a row that is not there.
  public func rows(_ indices: [Int]) throws(RuntimeError) -> StreamSnapshot {
    if let bad = indices.first(where: { !(0..<batch).contains($0) }) {
      throw RuntimeError(
        .invalidState, found: "row \(bad)", expected: "rows 0 to \(batch - 1) of the state")
    }
    var result = self
    result.batch = indices.count
    result.values = values.map { $0.rows(indices) }
    for index in leaves.indices { result.leaves[index].type.shape[0] = indices.count }
    return result
  }

  /// The rows of several states of one model, one behind the other.
  ///
  /// - Throws: ``RuntimeError`` `.invalidState` when there is none, or when models or positions
  ///   differ.
  public static func merging(_ parts: [StreamSnapshot]) throws(RuntimeError) -> StreamSnapshot {
    guard var result = parts.first else {
      throw RuntimeError(.invalidState, found: "nothing to merge", expected: "one state or more")
    }
    for part in parts {
      try result.checkSameModel(part)
      guard part.position == result.position else {
        throw RuntimeError(
          .invalidState, found: "states at timesteps \(result.position) and \(part.position)",
          expected: "states of one position")
      }
    }
    result.batch = parts.reduce(0) { $0 + $1.batch }
    for index in result.values.indices {
      result.values[index] = Tensor.joined(rows: parts.map { $0.values[index] })
      result.leaves[index].type.shape = result.values[index].shape
    }
    return result
  }

  /// The state in which these rows are those of another state, in that order: to reset some rows, or
  /// to take some of them back.
  ///
  /// - Throws: ``RuntimeError`` `.invalidState` when the other is of another model, or has not one row
  ///   for each.
  public func replacing(
    rows indices: [Int], by other: StreamSnapshot
  ) throws(RuntimeError) -> StreamSnapshot {
    try checkSameModel(other)
    guard other.batch == indices.count,
      Set(indices).count == indices.count, indices.allSatisfy((0..<batch).contains)
    else {
      throw RuntimeError(
        .invalidState, found: "rows \(indices) to be replaced by \(other.batch)",
        expected: "as many different rows, from 0 to \(batch - 1)")
    }
    var order = Array(0..<batch)
    for (place, row) in indices.enumerated() { order[row] = batch + place }
    var result = self
    for index in values.indices {
      result.values[index] = Tensor.joined(rows: [values[index], other.values[index]]).rows(order)
    }
    return result
  }

  private func checkSameModel(_ other: StreamSnapshot) throws(RuntimeError) {
    for (mine, its) in zip(leaves, other.leaves)
    where mine.path != its.path || mine.kind != its.kind
      || mine.type.dtype != its.type.dtype
      || mine.type.shape.dropFirst() != its.type.shape.dropFirst()
    {
      throw RuntimeError(
        .invalidState, found: "leaf \(its.path) \(its.type)", expected: "\(mine.path) \(mine.type)")
    }
    guard leaves.count == other.leaves.count else {
      throw RuntimeError(
        .invalidState, found: "a state of \(other.leaves.count) leaves",
        expected: "\(leaves.count) leaves")
    }
  }
}

extension Stream {
  /// A stream that goes on with some rows of this one, in this order.
  ///
  /// - Throws: ``RuntimeError`` `.invalidState` for a row that is not there.
  public func selecting(rows indices: [Int]) throws -> Stream {
    guard let bad = indices.first(where: { !(0..<batch).contains($0) }) else {
      let result = try model.makeStream(
        batch: indices.count, constants: constants.mapValues { $0.rows(indices) })
      try result.restore(try snapshot().rows(indices))
      return result
    }
    throw RuntimeError(
      .invalidState, found: "row \(bad)", expected: "rows 0 to \(batch - 1) of the stream")
  }

  /// Puts some rows back to the state before the first step; the others go on.
  ///
  /// - Throws: ``RuntimeError`` `.invalidState` for a row that is not there.
  public func reset(rows indices: [Int]) throws {
    var start = snapshot()
    start.values = form.values
    try restore(try snapshot().replacing(rows: indices, by: try start.rows(indices)))
  }
}

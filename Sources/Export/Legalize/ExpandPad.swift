import Programs
import Tensors

/// What kinds of padding a target has.
struct PadSupport {
  /// Whether masks can be padded.
  var padsBooleans = true
  /// The greatest rank.
  var greatestRank = 8
}

extension Rewrite {
  /// Pads that only add at the edges.
  ///
  /// Copies between neighbours are made by padding an axis of extent 1; negative edges are slices. What the
  /// target cannot pad is joined, or padded one axis at a time in rank 3.
  static func expandPad(_ support: PadSupport) -> Rewrite {
    Rewrite(name: "pad") { operation in
      guard case .movement(.pad(let low, let high, let interior)) = operation.op else { return nil }
      let (x, filler) = (operation.operands[0], operation.operands[1])
      let type = operation.results[0]
      if type.shape.contains(0) { return [operation.builder.full(0, type)] }
      if x.shape.contains(0) { return [filler.broadcast(to: type.shape, axes: [])] }
      let padder = Padder(filler: filler, support: support)
      var y = x
      for axis in 0..<x.rank where interior[axis] > 0 && x.shape[axis] > 1 {
        y = padder.stuffed(y, axis: axis, by: interior[axis])
      }
      for axis in 0..<x.rank {
        let (start, end) = (max(-low[axis], 0), y.shape[axis] - max(-high[axis], 0))
        y = y.sliced(axis: axis, from: start, to: end)
      }
      return [padder.edged(y, low.map { max($0, 0) }, high.map { max($0, 0) })]
    }
  }
}

private struct Padder {
  let filler: Value
  let support: PadSupport

  /// `count` copies of the filler between neighbours along an axis.
  func stuffed(_ x: Value, axis: Int, by count: Int) -> Value {
    let extent = x.shape[axis]
    let (outer, inner) = sizes(x, axis)
    let cells = edged(x.reshaped([outer * extent, 1, inner]), [0, 0, 0], [0, count, 0])
    var shape = x.shape
    shape[axis] = extent * (count + 1)
    return cells.reshaped(shape).sliced(axis: axis, from: 0, to: shape[axis] - count)
  }

  func edged(_ x: Value, _ low: [Int], _ high: [Int]) -> Value {
    guard (low + high).contains(where: { $0 > 0 }) else { return x }
    guard support.padsBooleans || x.dtype != .bool else { return joined(x, low, high) }
    guard x.rank > support.greatestRank else { return pad(x, low, high) }
    var y = x
    for axis in 0..<x.rank where low[axis] + high[axis] > 0 {
      let (outer, inner) = sizes(y, axis)
      var shape = y.shape
      shape[axis] += low[axis] + high[axis]
      y = pad(
        y.reshaped([outer, y.shape[axis], inner]), [0, low[axis], 0], [0, high[axis], 0]
      ).reshaped(shape)
    }
    return y
  }

  private func pad(_ x: Value, _ low: [Int], _ high: [Int]) -> Value {
    let none = low.map { _ in 0 }
    return x.builder.append(
      .movement(.pad(low: low, high: high, interior: none)), [x, filler])[0]
  }

  private func joined(_ x: Value, _ low: [Int], _ high: [Int]) -> Value {
    var y = x
    for axis in 0..<x.rank where low[axis] + high[axis] > 0 {
      func edge(_ count: Int) -> [Value] {
        var shape = y.shape
        shape[axis] = count
        return count > 0 ? [filler.broadcast(to: shape, axes: [])] : []
      }
      y = Value.concatenate(edge(low[axis]) + [y] + edge(high[axis]), axis: axis)
    }
    return y
  }

  private func sizes(_ x: Value, _ axis: Int) -> (outer: Int, inner: Int) {
    (Array(x.shape[..<axis]).elementCount, Array(x.shape[(axis + 1)...]).elementCount)
  }
}

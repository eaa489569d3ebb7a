import Programs
import Tensors

/// Parts of the channel axes, by the rules of NumPy's basic slicing.
///
/// - Shape: a range keeps `start, start + step, …` before `stop`, negative ends counted from the end
///   and clipped, a negative step walking backwards; an index keeps one element and removes the axis;
///   a new axis has extent 1.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when the entries that are not new axes are not as many as
///   the channel axes, an index is outside, or a step is 0.
/// - Source: sequence_layers/jax/simple.py `Slice`.
extension Slice: StatelessLayer {
  /// The elements that an entry keeps of an axis: `count` from `start` in steps of `step`.
  private struct Selection {
    var start: Int
    var step: Int
    var count: Int
    var removesAxis: Bool
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    ChannelSpec(outputShape(try selections(input)), input.dtype)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let selections = try selections(x.channelSpec)
    let shape = outputShape(selections)
    return x.mapValues(preservingZero: true) { values in
      var y = values
      for (index, selection) in selections.enumerated() {
        y = select(selection, from: y, axis: index + 2)
      }
      return y.reshaped([x.batch, x.time] + shape)
    }
  }

  private func select(_ selection: Selection, from x: Value, axis: Int) -> Value {
    guard selection.count > 0 else { return x.sliced(axis: axis, from: 0, to: 0) }
    let last = selection.start + (selection.count - 1) * selection.step
    let low = min(selection.start, last)
    let high = max(selection.start, last)
    let kept = x.sliced(axis: axis, from: low, to: high + 1, stride: abs(selection.step))
    return selection.step < 0 ? kept.reversed(axes: [axis]) : kept
  }

  /// One selection a channel axis of the input.
  private func selections(_ input: ChannelSpec) throws(LayerError) -> [Selection] {
    var result: [Selection] = []
    for entry in slices {
      if case .newAxis = entry { continue }
      guard result.count < input.shape.count else { throw wrongCount(input) }
      let extent = input.shape[result.count]
      switch entry {
      case .range(let range): result.append(try resolve(range, extent))
      case .index(let index):
        let position = index < 0 ? index + extent : index
        guard (0..<extent).contains(position) else {
          throw .config(
            self, "slices", found: "index \(index)", expected: "an index of \(extent) elements")
        }
        result.append(Selection(start: position, step: 1, count: 1, removesAxis: true))
      case .newAxis: break
      }
    }
    guard result.count == input.shape.count else { throw wrongCount(input) }
    return result
  }

  private func wrongCount(_ input: ChannelSpec) -> LayerError {
    let count = slices.reduce(0) { sum, entry in
      if case .newAxis = entry { return sum }
      return sum + 1
    }
    return .config(
      self, "slices", found: "\(count) ranges and indices",
      expected: "one for each axis of the channel shape \(input.shape.shapeText)")
  }

  private func resolve(_ range: Slice.Range, _ extent: Int) throws(LayerError) -> Selection {
    // Steps beyond the axis all keep its first element only; so cut they can be counted with.
    let step = max(-extent - 1, min(extent + 1, range.step ?? 1))
    guard step != 0 else {
      throw .config(self, "slices", found: "a step of 0", expected: "a step other than 0")
    }
    // Walking backwards, a range may start at the last element and stop before the first.
    let bounds = step > 0 ? (low: 0, high: extent) : (low: -1, high: extent - 1)
    func clipped(_ position: Int?, _ missing: Int) -> Int {
      guard let position else { return missing }
      let fromStart = position < 0 ? position + extent : position
      return max(bounds.low, min(bounds.high, fromStart))
    }
    let start = clipped(range.start, step > 0 ? bounds.low : bounds.high)
    let stop = clipped(range.stop, step > 0 ? bounds.high : bounds.low)
    let distance = step > 0 ? stop - start : start - stop
    let size = abs(step)
    return Selection(
      start: start, step: step, count: max(0, (distance + size - 1) / size), removesAxis: false)
  }

  private func outputShape(_ selections: [Selection]) -> Shape {
    var remaining = selections[...]
    var shape: Shape = []
    for entry in slices {
      if case .newAxis = entry {
        shape.append(1)
      } else if let selection = remaining.popFirst(), !selection.removesAxis {
        shape.append(selection.count)
      }
    }
    return shape
  }
}

public import Tensors

extension Value {
  /// The same row-major elements under another shape.
  public func reshaped(_ shape: Shape) -> Value {
    shape == self.shape ? self : one(.movement(.reshape(shape)), [self])
  }

  /// Axis `i` of the result is axis `permutation[i]`.
  public func transposed(_ permutation: [Int]) -> Value {
    permutation == Array(0..<rank)
      ? self : one(.movement(.transpose(permutation: permutation)), [self])
  }

  /// Puts this value's axis `i` at `axes[i]` of `shape`; extent 1 stretches.
  public func broadcast(to shape: Shape, axes: [Int]) -> Value {
    one(.movement(.broadcast(shape, axes: axes)), [self])
  }

  /// Inserts axes of extent 1 at these axes of the result.
  public func expandingAxes(_ axes: [Int]) -> Value {
    var shape = self.shape
    for axis in axes.sorted() { shape.insert(1, at: Swift.min(Swift.max(axis, 0), shape.count)) }
    return reshaped(shape)
  }

  /// The elements `start ..< limit` (every `stride`-th) of one axis; all of the others.
  public func sliced(axis: Int, from start: Int, to limit: Int, stride: Int = 1) -> Value {
    guard hasAxis(axis, op: "slice") else { return builder.poison(type) }
    var starts: [Int] = Array(repeating: 0, count: rank)
    var limits = shape
    var strides: [Int] = Array(repeating: 1, count: rank)
    starts[axis] = start
    limits[axis] = limit
    strides[axis] = stride
    guard starts != Array(repeating: 0, count: rank) || limits != shape || stride != 1 else {
      return self
    }
    return one(.movement(.slice(start: starts, limit: limits, stride: strides)), [self])
  }

  /// One element of an axis, which is removed.
  public func element(_ index: Int, axis: Int) -> Value {
    guard hasAxis(axis, op: "slice") else { return builder.poison(type) }
    var shape = self.shape
    shape.remove(at: axis)
    return sliced(axis: axis, from: index, to: index + 1).reshaped(shape)
  }

  /// Adds elements equal to `value` before and after along one axis; negative numbers cut.
  public func padded(
    axis: Int, low: Int, high: Int, interior: Int = 0, value: Double = 0
  ) -> Value {
    guard hasAxis(axis, op: "pad") else { return builder.poison(type) }
    guard low != 0 || high != 0 || interior != 0 else { return self }
    var lows: [Int] = Array(repeating: 0, count: rank)
    var highs = lows
    var interiors = lows
    lows[axis] = low
    highs[axis] = high
    interiors[axis] = interior
    return padded(low: lows, high: highs, interior: interiors, value: value)
  }

  /// Adds elements equal to `value` around and between along every axis; negative numbers cut.
  public func padded(
    low: [Int], high: [Int], interior: [Int]? = nil, value: Double = 0
  ) -> Value {
    let between = interior ?? Array(repeating: 0, count: rank)
    let filler = builder.scalar(value, dtype)
    return one(.movement(.pad(low: low, high: high, interior: between)), [self, filler])
  }

  /// Whether an axis exists; if not, that is recorded as a mistake.
  private func hasAxis(_ axis: Int, op: String) -> Bool {
    if shape.indices.contains(axis) { return true }
    builder.report(op: op, found: "axis \(axis)", expected: "an axis of 0 ..< \(rank)")
    return false
  }

  /// Reverses the order along axes.
  public func reversed(axes: [Int]) -> Value { one(.movement(.reverse(axes: axes)), [self]) }

  /// Joins values along an axis.
  ///
  /// - Precondition: there is at least one value.
  public static func concatenate(_ values: [Value], axis: Int) -> Value {
    precondition(!values.isEmpty, "Nothing to concatenate.")
    guard values.count > 1 else { return values[0] }
    return values[0].one(.movement(.concatenate(axis: axis)), values)
  }
}

import Tensors

extension ReductionOp {
  func evaluated(_ x: ReferenceArray) -> [ReferenceArray] {
    switch self {
    case .reduce(let kind, let axes): [kind.reduced(x, axes)]
    case .argReduce(let kind, let axis): [kind.firstIndex(x, axis)]
    case .cumulative(let kind, let axis, let reverse): [kind.cumulative(x, axis, reverse)]
    case .reduceWindow(let kind, let window): [kind.windowed(x, window)]
    case .sort(let axis, let descending): x.sorted(axis, descending)
    }
  }
}

extension ReductionKind {
  /// The binary function that is folded with.
  var fold: BinaryOp {
    switch self {
    case .sum: .add
    case .prod: .mul
    case .max: .max
    case .min: .min
    case .and: .and
    case .or: .or
    }
  }

  /// The value for no elements.
  func identity(_ dtype: DType) -> ReferenceArray {
    let type = ValueType(dtype, [])
    let number: Double
    switch self {
    case .sum, .or: number = 0
    case .prod, .and: number = 1
    case .max: number = -.infinity
    case .min: number = .infinity
    }
    if dtype.isFloating { return ReferenceArray(rounding: [number], type) }
    if dtype == .bool { return ReferenceArray(wrapping: [number > 0 ? 1 : 0], type) }
    return ReferenceArray(Tensor(repeating: number, shape: [], dtype))
  }

  /// Folds elements of `x` into results: element `pairs[n].from` into result `pairs[n].to`.
  private func folded(
    _ x: ReferenceArray, into shape: Shape, _ pairs: some Sequence<(from: Int, to: Int)>
  ) -> ReferenceArray {
    let type = ValueType(x.type.dtype, shape)
    let start = identity(x.type.dtype)
    switch x.elements {
    case .floats(let values):
      var sums: [Double] = Array(repeating: start.floats[0], count: shape.elementCount)
      for (from, to) in pairs { sums[to] = fold.float(sums[to], values[from]) }
      return ReferenceArray(rounding: sums, type)
    case .integers(let values):
      var sums: [Int64] = Array(repeating: start.integers[0], count: shape.elementCount)
      for (from, to) in pairs { sums[to] = fold.integer(sums[to], values[from], width: 64) }
      return ReferenceArray(wrapping: sums, type)
    }
  }

  func reduced(_ x: ReferenceArray, _ axes: [Int]) -> ReferenceArray {
    let shape = x.type.shape
    let kept = shape.indices.filter { !axes.contains($0) }
    let target = kept.map { shape[$0] }
    var steps: [Int] = Array(repeating: 0, count: shape.count)
    for (axis, step) in zip(kept, target.rowMajorStrides) { steps[axis] = step }
    let places = Positions.walk(shape, steps)
    return folded(x, into: target, places.enumerated().lazy.map { (from: $0, to: $1) })
  }

  func cumulative(_ x: ReferenceArray, _ axis: Int, _ reverse: Bool) -> ReferenceArray {
    let shape = x.type.shape
    let step = shape.rowMajorStrides[axis]
    let order = reverse ? Array((0..<shape[axis]).reversed()) : Array(0..<shape[axis])
    let start = identity(x.type.dtype)
    let lines = Positions.lines(shape, axis: axis)
    switch x.elements {
    case .floats(var values):
      for first in lines {
        var sum = start.floats[0]
        for position in order.map({ first + $0 * step }) {
          sum = fold.float(sum, values[position])
          values[position] = sum
        }
      }
      return ReferenceArray(rounding: values, x.type)
    case .integers(var values):
      for first in lines {
        var sum = start.integers[0]
        for position in order.map({ first + $0 * step }) {
          sum = fold.integer(sum, values[position], width: 64)
          values[position] = sum
        }
      }
      return ReferenceArray(wrapping: values, x.type)
    }
  }

  func windowed(_ x: ReferenceArray, _ window: WindowDimensions) -> ReferenceArray {
    let shape = x.type.shape
    guard let target = try? window.resultShape(shape) else {
      preconditionFailure("A window that does not fit: verify the program.")
    }
    var pairs: [(from: Int, to: Int)] = []
    for tap in Positions.indices(window.size) {
      let chosen = shape.indices.map { axis in
        let offset = tap[axis] * window.dilation[axis] - window.padLow[axis]
        return (0..<target[axis]).map { place in
          let index = place * window.stride[axis] + offset
          return index < shape[axis] ? index : -1
        }
      }
      let sources = Positions.choose(chosen, shape.rowMajorStrides)
      for (place, source) in sources.enumerated() where source >= 0 {
        pairs.append((from: source, to: place))
      }
    }
    return folded(x, into: target, pairs)
  }

  func firstIndex(_ x: ReferenceArray, _ axis: Int) -> ReferenceArray {
    var shape = x.type.shape
    let extent = shape.remove(at: axis)
    let step = x.type.shape.rowMajorStrides[axis]
    let indices = Positions.lines(x.type.shape, axis: axis).map { first in
      var best = 0
      for index in 1..<Swift.max(extent, 1) {
        if wins(x, first + index * step, over: first + best * step) { best = index }
      }
      return Int64(best)
    }
    return ReferenceArray(wrapping: indices, ValueType(.int32, shape))
  }

  private func wins(_ x: ReferenceArray, _ position: Int, over best: Int) -> Bool {
    switch x.elements {
    case .floats(let values):
      if values[best].isNaN { return false }
      if values[position].isNaN { return true }
      return self == .max ? values[position] > values[best] : values[position] < values[best]
    case .integers(let values):
      return self == .max ? values[position] > values[best] : values[position] < values[best]
    }
  }
}

extension ReferenceArray {
  func sorted(_ axis: Int, _ descending: Bool) -> [ReferenceArray] {
    let step = type.shape.rowMajorStrides[axis]
    var positions: [Int] = Array(repeating: 0, count: count)
    var origins: [Int64] = Array(repeating: 0, count: count)
    for first in Positions.lines(type.shape, axis: axis) {
      let order = (0..<type.shape[axis]).sorted { a, b in
        let (x, y) = (first + a * step, first + b * step)
        if descending ? precedes(y, x) : precedes(x, y) { return true }
        if descending ? precedes(x, y) : precedes(y, x) { return false }
        return a < b
      }
      for (place, origin) in order.enumerated() {
        positions[first + place * step] = first + origin * step
        origins[first + place * step] = Int64(origin)
      }
    }
    let indices = ReferenceArray(wrapping: origins, ValueType(.int32, type.shape))
    return [taking(positions, as: type.shape), indices]
  }

  /// Whether one element is smaller than another; NaN is greater than all numbers.
  private func precedes(_ a: Int, _ b: Int) -> Bool {
    switch elements {
    case .floats(let values): values[a] < values[b] || (values[b].isNaN && !values[a].isNaN)
    case .integers(let values): values[a] < values[b]
    }
  }
}

import Programs
import Tensors

extension RandomProgramGenerator {
  func addReduction() {
    let folds: [ReductionKind] = [.sum, .prod, .max, .min, .and, .or]
    let kind = source.element(folds)
    let isSum = kind == .sum || kind == .prod
    let x = pick(rank: 1...4) { type in
      fits(.reduction(.reduce(kind, axes: [0])), [type]) && (!isSum || isSummable(type))
    }
    let axis = source.int(0...x.rank - 1)
    switch source.int(0...5) {
    case 0...1:
      let axes = (0..<x.rank).filter { $0 == axis || source.chance(40) }
      append(.reduction(.reduce(kind, axes: axes)), [x])
    case 2:
      append(.reduction(.argReduce(source.element([.max, .min]), axis: axis)), [x])
    case 3:
      append(.reduction(.cumulative(kind, axis: axis, reverse: source.chance(50))), [x])
    case 4:
      append(.reduction(.reduceWindow(kind, window(x.shape))), [x])
    default:
      append(.reduction(.sort(axis: axis, descending: source.chance(50))), [x])
    }
  }

  private func window(_ shape: Shape) -> WindowDimensions {
    func numbers(_ usual: Int, _ range: ClosedRange<Int>) -> [Int] {
      shape.map { _ in source.chance(50) ? usual : source.int(range) }
    }
    return WindowDimensions(
      size: numbers(1, 1...3), stride: numbers(1, 1...2), dilation: numbers(1, 1...2),
      padLow: numbers(0, -1...2), padHigh: numbers(0, -1...2))
  }

  func addDot() {
    let a = pick(rank: 1...4) { isSummable($0) }
    var dimensions = DotDimensions(leftContracting: [], rightContracting: [])
    var (batch, contracting): ([Int], [Int]) = ([], [])
    for axis in source.shuffled(Array(0..<a.rank)) {
      let choice = source.int(0...9)
      if choice < 2 { batch.append(axis) } else if choice < 6 { contracting.append(axis) }
    }
    let free = (0..<source.int(0...2)).map { _ in source.int(1...4) }
    let bound = batch + contracting
    let extents = bound.map { a.shape[$0] } + free
    // Axis `order[n]` of the right operand has extent `extents[n]`.
    let order = source.shuffled(Array(extents.indices))
    var shape: Shape = Array(repeating: 0, count: extents.count)
    for (n, place) in order.enumerated() { shape[place] = extents[n] }
    dimensions.leftBatch = batch
    dimensions.rightBatch = Array(order[..<batch.count])
    dimensions.leftContracting = contracting
    dimensions.rightContracting = Array(order[batch.count..<bound.count])
    guard shape.elementCount <= Self.elementLimit else { return }
    append(.contraction(.dot(dimensions)), [a, pick(ValueType(a.dtype, shape))])
  }

  func addConvolution() {
    let x = pick(rank: 3...4) { isSummable($0) && $0.shape[$0.rank - 1] > 0 }
    let spatial = x.rank - 2
    func numbers(_ usual: Int, _ range: ClosedRange<Int>) -> [Int] {
      (0..<spatial).map { _ in source.chance(50) ? usual : source.int(range) }
    }
    let channels = x.shape[x.rank - 1]
    let groups = source.element((1...channels).filter { channels % $0 == 0 })
    let canSplitBatch = groups == 1 && x.shape[0] % 2 == 0
    let batchGroups = canSplitBatch && source.chance(30) ? 2 : 1
    let dimensions = ConvolutionDimensions(
      spatialRank: spatial, strides: numbers(1, 1...3), padLow: numbers(0, -2...3),
      padHigh: numbers(0, -2...3), inputDilation: numbers(1, 1...3),
      kernelDilation: numbers(1, 1...2), featureGroups: groups, batchGroups: batchGroups)
    let outputs = groups * batchGroups * source.int(1...3)
    let kernel = numbers(2, 1...3) + [channels / groups, outputs]
    append(.contraction(.convolution(dimensions)), [x, pick(ValueType(x.dtype, kernel))])
  }
}

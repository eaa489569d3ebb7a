import Tensors

extension Op {
  /// The text before the operands.
  var head: String {
    if case .composite(let composite) = self { return "composite \(composite.name.quoted)" }
    return name
  }

  /// The text between operands and types: everything that these do not determine; numbers that are the
  /// usual ones are left out.
  var attributeWords: [String] {
    switch self {
    case .constant, .convert, .bitcast, .unary, .binary, .compare, .select, .fft, .stopGradient: []
    case .iota(_, let axis): ["axis \(axis)"]
    case .random(let op): ["stream \(op.stream)", "count \(op.count)"]
    case .movement(let op): op.attributeWords
    case .reduction(let op): op.attributeWords
    case .contraction(.dot(let dimensions)): dimensions.attributeWords
    case .contraction(.convolution(let dimensions)): dimensions.attributeWords
    case .indexing(let op): op.attributeWords
    case .loop(let loop):
      ["trips \(loop.tripCount)", "axis \(loop.axis)"]
        + ["captured \(loop.capturedCount)", "carried \(loop.carriedCount)"]
        + (loop.reverse ? ["reverse"] : [])
    case .composite(let composite):
      composite.attributes.sorted { $0.key < $1.key }.map { "\($0.key.quoted) = \($0.value.text)" }
    }
  }
}

extension MovementOp {
  fileprivate var attributeWords: [String] {
    switch self {
    case .reshape: []
    case .transpose(let permutation): ["permutation \(permutation)"]
    case .broadcast(_, let axes): ["axes \(axes)"]
    case .slice(let start, let limit, let stride):
      [
        "start \(start)", "limit \(limit)",
      ] + unusual("stride", stride, 1)
    case .pad(let low, let high, let interior):
      ["low \(low)", "high \(high)"] + unusual("interior", interior, 0)
    case .reverse(let axes): ["axes \(axes)"]
    case .concatenate(let axis): ["axis \(axis)"]
    }
  }
}

extension ReductionOp {
  fileprivate var attributeWords: [String] {
    switch self {
    case .reduce(let kind, let axes): [kind.rawValue, "axes \(axes)"]
    case .argReduce(let kind, let axis): [kind.rawValue, "axis \(axis)"]
    case .cumulative(let kind, let axis, let reverse):
      [kind.rawValue, "axis \(axis)"] + (reverse ? ["reverse"] : [])
    case .reduceWindow(let kind, let window):
      [kind.rawValue, "size \(window.size)"] + unusual("stride", window.stride, 1)
        + unusual("dilation", window.dilation, 1) + unusual("low", window.padLow, 0)
        + unusual("high", window.padHigh, 0)
    case .sort(let axis, let descending):
      ["axis \(axis)"] + (descending ? ["descending"] : [])
    }
  }
}

extension DotDimensions {
  fileprivate var attributeWords: [String] {
    let batch = leftBatch.isEmpty && rightBatch.isEmpty ? [] : ["batch \(leftBatch)·\(rightBatch)"]
    return batch + ["contracting \(leftContracting)·\(rightContracting)"]
  }
}

extension ConvolutionDimensions {
  fileprivate var attributeWords: [String] {
    unusual("stride", strides, 1) + unusual("low", padLow, 0) + unusual("high", padHigh, 0)
      + unusual("inputDilation", inputDilation, 1) + unusual("kernelDilation", kernelDilation, 1)
      + (featureGroups == 1 ? [] : ["featureGroups \(featureGroups)"])
      + (batchGroups == 1 ? [] : ["batchGroups \(batchGroups)"])
  }
}

extension IndexingOp {
  fileprivate var attributeWords: [String] {
    switch self {
    case .gather(let axis, let batchAxes, let outOfRange):
      ["axis \(axis)"] + (batchAxes == 0 ? [] : ["batch \(batchAxes)"]) + [outOfRange.rawValue]
    case .scatterAdd(let axis, let batchAxes):
      ["axis \(axis)"] + (batchAxes == 0 ? [] : ["batch \(batchAxes)"])
    case .dynamicSlice(let axis, let size): ["axis \(axis)", "size \(size)"]
    case .dynamicUpdate(let axis): ["axis \(axis)"]
    }
  }
}

extension CompositeOp.Attribute {
  fileprivate var text: String {
    switch self {
    case .int(let value): "\(value)"
    case .ints(let values): "\(values)"
    case .double(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .string(let value): value.quoted
    }
  }
}

private func unusual(_ word: String, _ numbers: [Int], _ usual: Int) -> [String] {
  numbers.allSatisfy { $0 == usual } ? [] : ["\(word) \(numbers)"]
}

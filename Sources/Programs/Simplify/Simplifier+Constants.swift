import Tensors

extension Simplifier {
  /// How many elements a result may have that was not a constant before.
  private static let foldLimit = 4096
  /// How many elements a result may have that replaces as many constant ones.
  private static let constantLimit = 1 << 20

  /// Results that are known and the same in every execution.
  func folded(_ op: Op, _ operands: [ValueID]) -> [Tensor]? {
    switch op {
    case .constant, .iota, .stopGradient, .movement(.broadcast): return nil
    case .convert, .bitcast, .random, .unary, .binary, .compare, .select, .movement, .reduction,
      .contraction, .indexing, .fft, .loop, .composite:
      break
    }
    let tensors = operands.compactMap { known[$0] }
    let types = operands.map { type($0) }
    guard tensors.count == operands.count, op.isExact(types),
      let results = try? op.resultTypes(types)
    else { return nil }
    let isSmall = results.allSatisfy { result in
      let count = result.shape.elementCount
      let given = tensors.reduce(0) { $0 + $1.count }
      return count <= Simplifier.foldLimit || count <= min(given, Simplifier.constantLimit)
    }
    return isSmall ? ReferenceEvaluator.apply(op, tensors) : nil
  }

  /// Keeps the elements of new values that are cheap to know.
  mutating func learn(_ op: Op, _ operands: [ValueID], _ results: [ValueID]) {
    switch op {
    case .constant(let tensor): known[results[0]] = tensor
    case .iota, .movement(.broadcast):
      let tensors = operands.compactMap { known[$0] }
      let count = shape(results[0]).elementCount
      guard tensors.count == operands.count, count <= Simplifier.foldLimit else { return }
      known[results[0]] = ReferenceEvaluator.apply(op, tensors)[0]
    case .convert, .bitcast, .random, .unary, .binary, .compare, .select, .movement, .reduction,
      .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
      break
    }
  }

  /// A constant of equal elements as a broadcast scalar.
  mutating func uniformConstant(_ tensor: Tensor, _ scope: Int) -> ValueID? {
    guard tensor.rank > 0, tensor.count > 0, tensor.isUniform else { return nil }
    let width = tensor.dtype.byteCount
    let element = Tensor(tensor.dtype, shape: []) { target in
      tensor.withUnsafeBytes { target.copyBytes($0, 0..<width) }
    }
    return filled(one(.constant(element), [], scope), tensor.shape, scope)
  }

  /// A conversion that changes nothing, or takes back one that lost nothing.
  mutating func converted(_ dtype: DType, _ x: ValueID, _ scope: Int) -> ValueID? {
    if type(x).dtype == dtype { return x }
    if let definition = definition(x), case .convert(let middle) = definition.op {
      let original = definition.operands[0]
      if type(original).dtype == dtype, dtype.fits(in: middle) { return original }
    }
    return onScalar(.convert(dtype), x, scope)
  }

  /// A bitcast that changes nothing, or follows another.
  mutating func bitcast(_ dtype: DType, _ x: ValueID, _ scope: Int) -> ValueID? {
    if type(x).dtype == dtype { return x }
    if let definition = definition(x), case .bitcast = definition.op {
      return one(.bitcast(dtype), definition.operands, scope)
    }
    return onScalar(.bitcast(dtype), x, scope)
  }

  /// An elementwise op of equal elements, done once.
  private mutating func onScalar(_ op: Op, _ x: ValueID, _ scope: Int) -> ValueID? {
    guard type(x).rank > 0, let scalar = scalar(x) else { return nil }
    return filled(one(op, [scalar], scope), shape(x), scope)
  }
}

extension DType {
  /// Whether a conversion to the other dtype keeps every number apart.
  fileprivate func fits(in other: DType) -> Bool {
    switch self {
    case .bool: return true
    case .bfloat16, .float16: return other == .float32 || other == .float64
    case .float32: return other == .float64
    case .int8, .uint8: return other.byteCount > 1
    case .int16: return other == .int32 || other == .int64 || other == .float32 || other == .float64
    case .int32, .uint32: return other == .int64 || other == .float64
    case .float64, .int64, .complex64: return false
    }
  }
}

extension Tensor {
  /// Whether all elements have the same bits.
  var isUniform: Bool {
    withUnsafeBytes { bytes in
      (dtype.byteCount..<max(bytes.count, dtype.byteCount)).allSatisfy {
        bytes[$0] == bytes[$0 - dtype.byteCount]
      }
    }
  }
}

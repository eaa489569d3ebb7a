import Programs
import Tensors

extension RandomProgramGenerator {
  func addIndexing() {
    let data = pick(rank: 1...4) { isReal($0) || $0.dtype == .bool }
    let axis = source.int(0...data.rank - 1)
    let start = source.chance(50) ? pick(ValueType(.int32, [])) : scalar(-2...6)
    switch source.int(0...3) {
    case 0:
      append(
        .indexing(.dynamicSlice(axis: axis, size: source.int(0...data.shape[axis]))), [data, start])
    case 1:
      var type = data.type
      type.shape[axis] = source.int(0...data.shape[axis])
      append(.indexing(.dynamicUpdate(axis: axis)), [data, pick(type), start])
    default: addGatherOrScatter(data, axis)
    }
  }

  private func scalar(_ range: ClosedRange<Int>) -> Value {
    builder.scalar(Double(source.int(range)), .int32)
  }

  private func addGatherOrScatter(_ data: Value, _ axis: Int) {
    let batchAxes = source.int(0...axis)
    let rest = source.shape(rank: 0...2)
    let indices = pick(ValueType(.int32, Array(data.shape[..<batchAxes]) + rest))
    if source.chance(50) {
      let rules: [OutOfRangeRule] = [.clamp, .nan, .zero]
      let op = IndexingOp.gather(
        axis: axis, batchAxes: batchAxes, outOfRange: source.element(rules))
      append(.indexing(op), [data, indices])
    } else if isSummable(data.type) {
      let shape = Array(data.shape[..<axis]) + rest + Array(data.shape[(axis + 1)...])
      guard shape.elementCount <= Self.elementLimit else { return }
      let updates = pick(ValueType(data.dtype, shape))
      append(
        .indexing(.scatterAdd(axis: axis, batchAxes: batchAxes)), [data, indices, updates])
    }
  }

  func addTransform() {
    if options.isExact || source.chance(40) {
      let rows = source.int(1...3)
      let keys = pick(ValueType(.uint32, [rows]))
      let positions = pick(ValueType(.int32, [rows, source.int(1...3)]))
      let op = RandomOp(stream: UInt32(source.int(0...999)), count: source.int(1...6))
      append(.random(op), [seedValue(), keys, positions])
      return
    }
    let x = pick(rank: 1...3) { type in
      let isFloat = type.dtype == .float32 || type.dtype == .float64
      return isFloat && type.rank > 0 && type.shape[type.rank - 1] > 0
    }
    let bins = x.shape[x.rank - 1]
    switch source.int(0...3) {
    case 0: append(.fft(.forward), [x, pick(x.type)])
    case 1: append(.fft(.inverse), [x, pick(x.type)])
    case 2: append(.fft(.realForward), [x])
    default:
      let length = 2 * bins - (bins == 1 || source.chance(50) ? 1 : 2)
      append(.fft(.realInverse(length: length)), [x, pick(x.type)])
    }
  }

  func addComposite() {
    let operands = (0..<source.int(1...3)).map { _ in pick() }
    let attributes: [String: CompositeOp.Attribute] = [
      "size": .int(source.int(-3...3)), "axes": .ints([0, 1]), "epsilon": .double(1e-5),
      "causal": .bool(source.chance(50)), "kind": .string("a \"quoted\" word"),
    ]
    pool += Value.composite("anything", attributes: attributes, operands) { values in
      let inner = body(values)
      inner.addOps(source.int(1...4))
      return inner.pool.suffix(source.int(1...2))
    }
  }

  func addLoop() {
    let tripCount = source.chance(10) ? 0 : source.int(1...4)
    let axis = source.int(0...1)
    let captured = (0..<source.int(0...2)).map { _ in pick() }
    let carried = (0..<source.int(0...2)).map { _ in pick() }
    let sliced = (0..<source.int(1...2)).map { _ in
      var shape = pick { $0.shape.elementCount <= 60 }.shape
      shape.insert(tripCount, at: min(axis, shape.count))
      if shape.count <= axis { shape.append(tripCount) }
      if shape[axis] != tripCount { shape[axis] = tripCount }
      return pick(ValueType(source.dtype(), shape))
    }
    let results = builder.loop(
      tripCount: tripCount, axis: axis, reverse: source.chance(50), captured: captured,
      carried: carried, sliced: sliced
    ) { captured, carried, slices in
      let inner = body(captured + carried + slices)
      inner.addOps(source.int(1...4))
      let new = carried.map { old in inner.next(old) }
      let stackable = inner.pool.filter { value in
        value.rank >= axis && value.shape.elementCount * tripCount <= Self.elementLimit
      }
      return (new, Array(stackable.suffix(source.int(0...2))))
    }
    pool += results.carried + results.stacked
  }

  /// A carried value's next iteration: a mix of the old value and others of its type.
  private func next(_ old: Value) -> Value {
    let newest = pool.last { $0.type == old.type } ?? old
    guard isReal(old.type), source.chance(70) else { return newest }
    return old.binary(source.element([.sub, .max, .add]), newest)
  }

  private func body(_ values: [Value]) -> RandomProgramGenerator {
    RandomProgramGenerator(
      source: source, builder: values[0].builder, options: options, depth: depth + 1, pool: values)
  }
}

import Programs
import Tensors

extension StableHLOFunction {
  func reduce(
    _ op: ReductionOp, _ x: ValueID, _ results: [ValueID]
  ) throws(ExportError) {
    let (source, type) = (self[x], self[results[0]])
    let rank = source.rank
    switch op {
    case .reduce(let kind, let axes):
      let start = scalar(kind.identity(type.dtype), type.dtype)
      let signature =
        "(\(StableHLOText.type(source)), \(StableHLOText.scalar(type.dtype))) -> "
        + StableHLOText.type(type)
      define(
        results[0],
        add(
          "stablehlo.reduce(\(value(x)) init: \(start)) applies stablehlo."
            + "\(kind.stableHLOName(type.dtype)) across dimensions = \(StableHLOText.list(axes)) : "
            + signature))
    case .argReduce(let kind, let axis): argReduce(kind, axis, x, results[0])
    case .cumulative(let kind, let axis, let reverse):
      guard type.shape.elementCount > 0 else { return define(results[0], value(x)) }
      let ones = Array(repeating: 1, count: rank)
      let zeros = Array(repeating: 0, count: rank)
      var window = WindowDimensions(
        size: ones, stride: ones, dilation: ones, padLow: zeros, padHigh: zeros)
      window.size[axis] = source.shape[axis]
      window.padLow[axis] = reverse ? 0 : source.shape[axis] - 1
      window.padHigh[axis] = reverse ? source.shape[axis] - 1 : 0
      define(results[0], reduceWindow(kind, window, x, type))
    case .reduceWindow(let kind, let window):
      define(results[0], reduceWindow(kind, window, x, type))
    case .sort(let axis, let descending): sort(axis, descending, x, results)
    }
  }

  private func reduceWindow(
    _ kind: ReductionKind, _ window: WindowDimensions, _ x: ValueID, _ type: ValueType
  ) -> String {
    let start = scalar(kind.identity(type.dtype), type.dtype)
    let element = StableHLOText.scalar(type.dtype)
    let (a, b, c) = (fresh(), fresh(), fresh())
    let edges = zip(window.padLow, window.padHigh).map { "[\($0), \($1)]" }
    let sizes =
      "window_dimensions = \(StableHLOText.array(window.size)), window_strides = "
      + "\(StableHLOText.array(window.stride)), window_dilations = "
      + StableHLOText.array(window.dilation)
    let padding =
      "padding = dense<[\(edges.joined(separator: ", "))]> : tensor<\(edges.count)x2xi64>"
    return add(
      "\"stablehlo.reduce_window\"(\(value(x)), \(start)) <{\(sizes), \(padding)}> ({ ^bb0(\(a): "
        + "\(element), \(b): \(element)): \(c) = stablehlo.\(kind.stableHLOName(type.dtype)) "
        + "\(a), \(b) : \(element) stablehlo.return \(c) : \(element) }) : "
        + "(\(StableHLOText.type(self[x])), \(element)) -> \(StableHLOText.type(type))")
  }

  /// The first place of the greatest or smallest element; NaN wins.
  private func argReduce(
    _ kind: ReductionKind, _ axis: Int, _ x: ValueID, _ result: ValueID
  ) {
    let source = self[x]
    let places = ValueType(.int32, source.shape)
    let indices = add("stablehlo.iota dim = \(axis) : \(StableHLOText.type(places))")
    let start = scalar(kind.identity(source.dtype), source.dtype)
    let last = scalar(Double(Int32.max), .int32)
    let element = StableHLOText.scalar(source.dtype)
    let integer = StableHLOText.scalar(.int32)
    let inner = region()
    let (a, b, i, j) = (fresh(), fresh(), fresh(), fresh())
    let single = ValueType(source.dtype, [])
    let flag = ValueType(.bool, [])
    func logic(_ name: String, _ operands: String...) -> String {
      inner.add(
        "stablehlo.\(name) \(operands.joined(separator: ", ")) : \(StableHLOText.type(flag))")
    }
    var isBetter = inner.compare(kind == .max ? "GT" : "LT", a, b, single)
    var isEqual = inner.compare("EQ", a, b, single)
    if source.dtype.isFloating {
      let aIsNaN = inner.compare("NE", a, a, single)
      let bIsNaN = inner.compare("NE", b, b, single)
      isBetter = logic("or", isBetter, logic("and", aIsNaN, logic("not", bIsNaN)))
      isEqual = logic("or", isEqual, logic("and", aIsNaN, bIsNaN))
    }
    let isFirst = inner.compare("LT", i, j, ValueType(.int32, []))
    let isChosen = logic("or", isBetter, logic("and", isEqual, isFirst))
    let best = inner.add("stablehlo.select \(isChosen), \(a), \(b) : tensor<i1>, \(element)")
    let place = inner.add("stablehlo.select \(isChosen), \(i), \(j) : tensor<i1>, \(integer)")
    let target = self[result]
    let values = StableHLOText.type(ValueType(source.dtype, target.shape))
    let name = fresh()
    add(
      line: """
        \(name):2 = stablehlo.reduce(\(value(x)) init: \(start)), (\(indices) init: \(last)) across \
        dimensions = [\(axis)] : (\(StableHLOText.type(source)), \(StableHLOText.type(places)), \
        \(element), \(integer)) -> (\(values), \(StableHLOText.type(target))) \
        reducer(\(a): \(element), \(b): \(element)) (\(i): \(integer), \(j): \(integer)) {
        \(inner.lines.joined(separator: "\n"))
        stablehlo.return \(best), \(place) : \(element), \(integer) }
        """)
    define(result, "\(name)#1")
  }

  /// Elements and their places, by one stable sort; NaN counts as greater than all.
  private func sort(
    _ axis: Int, _ descending: Bool, _ x: ValueID, _ results: [ValueID]
  ) {
    let source = self[x]
    let places = self[results[1]]
    let indices = add("stablehlo.iota dim = \(axis) : \(StableHLOText.type(places))")
    let inner = region()
    let (a, b, i, j) = (fresh(), fresh(), fresh(), fresh())
    let element = StableHLOText.scalar(source.dtype)
    let single = ValueType(source.dtype, [])
    let (first, second) = descending ? (b, a) : (a, b)
    var isBefore = inner.compare("LT", first, second, single)
    if source.dtype.isFloating {
      let firstIsNaN = inner.compare("NE", first, first, single)
      let secondIsNaN = inner.compare("NE", second, second, single)
      let isNumber = inner.add("stablehlo.not \(firstIsNaN) : tensor<i1>")
      let isLast = inner.add("stablehlo.and \(isNumber), \(secondIsNaN) : tensor<i1>")
      isBefore = inner.add("stablehlo.or \(isBefore), \(isLast) : tensor<i1>")
    }
    let types = "\(StableHLOText.type(source)), \(StableHLOText.type(places))"
    let name = fresh()
    add(
      line: """
        \(name):2 = "stablehlo.sort"(\(value(x)), \(indices)) <{dimension = \(axis) : i64, is_stable \
        = true}> ({ ^bb0(\(a): \(element), \(b): \(element), \(i): tensor<i32>, \(j): tensor<i32>):
        \(inner.lines.joined(separator: "\n"))
        stablehlo.return \(isBefore) : tensor<i1> }) : (\(types)) -> (\(types))
        """)
    define(results[0], "\(name)#0")
    define(results[1], "\(name)#1")
  }
}

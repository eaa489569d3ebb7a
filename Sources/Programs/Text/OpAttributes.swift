import Tensors

/// The text between the operands and the types of an instruction, and the op that it describes.
struct OpAttributes {
  var bodies: [Program] = []
  private var numbers: [String: Int] = [:]
  private var lists: [String: [Int]] = [:]
  private var pairs: [String: ([Int], [Int])] = [:]
  private var flags: Set<String> = []
  private var elements: [String]?
  private var named: [String: CompositeOp.Attribute] = [:]
  private let line: Int

  /// Reads up to the `:` before the types, or what is left of `line` if that is given.
  init(
    _ parser: inout ProgramParser, line onlyLine: Int? = nil
  ) throws(ProgramTextError) {
    line = parser.tokens.line
    while onlyLine == nil || parser.tokens.line == onlyLine {
      switch parser.tokens.next {
      case .word(let word):
        try parser.tokens.advance()
        try value(of: word, &parser)
      case .string(let key):
        try parser.tokens.advance()
        try parser.mark("=")
        named[key] = try parser.attribute()
      case .mark("{"):
        try parser.tokens.advance()
        elements = try parser.numbers(until: "}")
      case .number, .value, .mark, .end: return
      }
    }
  }

  private mutating func value(
    of word: String, _ parser: inout ProgramParser
  ) throws(ProgramTextError) {
    switch parser.tokens.next {
    case .number(let text) where word == "all":
      try parser.tokens.advance()
      elements = [text]
      flags.insert(word)
    case .word(let text) where word == "all":
      try parser.tokens.advance()
      elements = [text]
      flags.insert(word)
    case .number: numbers[word] = try parser.int()
    case .mark("["):
      let list = try parser.ints()
      if try parser.skip("·") {
        pairs[word] = (list, try parser.ints())
      } else {
        lists[word] = list
      }
    case .word(let text) where word == "elided":
      throw error("the elided constant \(text)", "all its elements: print without eliding")
    case .word, .string, .value, .mark, .end: flags.insert(word)
    }
  }

  /// The op of that name with these attributes and result types.
  func op(
    _ name: String, composite: String?, types: [ValueType]
  ) throws(ProgramTextError) -> Op {
    let type = types.first ?? ValueType(.bool, [])
    if let op = UnaryOp(rawValue: name) { return .unary(op) }
    if let op = BinaryOp(rawValue: name) { return .binary(op) }
    if let op = CompareOp(rawValue: name) { return .compare(op) }
    switch name {
    case "constant": return .constant(try tensor(type))
    case "iota": return .iota(type, axis: try number("axis"))
    case "convert": return .convert(type.dtype)
    case "bitcast": return .bitcast(type.dtype)
    case "select": return .select
    case "stopGradient": return .stopGradient
    case "random":
      guard let stream = UInt32(exactly: try number("stream")) else {
        throw error("stream \(try number("stream"))", "a number of 32 bits")
      }
      return .random(RandomOp(stream: stream, count: try number("count")))
    case "loop":
      return .loop(
        LoopOp(
          body: try body(0), tripCount: try number("trips"), reverse: flags.contains("reverse"),
          axis: try number("axis"), capturedCount: try number("captured"),
          carriedCount: try number("carried")))
    case "composite":
      return .composite(
        CompositeOp(
          name: composite ?? "", attributes: named, body: try body(0),
          gradient: bodies.count > 1 ? bodies[1] : nil))
    default: return try movementOrSum(name, type)
    }
  }

  private func movementOrSum(_ name: String, _ type: ValueType) throws(ProgramTextError) -> Op {
    switch name {
    case "reshape": return .movement(.reshape(type.shape))
    case "transpose": return .movement(.transpose(permutation: try list("permutation")))
    case "broadcast": return .movement(.broadcast(type.shape, axes: try list("axes")))
    case "slice":
      let start = try list("start")
      let stride = lists["stride"] ?? start.map { _ in 1 }
      return .movement(.slice(start: start, limit: try list("limit"), stride: stride))
    case "pad":
      let low = try list("low")
      let interior = lists["interior"] ?? low.map { _ in 0 }
      return .movement(.pad(low: low, high: try list("high"), interior: interior))
    case "reverse": return .movement(.reverse(axes: try list("axes")))
    case "concatenate": return .movement(.concatenate(axis: try number("axis")))
    case "reduce": return .reduction(.reduce(try kind(), axes: try list("axes")))
    case "argReduce": return .reduction(.argReduce(try kind(), axis: try number("axis")))
    case "cumulative":
      let reverse = flags.contains("reverse")
      return .reduction(.cumulative(try kind(), axis: try number("axis"), reverse: reverse))
    case "reduceWindow": return .reduction(.reduceWindow(try kind(), try window()))
    case "sort":
      let descending = flags.contains("descending")
      return .reduction(.sort(axis: try number("axis"), descending: descending))
    case "dot": return .contraction(.dot(try dot()))
    case "convolution": return .contraction(.convolution(convolution(type.rank - 2)))
    default: return try indexingOrTransform(name, type)
    }
  }

  private func indexingOrTransform(
    _ name: String, _ type: ValueType
  ) throws(ProgramTextError) -> Op {
    let batchAxes = numbers["batch"] ?? 0
    switch name {
    case "gather":
      let rules: [OutOfRangeRule] = [.clamp, .nan, .zero]
      guard let rule = rules.first(where: { flags.contains($0.rawValue) }) else {
        throw error("no rule for indices outside", "clamp, nan or zero")
      }
      return .indexing(
        .gather(axis: try number("axis"), batchAxes: batchAxes, outOfRange: rule))
    case "scatterAdd":
      return .indexing(.scatterAdd(axis: try number("axis"), batchAxes: batchAxes))
    case "dynamicSlice":
      return .indexing(.dynamicSlice(axis: try number("axis"), size: try number("size")))
    case "dynamicUpdate": return .indexing(.dynamicUpdate(axis: try number("axis")))
    case "fft": return .fft(.forward)
    case "ifft": return .fft(.inverse)
    case "rfft": return .fft(.realForward)
    case "irfft": return .fft(.realInverse(length: type.shape.last ?? 0))
    default: throw error(name, "an op")
    }
  }

  // MARK: Parts

  private func number(_ word: String) throws(ProgramTextError) -> Int {
    guard let number = numbers[word] else { throw error("no \(word)", "\(word) and a number") }
    return number
  }

  private func list(_ word: String) throws(ProgramTextError) -> [Int] {
    guard let list = lists[word] else { throw error("no \(word)", "\(word) and a list of numbers") }
    return list
  }

  private func body(_ index: Int) throws(ProgramTextError) -> Program {
    guard index < bodies.count else { throw error("no body", "a body in braces") }
    return bodies[index]
  }

  private func kind() throws(ProgramTextError) -> ReductionKind {
    guard let kind = ReductionKind.allCases.first(where: { flags.contains($0.rawValue) }) else {
      let known = ReductionKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("no kind of fold", "one of \(known)")
    }
    return kind
  }

  private func window() throws(ProgramTextError) -> WindowDimensions {
    let size = try list("size")
    let (ones, zeros) = (size.map { _ in 1 }, size.map { _ in 0 })
    return WindowDimensions(
      size: size, stride: lists["stride"] ?? ones, dilation: lists["dilation"] ?? ones,
      padLow: lists["low"] ?? zeros, padHigh: lists["high"] ?? zeros)
  }

  private func dot() throws(ProgramTextError) -> DotDimensions {
    guard let contracting = pairs["contracting"] else {
      throw error("no contracting", "contracting and two lists, as in [2]·[0]")
    }
    let batch = pairs["batch"] ?? ([], [])
    return DotDimensions(
      leftBatch: batch.0, rightBatch: batch.1, leftContracting: contracting.0,
      rightContracting: contracting.1)
  }

  private func convolution(_ spatialRank: Int) -> ConvolutionDimensions {
    ConvolutionDimensions(
      spatialRank: max(spatialRank, 0), strides: lists["stride"], padLow: lists["low"],
      padHigh: lists["high"], inputDilation: lists["inputDilation"],
      kernelDilation: lists["kernelDilation"], featureGroups: numbers["featureGroups"] ?? 1,
      batchGroups: numbers["batchGroups"] ?? 1)
  }

  private func tensor(_ type: ValueType) throws(ProgramTextError) -> Tensor {
    guard var texts = elements else { throw error("no elements", "elements in braces") }
    let count = type.shape.elementCount
    if flags.contains("all") {
      guard count <= 1 << 28 else { throw error("\(count) elements", "at most \(1 << 28)") }
      texts = Array(repeating: texts[0], count: count)
    }
    guard texts.count == count else { throw error("\(texts.count) elements", "\(count)") }
    func parsed<Number>(_ read: (String) -> Number?) throws(ProgramTextError) -> [Number] {
      var numbers: [Number] = []
      for text in texts {
        guard let number = read(text) else { throw error(text, "a number of \(type.dtype.name)") }
        numbers.append(number)
      }
      return numbers
    }
    if type.dtype == .float64 { return Tensor(try parsed { Double($0) }, shape: type.shape) }
    if type.dtype.isFloating {
      return Tensor(try parsed { Float($0) }, shape: type.shape).converted(to: type.dtype)
    }
    return Tensor(try parsed { Int64($0) }, shape: type.shape).converted(to: type.dtype)
  }

  private func error(_ found: String, _ expected: String) -> ProgramTextError {
    ProgramTextError(line: line, found: found, expected: expected)
  }
}

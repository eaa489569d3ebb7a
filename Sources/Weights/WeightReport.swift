import Diagnostics
public import Tensors

/// A tensor that a model reads from a file.
public struct WeightRequest: Hashable, Sendable {
  /// The parameter's path, such as `layers_0/kernel`.
  public let path: String
  /// The shape that it must have.
  public let shape: Shape
  /// The dtype that it is converted to.
  public let dtype: DType
  /// Other names and layouts that the file may have for it, tried in order when its own is not there.
  public let aliases: [WeightAlias]

  /// Makes a request.
  public init(
    path: String, shape: Shape, dtype: DType = .float32, aliases: [WeightAlias] = []
  ) {
    self.path = path
    self.shape = shape
    self.dtype = dtype
    self.aliases = aliases
  }
}

/// Everything in which a file and a model disagree, found at once.
public struct WeightReport: Hashable, Sendable, CustomStringConvertible {
  /// A parameter that no tensor of the file is meant for.
  public struct Missing: Hashable, Sendable {
    /// What the model requested.
    public let request: WeightRequest
    /// An unused tensor with a similar name; given for the first few missing ones.
    public let nearest: String?
  }

  /// A tensor that was found and cannot be used.
  public struct Unfit: Hashable, Sendable {
    /// What the model requested.
    public let request: WeightRequest
    /// The tensor's name in the file.
    public let name: String
    /// What the file holds, such as `F32 [4, 3]`.
    public let found: String
    /// What may be the reason, such as a transposed matrix.
    public let hint: String?
  }

  /// A parameter that was found by one of its aliases.
  public struct Translated: Hashable, Sendable {
    /// What the model requested.
    public let request: WeightRequest
    /// The tensor's name in the file.
    public let name: String
    /// Its shape there.
    public let shape: Shape
    /// How its elements lie there.
    public let layout: WeightLayout
  }

  /// A parameter that several tensors could be meant for.
  public struct Ambiguous: Hashable, Sendable {
    /// What the model requested.
    public let request: WeightRequest
    /// The names that mean it.
    public let names: [String]
  }

  /// The file, as the user named it.
  public let path: String
  /// The name in the file of each parameter that was found, also of those with a wrong shape.
  public let sources: [String: String]
  /// Parameters that the file has under another name or in another layout.
  public let translated: [Translated]
  /// Parameters that the file does not have.
  public let missing: [Missing]
  /// Tensors with another shape, or elements that cannot be converted.
  public let unfit: [Unfit]
  /// Parameters that several tensors could be meant for.
  public let ambiguous: [Ambiguous]
  /// Tensors that the model does not read; they do no harm.
  public let unused: [String]

  /// Compares what a model reads with what a file holds.
  public init(requests: [WeightRequest], file: Safetensors) {
    let map = NameMap(names: file.names)
    var sources: [String: String] = [:]
    var unmatched: [WeightRequest] = []
    var unfit: [Unfit] = []
    var ambiguous: [Ambiguous] = []
    var translated: [Translated] = []
    let others = WeightReport.translations(of: requests, map, file)
    for request in requests {
      if let found = others[request.path] {
        translated.append(found)
        sources[request.path] = found.name
        continue
      }
      switch map.match(request.path) {
      case .missing: unmatched.append(request)
      case .ambiguous(let names): ambiguous.append(Ambiguous(request: request, names: names))
      case .found(let name):
        sources[request.path] = name
        if let entry = file.entry(name), let problem = WeightReport.problem(request, entry) {
          unfit.append(problem)
        }
      }
    }
    let used = Set(sources.values).union(ambiguous.flatMap(\.names))
    let unused = file.names.filter { !used.contains($0) }
    path = file.path
    missing = WeightReport.suggested(unmatched, among: unused)
    self.sources = sources
    self.unfit = unfit
    self.ambiguous = ambiguous
    self.translated = translated
    self.unused = unused
  }

  /// Whether every parameter can be read from the file.
  public var isLoadable: Bool { missing.isEmpty && unfit.isEmpty && ambiguous.isEmpty }

  /// The report for people: counts, then each list, long ones shortened.
  public var description: String {
    let total = sources.count - unfit.count
    let asked = sources.count + missing.count + ambiguous.count
    var lines: [String] = ["\(path): \(total) of \(asked) parameters found"]
    lines += section("in names or layouts of the original's TensorFlow library", translated) {
      "\($0.name) \($0.shape.shapeText) as \($0.request.path) \($0.request.shape.shapeText)"
    }
    lines += section("missing", missing) { missing in
      let nearest = missing.nearest.map { "; did you mean \($0)?" } ?? ""
      return "\(missing.request.path) \(missing.request.shape.shapeText)\(nearest)"
    }
    lines += section("with another shape or type", unfit) { unfit in
      let expected = "\(unfit.request.dtype.name) \(unfit.request.shape.shapeText)"
      let hint = unfit.hint.map { "; \($0)" } ?? ""
      return "\(unfit.request.path) is \(unfit.found), expected \(expected)\(hint)"
    }
    lines += section("ambiguous", ambiguous) { ambiguous in
      "\(ambiguous.request.path) could be \(ambiguous.names.joined(separator: " or "))"
    }
    lines += section("unused", unused) { $0 }
    return lines.joined(separator: "\n")
  }

  /// The parameters that only an alias leads to, by path.
  private static func translations(
    of requests: [WeightRequest], _ map: NameMap, _ file: Safetensors
  ) -> [String: Translated] {
    func entry(_ path: String) -> Safetensors.Entry? {
      guard case .found(let name) = map.match(path) else { return nil }
      return file.entry(name)
    }
    let sources = requests.sources { entry($0)?.shape }
    var result: [String: Translated] = [:]
    for request in requests {
      guard let source = sources[request.path], let layout = source.layout,
        let entry = entry(source.name), hasFittingElements(request, entry)
      else { continue }
      result[request.path] = Translated(
        request: request, name: entry.name, shape: entry.shape, layout: layout)
    }
    return result
  }

  private func section<Item>(
    _ title: String, _ items: [Item], line: (Item) -> String
  ) -> [String] {
    guard !items.isEmpty else { return [] }
    let limit = 20
    var lines: [String] = ["\(items.count) \(title):"]
    lines += items.prefix(limit).map { "  " + line($0) }
    if items.count > limit { lines.append("  … \(items.count - limit) more") }
    return lines
  }

  private static func suggested(_ requests: [WeightRequest], among names: [String]) -> [Missing] {
    let canonical = Dictionary(names.map { (NameMap.canonical($0), $0) }) { first, _ in first }
    let candidates = canonical.keys.sorted()
    // Edit distances over thousands of names would take minutes; people read the first few.
    return requests.enumerated().map { index, request in
      let isShown = index < 20 && candidates.count <= 2000
      let path = NameMap.canonical(request.path)
      let nearest = isShown ? NearestName.of(path, among: candidates) : nil
      return Missing(request: request, nearest: nearest.flatMap { canonical[$0] })
    }
  }

  private static func problem(_ request: WeightRequest, _ entry: Safetensors.Entry) -> Unfit? {
    let found = "\(entry.dtypeName) \(entry.shape.shapeText)"
    func unfit(_ hint: String?) -> Unfit {
      Unfit(request: request, name: entry.name, found: found, hint: hint)
    }
    guard entry.dtype != nil else { return unfit("this type cannot be read") }
    guard entry.shape == request.shape else {
      return unfit(shapeHint(found: entry.shape, expected: request.shape))
    }
    return hasFittingElements(request, entry) ? nil : unfit("the kinds of numbers differ")
  }

  private static func hasFittingElements(
    _ request: WeightRequest, _ entry: Safetensors.Entry
  ) -> Bool {
    guard let dtype = entry.dtype else { return false }
    return dtype.isFloating == request.dtype.isFloating
      && (dtype == .complex64) == (request.dtype == .complex64)
  }

  private static func shapeHint(found: Shape, expected: Shape) -> String? {
    if found.count > 1, found == expected.reversed() {
      return "transposed: PyTorch keeps matrices and kernels the other way round"
    }
    let plain = (found.filter { $0 != 1 }, expected.filter { $0 != 1 })
    if plain.0 == plain.1 { return "the same but for axes of 1" }
    if found.count > expected.count, Array(found.suffix(expected.count)) == expected {
      return "it has further leading axes, as stacked repeats have"
    }
    if found.sorted() == expected.sorted() { return "the same axes in another order" }
    return nil
  }
}

extension Safetensors {
  /// Reads all tensors of a model, converted to the dtypes requested, by path.
  ///
  /// - Throws: ``WeightError`` `.mismatch` with the whole ``WeightReport`` as its text if anything
  ///   is missing or unfit; tensors that no parameter uses are only reported.
  public func tensors(
    for requests: [WeightRequest]
  ) throws -> (tensors: [String: Tensor], report: WeightReport) {
    let report = WeightReport(requests: requests, file: self)
    guard report.isLoadable else {
      let text = "\(report)".dropFirst(report.path.count + 2)
      throw WeightError(.mismatch, path: report.path, found: String(text))
    }
    var tensors: [String: Tensor] = [:]
    for request in requests {
      guard let name = report.sources[request.path] else { continue }
      tensors[request.path] = try tensor(name).converted(to: request.dtype)
    }
    for found in report.translated {
      let (path, shape) = (found.request.path, found.request.shape)
      tensors[path] = tensors[path].map { found.layout.parameter(from: $0, shape: shape) }
    }
    return (tensors, report)
  }
}

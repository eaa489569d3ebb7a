import Comparison
package import Layers
package import Runtime
import Serialization
import Tensors
import Weights

/// Runs one case and collects everything that is not as the original has it.
package struct ConformanceRun {
  let golden: GoldenCase
  /// Who may stop it.
  let options: RunOptions
  /// Changes the model before it is run.
  private let change: (Model) -> Void
  private var failures: [ConformanceFailure] = []
  /// Parameters that the case has under another name or in another layout.
  private var aliases: [String: String] = [:]

  private init(
    _ golden: GoldenCase, _ options: RunOptions, _ change: @escaping (Model) -> Void
  ) {
    (self.golden, self.options, self.change) = (golden, options, change)
  }

  /// All failures of a case; an error while running is one of them.
  ///
  /// The model can be changed before it is run, to see whether mistakes are noticed.
  ///
  /// - Throws: `LayerError` `.notAvailable` for an option that the library does not have.
  package static func failures(
    of golden: GoldenCase, changing change: @escaping (Model) -> Void = { _ in }
  ) throws(LayerError) -> [ConformanceFailure] {
    try result(of: golden, changing: change).failures
  }

  /// All failures of a case, and the parameters that it has under another name or in another layout.
  package static func result(
    of golden: GoldenCase, options: RunOptions = RunOptions(),
    changing change: @escaping (Model) -> Void = { _ in }
  ) throws(LayerError) -> (failures: [ConformanceFailure], aliases: [String: String]) {
    var run = ConformanceRun(golden, options, change)
    do { try run.runAll() } catch {
      if let missing = error as? LayerError, missing.code == .notAvailable { throw missing }
      run.fail("run", "\(error)")
    }
    return (run.failures, run.aliases)
  }

  /// Whether the original's values are no measure for a case, so that only the contract is checked.
  package static func isExcused(_ golden: GoldenCase) -> Bool {
    guard let input = try? golden.sequence("input"), let constants = try? golden.constants(),
      let model = try? Model(
        golden.layer, input: input.channelSpec, constants: constants.specs, time: input.time)
    else { return true }
    return (try? UpstreamBug.spoilsValues(model, input, constants)) ?? true
  }

  mutating func fail(_ check: String, _ detail: String) {
    failures.append(ConformanceFailure(name: golden.name, check: check, detail: detail))
  }

  private mutating func expect<T: Equatable>(_ check: String, _ got: T, _ want: T?) {
    if let want, got != want { fail(check, "got \(got), want \(want)") }
  }

  var facts: JSONValue { golden.facts }

  private var tolerance: Tolerance {
    Tolerance(
      relative: facts["tolerance"]?["rtol"]?.double ?? 1e-5,
      absolute: facts["tolerance"]?["atol"]?.double ?? 1e-6)
  }

  private mutating func runAll() throws {
    guard let input = try golden.sequence("input"), let want = try golden.sequence("output") else {
      fail("files", "input or output is missing")
      return
    }
    let constants = try golden.constants()
    let model = try Model(
      golden.layer, input: input.channelSpec, constants: constants.specs, time: input.time)
    try checkFacts(model)
    guard try loadWeights(into: model) else { return }
    change(model)
    var whole = options
    whole.emits = true
    let output = try model.layer(input, constants: constants, options: whole)
    expect("output dtype", output.y.values.dtype.name, facts["output_dtype"]?.string)
    try checkInvalidInput(model, input, constants, layer: output.y)
    guard try !UpstreamBug.spoilsValues(model, input, constants) else {
      try checkSteps(model, input, constants, against: output.y)
      return
    }
    compare("output", output.y, want)
    try compareEmits(output)
    try checkSteps(model, input, constants, against: try golden.sequence("step") ?? output.y)
    try checkGradients(model, input, constants)
  }

  mutating func compare(_ check: String, _ got: SequenceTensor, _ want: SequenceTensor) {
    if let detail = ArrayComparison.difference(got: got, want: want, tolerance) {
      fail(check, detail.text)
    }
  }

  // MARK: - Facts and parameters

  private mutating func checkFacts(_ model: Model) throws {
    let layer = golden.layer
    let referenceSteps = facts["supports_step"] == .bool(true)
    if referenceSteps {
      expect("supports_step", layer.supportsStep, true)
      expect("block_size", layer.blockSize, facts["block_size"]?.integer)
      expect("input_latency", layer.inputLatency, facts["input_latency"]?.integer)
      expect("output_latency", layer.outputLatency, facts["output_latency"]?.integer)
    }
    let ratio = "\(layer.outputRatio.numerator)/\(layer.outputRatio.denominator)"
    expect("output_ratio", ratio, facts["output_ratio"]?.string)
    expect(
      "output_channel_shape", model.output.shape,
      facts["output_channel_shape"]?.array?.compactMap(\.integer))
    try checkReceptiveField(model)
    if let params = facts["params"]?.members {
      var got: [String: Shape] = [:]
      let want = Dictionary(
        params.map { ($0.name, $0.value.array?.compactMap(\.integer) ?? []) },
        uniquingKeysWith: { first, _ in first })
      let requests = model.weightRequests
      let sources = requests.sources { want[$0] }
      for request in requests {
        let source = sources[request.path]
        got[source?.name ?? request.path] = source.flatMap { want[$0.name] } ?? request.shape
        if let source, source.layout != nil { aliases[request.path] = source.name }
      }
      if got != want { fail("parameters", "got \(Self.text(got)), want \(Self.text(want))") }
    }
  }

  private static func text(_ shapes: [String: Shape]) -> String {
    shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shapeText)" }
      .joined(separator: ", ")
  }

  private mutating func checkReceptiveField(_ model: Model) throws {
    guard let members = facts["receptive_field_per_step"]?.members,
      !UpstreamBug.spoilsReceptiveField(model.layer)
    else { return }
    let fields = model.layer.receptiveFieldPerStep
    var want: ReceptiveFieldPerStep = Array(repeating: nil, count: members.count)
    for member in members {
      guard let step = Int(member.name), want.indices.contains(step) else { continue }
      want[step] = ReceptiveField(member.value)
    }
    // Where the original contradicts itself (its GlobalEinopsRearrange says only of the whole that it
    // sees everything), the whole counts.
    if let stated = facts["receptive_field"], stated != .null,
      want.overall != ReceptiveField(stated)
    {
      guard let whole = ReceptiveField(stated) else {
        return fail(
          "receptive_field", "the case has \(stated.text()), expected its two ends in order")
      }
      expect("receptive_field", fields.overall, whole)
    } else if want.enumerated().contains(where: { $1 != fields[$0 % fields.count] }),
      try !isAnnouncedTooNarrow(want, model)
    {
      expect("receptive_field_per_step", fields, want)
    }
  }

  /// Whether outputs are seen to depend on more than the original announces, and on nothing that the
  /// library does not announce.
  private func isAnnouncedTooNarrow(_ want: ReceptiveFieldPerStep, _ model: Model) throws -> Bool {
    guard let probe = ReceptiveFieldProbe(model), let seen = try probe.seen(least: golden.time)
    else { return false }
    return !want.covers(seen) && model.layer.receptiveFieldPerStep.covers(seen)
  }

  private mutating func loadWeights(into model: Model) throws -> Bool {
    do { try model.load(try golden.weights()) } catch {
      fail("weights", "\(error)")
      return false
    }
    return true
  }

  // MARK: - Values

  private mutating func compareEmits(_ output: RunOutput) throws {
    for name in facts["emits"]?.array?.compactMap(\.string) ?? [] {
      let key = String(name.dropFirst("emits/".count))
      guard let got = output.emits[key] ?? (key == "value" ? output.emits[""] : nil) else {
        fail(name, "not emitted; emitted are \(output.emits.keys.sorted())")
        continue
      }
      guard let want = try golden.tensor("\(name).values") else { continue }
      let mask = try golden.tensor("\(name).mask") ?? got.mask
      guard want.shape == got.values.shape else {
        fail(name, "got \(got.values.shape.shapeText), want \(want.shape.shapeText)")
        continue
      }
      let masked = try SequenceTensor(values: want, mask: mask)
      if let detail = ArrayComparison.difference(got: got, want: masked, tolerance) {
        fail(name, detail.text)
      }
    }
  }
}

extension ReceptiveField {
  /// The range between two numbers of a case; nil where they are none, or not in order.
  fileprivate init?(_ ends: JSONValue) {
    guard let numbers = ends.array?.compactMap(\.double), numbers.count == 2,
      numbers[0] <= numbers[1]
    else { return nil }
    self.init(numbers[0], numbers[1])
  }
}

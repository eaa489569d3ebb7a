import Layers
import Notation
import Runtime
import Tensors
import Testing

/// Every numeric field of every layer at numbers that nobody means: a clean refusal, or a run that keeps to
/// its budget.
@Suite struct ExtremeFieldTests {
  private static let registry = LayerRegistry.builtIn
  static let layers: [String] = registry.entries.map(\.table.message)

  private static let whole: [Int] = [
    0, -1, 1 << 21, 1 << 24, (1 << 31) - 1, 1 << 31, 1 << 53, 1 << 62, .max, .min,
  ]
  private static let real: [Double] = [
    0, -1, 1e300, -1e300, 0x1p-1064, .nan, .infinity, -.infinity, 0x1p53, 0x1p62,
  ]
  private static let budget = MemoryBudget(16 << 20, origin: "a test")
  private static let inputs: [ChannelSpec] = [
    ChannelSpec([4]), ChannelSpec([2, 4]), ChannelSpec([]), ChannelSpec([], .int32),
    ChannelSpec([4, 3, 2]), ChannelSpec([5], .complex64), ChannelSpec([2], .int32),
  ]

  @Test("every field at extreme numbers is refused, or runs within the budget", arguments: layers)
  func fields(name: String) throws {
    let entry = try #require(Self.registry.entry(message: name))
    let example = LayerExample.spec(entry, registry: Self.registry)
    let fitting = Self.inputs.first { input in
      if case .success = Result(catching: { try run(example, input) }) { true } else { false }
    }
    let input = fitting ?? Self.inputs[0]
    for place in numericFields(example, entry.table) {
      for value in place.values {
        let spec = setting(value, at: place.path, in: example)
        do { try run(spec, input) } catch { #expect(!"\(error)".isEmpty, "\(place.path) \(value)") }
      }
    }
  }

  /// The whole sequence and two steps.
  private func run(_ spec: SpecNode, _ input: ChannelSpec) throws {
    let layer = try Self.registry.makeLayer(spec)
    let source = try SequenceTensor(values: Tensor(zeros: [2, 6, 4]))
    let constants: Constants = ["source": .sequence(source), "speaker": .sequence(source)]
    let values = Tensor(zeros: [2, 8] + input.shape, input.dtype)
    let x = try SequenceTensor(values: values, lengths: [8, 5])
    let model = try Model(
      layer, input: input, constants: constants.specs, time: x.time, memory: Self.budget)
    _ = try model.layer(x, constants: constants, options: RunOptions(emits: true, taps: true))
    guard layer.supportsStep, layer.blockSize <= 64 else { return }
    let stream = try model.makeStream(batch: 2, constants: constants)
    for _ in 0..<2 { _ = try stream.step(x.timesteps(0..<layer.blockSize)) }
    _ = layer.receptiveFieldPerStep
  }

  @Test("a program that repeats operations too often is refused before they are recorded")
  func repeatedOperations() throws {
    let norm = SpectralWeightNormalization(nPowerIteration: 1 << 30)
    let conv = Conv1D(
      filters: 4, kernelSize: 3, padding: .causal,
      kernelConstraint: .spectralWeightNormalization(norm), name: "conv")
    let error = #expect(throws: MemoryError.self) {
      try Model(Serial([conv]), input: ChannelSpec([4]), memory: Self.budget)
    }
    #expect(error?.path == "conv: a program of so many operations")
    #expect((error?.byteCount ?? 0) > 1 << 40)
  }

  @Test("a constant is refused before its elements are worked out")
  func constants() throws {
    let mel = LinearToMelSpectrogram(
      numMelBins: 1 << 20, sampleRate: 16000, lowerEdgeHertz: 80, upperEdgeHertz: 7600, name: "mel")
    let error = #expect(throws: MemoryError.self) {
      try Model(Serial([mel]), input: ChannelSpec([1 << 20]), memory: Self.budget)
    }
    #expect(error?.path == "mel: the constant f32[1048576, 1048576]")
  }

  // MARK: - Fields

  private struct Place {
    /// Names of fields from the layer's message on.
    var path: [String]
    var values: [SpecValue]
  }

  /// The layer in which the numbers of a message are tried that several layers have, such as an initializer.
  private static let firstOwners: [String: String] = {
    var owners: [String: String] = [:]
    for table in registry.entries.map(\.table) {
      for case .message(let name) in table.fields.map(\.type) where owners[name] == nil {
        owners[name] = table.message
      }
    }
    return owners
  }()

  /// The numbers of a message, and of messages inside.
  private func numericFields(_ root: SpecNode, _ table: FieldTable) -> [Place] {
    numericFields(of: table.message, table, below: [])
  }

  private func numericFields(of root: String, _ table: FieldTable, below path: [String]) -> [Place]
  {
    table.fields.flatMap { row -> [Place] in
      switch row.type {
      case .int: return [Place(path: path + [row.name], values: Self.whole.map { .integer($0) })]
      case .double: return [Place(path: path + [row.name], values: Self.real.map { .number($0) })]
      case .message(let name):
        guard let table = Self.registry.table(message: name), path.count < 2,
          path.count > 0 || Self.firstOwners[name] == root
        else { return [] }
        let inner = table.isOneOf ? Array(table.fields.prefix(3)) : table.fields
        guard !inner.isEmpty else { return [] }
        return numericFields(of: root, table, below: path + [row.name])
      case .bool, .string, .bytes, .symbol, .word, .layer: return []
      }
    }
  }

  private func setting(_ value: SpecValue, at path: [String], in root: SpecNode) -> SpecNode {
    guard var (field, body) = root.layerCase else { return root }
    set(value, path[...], in: &body)
    field.values = [.node(body)]
    return SpecNode(root.message, [field])
  }

  private func set(_ value: SpecValue, _ path: ArraySlice<String>, in node: inout SpecNode) {
    guard let name = path.first else { return }
    if path.count == 1 {
      node[name] = SpecField(name, [value])
      return
    }
    let table = Self.registry.table(message: node.message)
    guard case .message(let inner)? = table?[name]?.type else { return }
    var child = SpecNode(inner)
    if case .node(let given)? = node[name]?.values.first { child = given }
    set(value, path.dropFirst(), in: &child)
    node[name] = SpecField(name, [.node(child)])
  }
}

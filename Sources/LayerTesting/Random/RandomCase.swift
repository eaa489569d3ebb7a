package import Layers
import Notation
package import Runtime
package import Tensors

/// A generated layer with an input, ready to be verified.
package struct RandomCase {
  /// The config.
  package var spec: SpecNode
  /// The layer with random weights.
  package var model: Model
  /// The input, with garbage at invalid timesteps.
  package var input: SequenceTensor
  /// What the layers need besides.
  package var constants: Constants

  /// The config in text format and the input's shape, to be pasted into a fixed test.
  package var text: String {
    let lengths = input.lengths
    let config = LayerNotation().text(spec)
    let given = constants.keys.sorted().joined(separator: ", ")
    return "input \(input.channelSpec), \(input.time) timesteps, valid \(lengths)"
      + (given.isEmpty ? "" : ", constants \(given)") + (model.training ? ", training" : "")
      + "\n\(config)"
  }
}

extension RandomCase {
  /// Whether every layer gives numbers at valid timesteps, for the input and for what a verifier makes after
  /// its likeness.
  fileprivate var isFinite: Bool {
    get throws {
      let probe = ContractProbe(model, like: input.maskedInvalid(), constants)
      let inputs = [(input, constants)] + (probe.map { [($0.input, $0.constants)] } ?? [])
      return try inputs.allSatisfy { x, constants in
        let taps = try model.layer(x, constants: constants, options: RunOptions(taps: true)).taps
        return taps.values.allSatisfy { tap in
          tap.maskedInvalid().values.realPart.doubles().allSatisfy(\.isFinite)
        }
      }
    }
  }
}

/// Makes random cases: configs by ``RandomConfig``, inputs by trial.
///
/// Whatever the library accepts is a legal case, so that the generator needs no rules of its own: it
/// draws a config, offers it inputs of several channel shapes and dtypes, and takes the first that
/// the layer does not refuse.
package struct RandomCases {
  private var draw: RandomDraw
  private var config: RandomConfig
  private let registry: LayerRegistry

  package init(seed: UInt64, registry: LayerRegistry = .builtIn) {
    draw = RandomDraw(seed: seed)
    config = RandomConfig(registry)
    self.registry = registry
  }

  private static let channels: [ChannelSpec] = [
    ChannelSpec([4]), ChannelSpec([2, 4]), ChannelSpec([6]), ChannelSpec([]), ChannelSpec([1]),
    ChannelSpec([4, 3, 2]), ChannelSpec([8]), ChannelSpec([3, 4]), ChannelSpec([], .int32),
    ChannelSpec([4], .complex64), ChannelSpec([2], .int32), ChannelSpec([2, 3, 2, 2]),
  ]

  /// A case of one layer; nil if it refused everything that was tried.
  ///
  /// With a precision, real input has that dtype, and at times computation and parameters as well.
  package mutating func single(
    _ entry: LayerRegistry.Entry, precision: DType = .float32, attempts: Int = 40
  ) -> RandomCase? {
    for attempt in 0..<attempts {
      // The later, the closer to the plain example, which must be accepted.
      var spec = config.layer(entry, freedom: attempt * 2 < attempts ? 3 : 1, &draw)
      if precision != .float32 { config.set(precision, entry, &spec, &draw) }
      for var channels in draw.shuffled(Self.channels).prefix(6) {
        if channels.dtype == .float32 { channels.dtype = precision }
        if let made = makeCase(spec, channels) { return made }
      }
    }
    return nil
  }

  /// A stack of several layers that can step, mixing rates and latencies.
  package mutating func stack(depth: Int) -> RandomCase? {
    let input = draw.pick([ChannelSpec([4]), ChannelSpec([4]), ChannelSpec([2, 4])])
    let leaves = registry.entries.filter { Self.isStackable($0) }
    let layers = grown(to: depth, input) { cases in
      let leaf = cases.config.layer(cases.draw.pick(leaves), freedom: 2, &cases.draw)
      return [cases.config.wrapped(leaf, &cases.draw)]
    }
    return layers.count > 1 ? makeCase(Self.serial(layers), input) : nil
  }

  /// A stack as deep as those of models, with self attention at every third place, on three rows of several
  /// lengths; nil where layers give NaN for valid input, such as tables of timesteps that have come to an end.
  package mutating func deepStack(depth: Int) -> RandomCase? {
    let leaves = registry.entries.filter { Self.isStackable($0) }
    let attentions = registry.entries.filter {
      $0.table.message.contains("SelfAttention")
    }
    let flat = SpecNode(
      SpecNode.rootMessage, [SpecField("flatten", [.node(SpecNode("Flatten"))])])
    let input = ChannelSpec([4])
    let layers = grown(to: depth, input) { cases in
      guard cases.draw.below(3) > 0 else {
        return [cases.config.layer(cases.draw.pick(attentions), freedom: 1, &cases.draw), flat]
      }
      let leaf = cases.config.layer(cases.draw.pick(leaves), freedom: 2, &cases.draw)
      return [cases.config.wrapped(leaf, &cases.draw)]
    }
    guard layers.count > 1, let made = makeCase(Self.serial(layers), input, isRagged: true),
      (try? made.isFinite) == true
    else { return nil }
    return made
  }

  /// Layers that can step one after the other, added as long as they fit.
  private mutating func grown(
    to depth: Int, _ input: ChannelSpec, next: (inout RandomCases) -> [SpecNode]
  ) -> [SpecNode] {
    var layers: [SpecNode] = []
    for _ in 0..<(depth * 4) where layers.count < depth {
      let longer = layers + next(&self)
      guard let layer = try? registry.makeLayer(Self.serial(longer)), layer.supportsStep,
        layer.blockSize <= 12, (try? Model(layer, input: input, seed: 1, time: 12)) != nil
      else { continue }
      layers = longer
    }
    return layers
  }

  /// Layers that need nothing beside their input.
  private static func isStackable(_ entry: LayerRegistry.Entry) -> Bool {
    let table = entry.table
    let needs: Set<String> = [
      "source_name", "source_names", "conditioning_name", "initial_seed_name", "embedding", "fn",
    ]
    let odd: Set<String> = ["Argmax", "Cast", "OneHot", "Exp", "Power", "Logging"]
    return !table.fields.contains { needs.contains($0.name) } && !odd.contains(table.message)
      && !table.fields.contains { if case .layer = $0.type { true } else { false } }
  }

  private static func serial(_ layers: [SpecNode]) -> SpecNode {
    let body = SpecNode("Serial", [SpecField("layers", layers.map { .node($0) })])
    return SpecNode(SpecNode.rootMessage, [SpecField("serial", [.node(body)])])
  }

  // MARK: - Inputs

  private mutating func makeCase(
    _ spec: SpecNode, _ channels: ChannelSpec, isRagged: Bool = false
  ) -> RandomCase? {
    var notes: [String] = []
    guard let checked = try? registry.checked(spec, notes: &notes),
      let layer = try? registry.makeLayer(checked)
    else { return nil }
    let batch = isRagged ? 3 : 1 + draw.below(3)
    let time =
      isRagged
      ? 3 * layer.blockSize + draw.below(8)
      : draw.below(5) == 0 ? draw.below(3) : 1 + draw.below(8 + 2 * layer.blockSize)
    for form in constantForms(in: checked) {
      let constants = form.isEmpty ? [:] : makeConstants(form, batch: batch, time: time)
      guard
        let model = try? Model(
          layer, input: channels, constants: constants.specs, seed: UInt64(draw.below(1000)),
          time: time)
      else { continue }
      model.training = draw.below(6) == 0
      let x = sequence(batch, time, channels, isRagged: isRagged)
      // Some lengths and trainings are refused at the first run only.
      guard (try? model.layer(x, constants: constants)) != nil else { continue }
      if layer.supportsStep, (try? model.makeStream(batch: batch, constants: constants)) == nil {
        continue
      }
      return RandomCase(spec: checked, model: model, input: x, constants: constants)
    }
    return nil
  }

  /// Random values with garbage at invalid timesteps: at the end of rows, or anywhere.
  private mutating func sequence(
    _ batch: Int, _ time: Int, _ channels: ChannelSpec, isRagged: Bool = false
  ) -> SequenceTensor {
    let hasHoles = !isRagged && draw.below(3) == 0
    var flags: [Bool] = []
    for row in 0..<batch {
      let isFull = isRagged ? row == 0 : draw.below(2) == 0
      let length = isFull ? time : draw.below(time + 1)
      flags += (0..<time).map { hasHoles ? draw.below(3) > 0 : $0 < length }
    }
    let shape = [batch, time] + channels.shape
    let isInteger = channels.dtype.isInteger
    let real = (0..<shape.elementCount).map { _ in
      isInteger ? Double(draw.below(2)) : draw.normal()
    }
    var values = Tensor(real, shape: shape)
    if channels.dtype == .complex64 {
      let imaginary = (0..<shape.elementCount).map { _ in draw.normal() }
      values = Tensor.complex(
        values.converted(to: .float32), Tensor(imaginary, shape: shape).converted(to: .float32))
    } else {
      values = values.converted(to: channels.dtype)
    }
    let mask = Tensor(flags, shape: [batch, time])
    guard let made = try? SequenceTensor(values: values, mask: mask) else {
      preconditionFailure("Values and mask were made for each other.")
    }
    return made.filledInvalid(with: isInteger ? 1 : 1e3)
  }

  /// The kinds of constants to offer: names with forms, the empty list where none is needed.
  private func constantForms(in spec: SpecNode) -> [[(name: String, form: Int)]] {
    let names = spec.constantNames(of: ["source_name", "source_names", "conditioning_name"])
    let seeds = spec.constantNames(of: ["initial_seed_name"]).map { (name: $0, form: 3) }
    guard !names.isEmpty else { return [seeds] }
    return (0..<3).map { form in names.map { ($0, form) } + seeds }
  }

  private mutating func makeConstants(
    _ forms: [(name: String, form: Int)], batch: Int, time: Int
  ) -> Constants {
    var result: Constants = [:]
    for (name, form) in forms {
      switch form {
      case 0: result[name] = .sequence(sequence(batch, 1 + draw.below(6), ChannelSpec([4])))
      case 1: result[name] = .streamed(sequence(batch, time, ChannelSpec([4])))
      case 3: result[name] = .array(Tensor(repeating: 7, shape: [], .int32))
      default:
        let numbers = (0..<(batch * 4)).map { _ in Float(draw.normal()) }
        result[name] = .array(Tensor(numbers, shape: [batch, 4]))
      }
    }
    return result
  }
}

extension SpecNode {
  /// The names of constants that layers of this tree read in fields of these names.
  fileprivate func constantNames(of labels: Set<String>) -> [String] {
    var names: [String] = []
    for field in fields {
      for value in field.values {
        switch value {
        case .text(let text) where labels.contains(field.name): names.append(text)
        case .node(let node): names += node.constantNames(of: labels)
        case .text, .integer, .bool, .number, .bytes, .symbol: break
        }
      }
    }
    return names
  }
}

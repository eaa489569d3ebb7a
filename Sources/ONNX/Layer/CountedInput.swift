import Layers
import Programs
import Tensors
import Weights

/// What an input takes that follows from where a block stands, so that nobody has to feed it.
enum CountedInput: String, CaseIterable, Hashable, Sendable {
  /// How many timesteps came before; of an input with an axis of time, the number of each timestep.
  case position
  /// How many timesteps the block has.
  case length
  /// 1 for timesteps of the past and of the block, 0 for those that have not come.
  case seen

  private static let names: [CountedInput: Set<String>] = [
    .position: [
      "position_ids", "positions", "pos_ids", "cache_position", "offset", "position", "pos",
      "input_pos", "start_pos",
    ],
    .length: [
      "length", "lengths", "x_lens", "input_lengths", "speech_lengths", "feats_lengths", "ilens",
      "audio_signal_length",
    ],
    .seen: ["attention_mask", "attn_mask", "att_mask", "cache_mask"],
  ]

  /// What an input is by its name.
  init?(named name: String) {
    guard let found = Self.names.first(where: { $0.value.contains(name.lowercased()) }) else {
      return nil
    }
    self = found.key
  }

  /// What it is, for people.
  var text: String {
    switch self {
    case .position: "the number of timesteps before"
    case .length: "the number of timesteps of a block"
    case .seen: "1 for timesteps that have come"
    }
  }
}

/// Where a run of a graph stands in the sequence.
struct RunPlace {
  /// The timesteps that it is given.
  var time: Int
  /// The entries that caches bring which grow; also the timesteps before, where nothing counts them.
  var past: Int
  /// The timesteps before, `i32[]`, where the program counts them.
  var counter: Value?
}

extension CountedInput {
  /// The value for one run, which adds so many entries to what has come.
  func value(
    of info: OnnxValueInfo, at place: RunPlace, added: Int, _ builder: ProgramBuilder
  ) throws -> GraphValue {
    let dtype = OnnxElementType.stored(info.elementType)?.dtype ?? .int64
    let extents = info.shape ?? []
    let isList = extents.last.map { $0.fixed == nil || $0.fixed ?? 1 > 1 } ?? false
    func shaped(_ count: Int) -> Shape { extents.dropLast().map { $0.fixed ?? 1 } + [count] }
    switch self {
    case .length:
      return GraphValue(
        Tensor(repeating: Double(place.time), shape: extents.map { $0.fixed ?? 1 }, dtype))
    case .position:
      let count = isList ? extents.last?.fixed ?? added : 1
      let shape = isList ? shaped(count) : extents.map { $0.fixed ?? 1 }
      guard let counter = place.counter else {
        let numbers = (0..<count).map { Double(place.past + $0) }
        return GraphValue(Tensor(numbers).converted(to: dtype).reshaped(shape))
      }
      let numbers = builder.iota(ValueType(.int32, [count]), axis: 0) + counter
      return GraphValue(numbers.reshaped(shape).converted(to: dtype == .int64 ? .int32 : dtype))
    case .seen:
      let total = extents.last?.fixed ?? place.past + added
      let shape = shaped(total)
      guard shape.dropLast().allSatisfy({ $0 == 1 }) else {
        throw OnnxError(
          .invalidConfig, info.name, found: "a mask \(info.shapeText)",
          expected: "one for all queries", suggestion: "record its values where it runs")
      }
      let entries = (0..<total).map { Double($0) }
      guard let counter = place.counter else {
        let flags = entries.map { $0 >= Double(total - added - place.past) ? 1.0 : 0 }
        return GraphValue(Tensor(flags).converted(to: dtype).reshaped(shape))
      }
      let first = counter.unary(.neg).adding(Double(total - added))
      let flags = first.compare(.le, builder.iota(ValueType(.int32, [total]), axis: 0))
      return GraphValue(flags.reshaped(shape).converted(to: dtype == .int64 ? .int32 : dtype))
    }
  }
}

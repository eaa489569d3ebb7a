import Layers
import Programs
import Tensors

/// Caches that a step gives longer than it takes them, such as keys and values of a decoder.
///
/// The shapes of a trace are static, and a graph sees by the length of a cache how much has come. So each step is
/// traced for the length that it begins with; a stream gives the trace a state that has room for what has come
/// with the step and nothing else (`LayerContext.fillsCache`).
struct GrowingCaches: Hashable, Sendable {
  /// Of each state the axis that grows; nil for those that keep their length.
  var axes: [Int?]
  /// Entries for each timestep.
  var rate: Rational

  /// More runs in one program than this are refused, each being traced for its own length.
  static let mostRuns = 512

  /// Looks which states come out longer than they went in; nil if none does, or if they do not grow alike.
  init?(_ source: OnnxSource, _ interface: GraphInterface) {
    let open = interface.states.indices.filter { index in
      source.model.graph.inputs.first { $0.name == interface.states[index].input }?.shape?
        .contains { $0.fixed == nil } ?? false
    }
    guard !open.isEmpty,
      let one = try? source.outline(interface, time: interface.runTime, past: 1)
    else { return nil }
    axes = Array(repeating: nil, count: interface.states.count)
    var added: Set<Int> = []
    for (index, types) in one.states.enumerated() {
      let (input, output) = (types.input.shape, types.output.shape)
      guard input != output else { continue }
      guard open.contains(index), input.count == output.count else { return nil }
      let longer = input.indices.filter { input[$0] != output[$0] }
      guard longer.count == 1, input[longer[0]] == 1, output[longer[0]] > 1 else { return nil }
      axes[index] = longer[0]
      added.insert(output[longer[0]] - 1)
    }
    guard added.count == 1, let count = added.first else { return nil }
    rate = Rational(count, interface.block)
  }
}

extension GraphInterface {
  /// How many entries a run of so many timesteps adds to what has come.
  func added(_ time: Int) -> Int {
    if case .window(_, let hop) = geometry { return (Rational(hop) * rate).ceiling }
    return (Rational(time) * rate).ceiling
  }

  /// The axis along which a state grows.
  func growingAxis(_ state: Int) -> Int? { caches?.axes[state] }

  /// Whether the program has to count timesteps: the length of no cache says it.
  var countsTimesteps: Bool {
    caches == nil && counted.values.contains { $0 != .length }
  }
}

extension Value {
  /// A cache as a state has it, entries on axis 0, from where the graph has them.
  func entriesFirst(_ axis: Int) -> Value {
    transposed([axis] + (0..<rank).filter { $0 != axis })
  }

  /// The newest entries of a cache, where the graph has them.
  func newest(_ count: Int, axis: Int) -> Value {
    let kept = sliced(axis: 0, from: shape[0] - count, to: shape[0])
    return kept.transposed((0..<rank).map { $0 == axis ? 0 : $0 < axis ? $0 + 1 : $0 })
  }
}

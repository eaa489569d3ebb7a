import Layers
import Programs
import Tensors

/// How timesteps lie in the output of a graph, and how many there are.
struct OutputLayout: Hashable, Sendable {
  /// The axis of time; nil where a run gives one timestep and no axis for it.
  var axis: Int?
  /// Output timesteps for each input timestep.
  var ratio: Rational
  /// The shape of an output timestep.
  var channels: Shape
  var dtype: DType
  /// Whether the graph can be run on a whole sequence at once.
  var takesWhole: Bool

  init(_ source: OnnxSource, _ interface: GraphInterface) throws {
    let block = interface.block
    switch interface.geometry {
    case .frames:
      let one = try source.outline(interface, time: 4 * block)
      let two: GraphOutline
      do { two = try source.outline(interface, time: 8 * block) } catch {
        try self.init(source, interface, runs: block, hop: block)
        return
      }
      try self.init(source, interface, short: one.output, long: two.output)
    case .single:
      // Some graphs take more timesteps than they were exported for.
      if let one = try? source.outline(interface, time: 4),
        let two = try? source.outline(interface, time: 8),
        let whole = try? OutputLayout(source, interface, short: one.output, long: two.output),
        let own = try? OutputLayout(source, interface, runs: 1, hop: 1),
        whole.channels == own.channels, whole.ratio == own.ratio, one.keepsStates
      {
        self = whole
      } else {
        try self.init(source, interface, runs: 1, hop: 1)
      }
    case .window(let size, let hop):
      try self.init(source, interface, runs: size, hop: hop)
    }
  }

  /// The layout of a graph that takes any length, from outputs for 4 and for 8 blocks.
  private init(
    _ source: OnnxSource, _ interface: GraphInterface, short one: ValueType, long two: ValueType
  ) throws {
    let block = interface.block
    guard one.rank == two.rank,
      let axis = one.shape.indices.first(where: { one.shape[$0] != two.shape[$0] }),
      one.shape.indices.count(where: { one.shape[$0] != two.shape[$0] }) == 1
    else {
      throw OnnxError(
        .invalidConfig, source.path,
        found:
          "an output \(interface.output) of \(one) for \(4 * block) timesteps and \(two) for \(8 * block)",
        expected: "one axis that grows with the input",
        suggestion: "say what a run takes: window: TIMESTEPS, hop: TIMESTEPS")
    }
    let ratio = Rational(two.shape[axis] - one.shape[axis], 4 * block)
    guard ratio > 0, Rational(4 * block) * ratio == Rational(one.shape[axis]) else {
      throw OnnxError(
        .invalidConfig, source.path,
        found:
          "\(one.shape[axis]) output timesteps for \(4 * block), \(two.shape[axis]) for \(8 * block)",
        expected: "as many in every block",
        suggestion:
          "its windows reach over the ends of a block: window: TIMESTEPS, hop: TIMESTEPS says how far"
      )
    }
    self.axis = axis
    self.ratio = ratio
    channels = Self.channels(one.shape, without: axis)
    dtype = one.dtype
    takesWhole = true
  }

  /// The layout of a graph that takes `runs` timesteps at once, `hop` of them new.
  private init(
    _ source: OnnxSource, _ interface: GraphInterface, runs: Int, hop: Int
  ) throws {
    let type = try source.outline(interface, time: runs).output
    dtype = type.dtype
    takesWhole = false
    let axes = Array(type.shape.indices.dropFirst(type.shape.first == 1 && type.rank > 1 ? 1 : 0))
    if hop > 1, let axis = axes.last(where: { type.shape[$0] == hop }), interface.channels.isEmpty {
      (self.axis, ratio) = (axis, 1)
      channels = Self.channels(type.shape, without: axis)
      return
    }
    // The axis of time of the input, or the only one that one timestep can have.
    let single = axes.count > 1 ? axes.filter { type.shape[$0] == 1 } : []
    let one = single.first { $0 == interface.timeAxis } ?? (single.count == 1 ? single[0] : nil)
    axis = one
    ratio = Rational(1, hop)
    channels = one.map { Self.channels(type.shape, without: $0) } ?? axes.map { type.shape[$0] }
  }

  /// The extents besides time and a batch of 1.
  private static func channels(_ shape: Shape, without axis: Int) -> Shape {
    let hasBatch = axis != 0 && shape.first == 1
    return shape.indices.filter { $0 != axis && !(hasBatch && $0 == 0) }.map { shape[$0] }
  }
}

extension GraphInterface {
  /// How many timesteps one of the output stands for, where a block of one timestep gives none.
  func blockOfOutput(_ source: OnnxSource) -> Int? {
    guard geometry == .frames, block == 1 else { return nil }
    let growth = TimeGrowth(source, self)
    guard let name = growth.trace?.outputs[output], let axis = growth.of(name).first,
      axis.ratio.numerator == 1, axis.ratio.denominator > 1, axis.ratio.denominator < 1 << 16
    else { return nil }
    return axis.ratio.denominator
  }
}

extension GraphOutline {
  /// Whether all states come out as they went in.
  var keepsStates: Bool { states.allSatisfy { $0.input == $0.output } }
}

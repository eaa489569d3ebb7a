import Layers
import Programs
import Tensors

/// How the extents of node outputs grow with the length of the sequence: found by tracing the graph for
/// two lengths.
struct TimeGrowth {
  /// The axes of one value that grow.
  struct Axis: Hashable {
    var axis: Int
    /// Timesteps for each of the input.
    var ratio: Rational
    /// Timesteps more than that: of the past, or of padding; negative where some are gone.
    var offset: Int
  }

  /// By the names of the values.
  private(set) var axes: [String: [Axis]] = [:]
  /// What could not be traced for the lengths that were tried.
  private(set) var obstacle: OnnxError?
  /// The graph at the shorter length.
  private(set) var trace: LintTrace?
  /// That length, where two were compared.
  private(set) var time: Int?

  var nodes: [LintNode] { trace?.nodes ?? [] }
  var types: [String: ValueType] { trace?.types ?? [:] }

  /// Lengths that are tried, the first that fits is taken: frames, then samples.
  private static let lengths = [12, 96, 1536, 24000]

  init(_ source: OnnxSource, _ interface: GraphInterface) {
    let block = interface.block
    for length in Self.lengths {
      let short = (length + block - 1) / block * block
      do {
        let one = try LintTrace(source, interface, time: short)
        let two = try LintTrace(source, interface, time: 2 * short)
        let isLonger = one.outputType(interface) != two.outputType(interface)
        // Windows of samples may be longer than what was tried.
        guard isLonger || trace == nil else { continue }
        axes = [:]
        compare(one, two, short)
        (trace, time) = (one, short)
        obstacle = nil
        if isLonger { return }
      } catch {
        if trace == nil { obstacle = obstacle ?? (error as? OnnxError) }
      }
    }
  }

  /// Nothing grows: the graph takes one block only.
  init(still source: OnnxSource, _ interface: GraphInterface) {
    trace = try? LintTrace(source, interface, time: interface.runTime)
  }

  private mutating func compare(_ one: LintTrace, _ two: LintTrace, _ time: Int) {
    for (name, short) in one.types {
      guard let long = two.types[name], long.rank == short.rank else { continue }
      axes[name] = short.shape.indices.compactMap { axis in
        let change = long.shape[axis] - short.shape[axis]
        guard change != 0 else { return nil }
        let ratio = Rational(change, time)
        let offset = short.shape[axis] - (Rational(time) * ratio).floor
        return Axis(axis: axis, ratio: ratio, offset: offset)
      }
    }
  }

  /// The growing axes of a value.
  func of(_ name: String) -> [Axis] { axes[name] ?? [] }

  /// The growing axis of a value, if it is one.
  func axis(_ name: String, _ axis: Int) -> Axis? { of(name).first { $0.axis == axis } }
}

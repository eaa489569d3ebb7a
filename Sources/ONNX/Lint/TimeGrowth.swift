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
  /// Types for the shorter length.
  private(set) var types: [String: ValueType] = [:]

  /// Lengths that are tried, the first that fits is taken: frames, then samples.
  private static let lengths = [12, 96, 1536, 24000]

  init(_ source: OnnxSource, _ interface: GraphInterface) {
    let block = interface.block
    for length in Self.lengths {
      let short = (length + block - 1) / block * block
      do {
        let one = try source.outline(interface, time: short)
        let two = try source.outline(interface, time: 2 * short)
        compare(one, two, short)
        axes[interface.input.name] = [Axis(axis: interface.timeAxis, ratio: 1, offset: 0)]
        let shape = (interface.input.shape ?? []).enumerated().map { axis, extent in
          axis == interface.timeAxis ? short : extent.fixed ?? 1
        }
        types[interface.input.name] = ValueType(.float32, shape)
        obstacle = nil
        return
      } catch {
        obstacle = obstacle ?? (error as? OnnxError)
      }
    }
  }

  /// Nothing grows: the graph takes one block only.
  init(still source: OnnxSource, _ interface: GraphInterface) {
    guard let outline = try? source.outline(interface, time: interface.runTime) else { return }
    types = Dictionary(outline.taps.map { ($0.name, $0.type) }, uniquingKeysWith: { a, _ in a })
  }

  private mutating func compare(_ one: GraphOutline, _ two: GraphOutline, _ time: Int) {
    let other = Dictionary(two.taps.map { ($0.name, $0.type) }, uniquingKeysWith: { a, _ in a })
    for tap in one.taps {
      types[tap.name] = tap.type
      guard let type = other[tap.name], type.rank == tap.type.rank else { continue }
      axes[tap.name] = tap.type.shape.indices.compactMap { axis in
        let change = type.shape[axis] - tap.type.shape[axis]
        guard change != 0 else { return nil }
        let ratio = Rational(change, time)
        let offset = tap.type.shape[axis] - (Rational(time) * ratio).floor
        return Axis(axis: axis, ratio: ratio, offset: offset)
      }
    }
  }

  /// The growing axes of a value.
  func of(_ name: String) -> [Axis] { axes[name] ?? [] }

  /// The growing axis of a value, if it is one.
  func axis(_ name: String, _ axis: Int) -> Axis? { of(name).first { $0.axis == axis } }
}

import Layers
import Programs
import Tensors

/// Which axis of each node output is time: the one whose extent grows with the input.
struct NodeTimes {
  struct Axis: Hashable {
    var axis: Int
    /// Timesteps for each timestep of the input.
    var ratio: Rational
  }

  /// By the names of the values.
  let axes: [String: Axis]

  init(_ source: OnnxSource, _ interface: GraphInterface) throws {
    let (short, long) = (4 * interface.block, 8 * interface.block)
    let one = try source.outline(interface, time: short)
    let two = try source.outline(interface, time: long)
    let other = Dictionary(two.taps.map { ($0.name, $0.type) }, uniquingKeysWith: { a, _ in a })
    var axes: [String: Axis] = [:]
    for tap in one.taps {
      guard let type = other[tap.name], type.rank == tap.type.rank else { continue }
      let growing = tap.type.shape.indices.filter { tap.type.shape[$0] != type.shape[$0] }
      guard growing.count == 1, let axis = growing.first else { continue }
      let ratio = Rational(type.shape[axis] - tap.type.shape[axis], long - short)
      // A value that holds the past too is longer than its part of the block; it has no place in time.
      guard ratio > 0, Rational(short) * ratio == Rational(tap.type.shape[axis]) else { continue }
      axes[tap.name] = Axis(axis: axis, ratio: ratio)
    }
    self.axes = axes
  }
}

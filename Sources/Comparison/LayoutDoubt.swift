import Diagnostics
package import Tensors

/// The doubt whether two arrays that differ were read with the right order of axes.
///
/// The longest axis is most often time. It is said what the other order would give.
package struct LayoutDoubt: Hashable, Sendable {
  /// The order in which the axes were read.
  let read: AxisOrder
  /// The order that they may have.
  package let other: AxisOrder
  let line: String

  /// A sentence with the option to give.
  package var text: String { line }

  /// Nil where time is the longest axis, or the other order says nothing more.
  package static func of(
    _ offline: Tensor, _ stream: Tensor, _ options: ArrayComparison.Options
  ) -> LayoutDoubt? {
    guard let (names, letters) = suspicion(offline.shape),
      let read = try? AxisOrder(names), let other = try? AxisOrder(letters),
      let first = try? other.arranged(offline), let second = try? other.arranged(stream),
      let comparison = try? ArrayComparison(offline: first, stream: second, options: options),
      let place = comparison.unmoved.first
    else { return nil }
    // Features often have more channels than timesteps: what else speaks for the other order?
    let isTold = place.time > 0 || !comparison.explanations.isEmpty || comparison.seams != nil
    let isTooLong = (options.block ?? 0) > offline.shape[1]
    guard offline.rank == 2 || isTold || isTooLong else { return nil }
    let shape = zip(names, offline.shape).map { name(String($0), $1) }.joined(separator: ", ")
    let meant = zip(letters, offline.shape).map { name(String($0), $1) }.joined(separator: ", ")
    let channel =
      place.channel.isEmpty
      ? "" : ", channel \(place.channel.map(String.init).joined(separator: ","))"
    return LayoutDoubt(
      read: read, other: other,
      line: "axes were read as \(shape); if they are \(meant), say --layout \(letters): they then "
        + "differ first at row \(place.row), timestep \(place.time)\(channel)")
  }

  private static func suspicion(_ shape: Shape) -> (read: String, other: String)? {
    switch shape.count {
    // Few rows of anything are taken for rows.
    case 2: shape[0] > 4 ? ("bt", "tc") : nil
    case 3:
      shape[1] >= max(shape[0], shape[2])
        ? nil : shape[2] >= shape[0] ? ("btc", "bct") : ("btc", "tbc")
    default: nil
    }
  }

  private static func name(_ letter: String, _ count: Int) -> String {
    let name =
      switch letter {
      case "b": "row"
      case "t": "timestep"
      default: "channel"
      }
    return NumberText.counted(count, name)
  }
}

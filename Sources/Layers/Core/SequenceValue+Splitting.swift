import Programs
import Tensors

// Cutting along channel axes and putting together again, for layers that need them.
extension SequenceValue {
  /// The parts between the given places of a channel axis, counted in the whole array.
  ///
  /// - Precondition: `axis` is 2 or more, the places ascend.
  public func split(at places: [Int], axis: Int) -> [SequenceValue] {
    precondition(axis >= 2, "A sequence is split along channel axes only.")
    let ends = places + [values.shape[axis]]
    return zip([0] + places, ends).map { start, end in
      moved({ $0.sliced(axis: axis, from: start, to: end) }, mask: { $0 })
    }
  }

  /// So many equal parts of a channel axis, counted in the whole array.
  ///
  /// - Precondition: `axis` is 2 or more, `count` divides its extent.
  public func split(into count: Int, axis: Int) -> [SequenceValue] {
    let extent = values.shape[axis]
    precondition(count > 0 && extent % count == 0, "\(count) parts do not divide \(extent).")
    return split(at: (1..<count).map { $0 * extent / count }, axis: axis)
  }

  /// Sequences side by side along a new channel axis, valid where all are.
  ///
  /// - Precondition: there is at least one, `axis` is 2 or more, all have one shape.
  public static func stack(_ parts: [SequenceValue], axis: Int) -> SequenceValue {
    precondition(axis >= 2, "A sequence is stacked along channel axes only.")
    func joined(_ values: [Value]) -> Value {
      Value.concatenate(values.map { $0.expandingAxes([axis]) }, axis: axis)
    }
    let imaginaries = parts.compactMap(\.imaginary)
    return SequenceValue(
      joined(parts.map(\.values)), imaginary: imaginaries.isEmpty ? nil : joined(imaginaries),
      mask: parts.dropFirst().reduce(parts[0].mask) { $0.and($1.mask) },
      isMasked: parts.allSatisfy { $0.isMasked && $0.mask.id == parts[0].mask.id })
  }

  /// The elements of a channel axis, each a sequence without it.
  ///
  /// - Precondition: `axis` is 2 or more.
  public func unstacked(axis: Int) -> [SequenceValue] {
    precondition(axis >= 2, "A sequence is unstacked along channel axes only.")
    return (0..<values.shape[axis]).map { index in
      moved({ $0.element(index, axis: axis) }, mask: { $0 })
    }
  }
}

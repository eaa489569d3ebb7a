package import Comparison
package import Runtime
package import Tensors

extension ArrayComparison {
  /// Where two sequences differ: shapes, masks, or the worst value at valid timesteps; nil when they
  /// are close.
  ///
  /// The shorter counts as followed by invalid timesteps.
  package static func difference(
    got: SequenceTensor, want: SequenceTensor, _ tolerance: Tolerance
  ) -> SequenceDifference? {
    frameDifference(got: got, want: want) ?? valueDifference(got: got, want: want, tolerance)
  }

  /// Whether two sequences differ in shape, or which timesteps are valid in one of them only.
  package static func frameDifference(
    got: SequenceTensor, want: SequenceTensor
  ) -> SequenceDifference? {
    guard got.batch == want.batch, got.channelShape == want.channelShape else {
      return .shapes(got.values.shape, want.values.shape)
    }
    let time = max(got.time, want.time)
    let (a, b) = (got.timesteps(0..<time), want.timesteps(0..<time))
    let flags = a.mask.elements(as: Bool.self)
    for (position, wanted) in b.mask.elements(as: Bool.self).enumerated()
    where flags[position] != wanted {
      return .mask(row: position / time, time: position % time, lengths: a.lengths, b.lengths)
    }
    return nil
  }

  /// The worst value at timesteps that are valid in both, whatever else is different; nil when there is
  /// none, or when the shapes have no values in common.
  package static func valueDifference(
    got: SequenceTensor, want: SequenceTensor, _ tolerance: Tolerance
  ) -> SequenceDifference? {
    guard got.batch == want.batch, got.channelShape == want.channelShape else { return nil }
    let time = max(got.time, want.time)
    let (a, b) = (got.timesteps(0..<time), want.timesteps(0..<time))
    let flags = zip(a.mask.elements(as: Bool.self), b.mask.elements(as: Bool.self)).map { $0 && $1 }
    let channels = max(1, a.channelCount)
    return worst(got: a.values, want: b.values, tolerance) { flags[$0 / channels] }
      .map(SequenceDifference.value)
  }
}

/// What is different in two sequences.
package enum SequenceDifference: Hashable, Sendable {
  /// They cannot be compared.
  case shapes(Shape, Shape)
  /// The first timestep that is valid in one of them only; and the valid timesteps of each row.
  case mask(row: Int, time: Int, lengths: [Int], [Int])
  /// The worst value.
  case value(WorstDifference)

  /// Row, timestep and channel, as far as they are known.
  package var index: [Int] {
    switch self {
    case .shapes: []
    case .mask(let row, let time, _, _): [row, time]
    case .value(let worst): worst.index
    }
  }

  /// The value found.
  package var got: Double? { if case .value(let worst) = self { worst.got } else { nil } }

  /// The value that would have been right.
  package var want: Double? { if case .value(let worst) = self { worst.want } else { nil } }

  /// Such as `row 0, t 3, channel [1]: got 0.25, want 0.5`.
  package var text: String {
    switch self {
    case .shapes(let got, let want):
      "got shape \(got.shapeText), want \(want.shapeText)"
    case .mask(let row, let time, let got, let want):
      "mask at row \(row), t \(time); valid timesteps of each row: got \(got), want \(want)"
    case .value(let worst):
      "row \(worst.index[0]), t \(worst.index[1]), channel \(Array(worst.index.dropFirst(2))): "
        + "got \(worst.got), want \(worst.want)"
    }
  }
}

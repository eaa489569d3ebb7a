package import Serialization
package import Tensors

extension ArrayComparison {
  /// The result for programs, as one document.
  ///
  /// `verdict` is `equal`, `rounding` or `differ`. `first` and `largest` hold row, timestep, channel,
  /// both values, difference and ulp; numbers that JSON cannot write are strings. `explanations` says
  /// what was found and the share of the differences that it explains; `moved` is what is left after
  /// the first, in the time of STREAM. `seams` is null where there is nothing to say.
  package var json: JSONValue {
    .object([
      .init("verdict", .string(verdict.rawValue)),
      .init("tolerance", .number(options.tolerance?.absolute ?? criterion.roundingBound)),
      .init("within", .string(criterion.boundText)),
      .init("rounding", jsonOfBudget),
      .init("block", options.block.map { .integer($0) } ?? .null),
      .init("offline", json(offline)),
      .init("stream", json(stream)),
      .init("unmoved", json(unmoved)),
      .init("extra_timesteps", .integer(extraCount)),
      .init("shift", .integer(shift)),
      .init("explanations", .array(explanations.map { json($0) })),
      .init("moved", explanations.first.map { json($0.remaining) } ?? .null),
      .init("seams", seams.map { json($0) } ?? .null),
      .init(
        "follows_block", options.block == nil ? .null : .bool(seams != nil && !contradictsBlock)),
    ])
  }

  /// The document for arrays that cannot be compared.
  package static func json(
    _ error: ComparisonError, offline: Tensor, stream: Tensor
  ) -> JSONValue {
    .object([
      .init("verdict", .string("incomparable")),
      .init("reason", .string(error.found)),
      .init("offline", .object([.init("shape", json(offline.shape))])),
      .init("stream", .object([.init("shape", json(stream.shape))])),
    ])
  }

  private static func json(_ shape: Shape) -> JSONValue { .array(shape.map { .integer($0) }) }

  private var jsonOfBudget: JSONValue {
    .object([
      .init("bound", .number(criterion.roundingBound)),
      .init("relative", .number(criterion.budget.relative)),
      .init("largest_value", .number(criterion.largest)),
      .init("dtype", .string(criterion.budget.dtype.name)),
      .init("terms", .integer(criterion.budget.terms)),
      .init("depth", .integer(criterion.budget.depth)),
    ])
  }

  private func json(_ side: Side) -> JSONValue {
    .object([
      .init("shape", ArrayComparison.json(side.shape)), .init("dtype", .string(side.dtype.name)),
    ])
  }

  private func json(_ found: Explanation) -> JSONValue {
    .object([
      .init("kind", .string(found.kind.rawValue)),
      .init("statement", .string(options.names.applied(to: found.statement))),
      .init("shift", found.shift.map { .integer($0) } ?? .null),
      .init("period", found.period.map { .integer($0) } ?? .null),
      .init("explains", .number(found.share)),
    ])
  }

  private func json(_ found: Differences) -> JSONValue {
    .object([
      .init("equal", .bool(found.areEqual)),
      .init("compared_timesteps", .integer(found.comparedCount)),
      .init("differing_timesteps", .integer(found.differingCount)),
      .init("differing_rows", .array(found.rows.keys.sorted().map { .integer($0) })),
      .init("differing_channels", .array(found.channels.keys.sorted().map { .integer($0) })),
      .init("first", found.first.map { json($0) } ?? .null),
      .init("largest", found.largest.map { json($0) } ?? .null),
      .init("mask_differences", .integer(found.maskCount)),
    ])
  }

  private func json(_ element: Differences.Element) -> JSONValue {
    let ulps = ValueDifference.ulps(element.offline, element.stream, criterion.budget.dtype)
    return .object([
      .init("row", .integer(element.row)),
      .init("timestep", .integer(element.time)),
      .init("channel", ArrayComparison.json(element.channel)),
      .init("offline", .number(element.offline)),
      .init("stream", .number(element.stream)),
      .init("difference", .number(element.difference)),
      .init("ulp", ulps.map { .integer(Int(clamping: $0)) } ?? .null),
    ])
  }

  private func json(_ seams: SeamPattern) -> JSONValue {
    .object([
      .init("period", .integer(seams.period)),
      .init("offsets", ArrayComparison.json(seams.offsets)),
      .init("from", seams.stretch.map { .integer($0.lowerBound) } ?? .null),
      .init("to", seams.stretch.map { .integer($0.upperBound) } ?? .null),
      .init("blocks", .integer(seams.periodCount)),
      .init("blocks_with_difference", .integer(seams.hitCount)),
      .init("in", .string(seams.extent.rawValue)),
    ])
  }
}

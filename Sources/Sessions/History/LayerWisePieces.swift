import Diagnostics
import Execution
import Layers
import Programs
import Runtime

/// The layer-wise run of a long input in pieces, each with the outputs of all layers.
///
/// That a stack can be cut is never taken for granted: neighbouring pieces of a local stack overlap, and
/// what both have must be the same, bit for bit; of a stack whose state is carried from piece to piece the
/// beginning is computed by `layer` as well, and must be the same.
final class LayerWisePieces {
  /// One piece: what each layer gives, and the layer-wise timestep at which that begins; inputs that
  /// combinators make are kept under ``inputName(_:)``.
  private struct Piece {
    var taps: [String: SequenceTensor]
    var starts: [String: Int]
    /// The timesteps of each layer that are right.
    var ranges: [String: Range<Int>]
  }

  let layers: [LayerTrace.LayerPlace]
  /// The timesteps of every layer's output.
  let times: [String: Int]
  let way: PiecePlan
  /// The largest finite magnitude of every layer's valid outputs.
  private(set) var largest: [String: Double] = [:]
  /// The first NaN at a valid timestep of every layer that has one.
  private(set) var nans: [String: NaNPlace] = [:]
  /// Which timesteps of every layer's output are valid, a row each.
  private(set) var validity: [String: [RowValidity]] = [:]
  private let model: Model
  private let input: SequenceTensor
  private let constants: Constants
  private let latencies: [String: Int]
  /// Outputs of every layer for a block of input.
  private let unitTimes: [String: Int]
  private var kept: [(number: Int, piece: Piece)] = []
  private var stream: Runtime.Stream?
  private var checkpoints: CheckpointStore
  private let specs: [String: ChannelSpec]
  private var cancel: CancelFlag?

  /// The model must have no faults in its steps.
  init(
    _ model: Model, input: SequenceTensor, constants: Constants, way: PiecePlan, demand: RunDemand,
    layers: [LayerTrace.LayerPlace], unitTimes: [String: Int], budget: HistoryBudget
  ) {
    (self.model, self.input, self.constants, self.way) = (model, input, constants, way)
    (self.layers, self.unitTimes) = (layers, unitTimes)
    times = demand.tapTypes.mapValues { $0.shape.count > 1 ? $0.shape[1] : 0 }
    specs = demand.tapTypes.mapValues { ChannelSpec(Array($0.shape.dropFirst(2)), $0.dtype) }
    var latencies: [String: Int] = [:]
    for place in layers where way.kind == .carried {
      latencies[place.path] = place.outputLatency
      latencies[Self.inputName(place.path)] = place.precedingLatency
    }
    self.latencies = latencies
    checkpoints = CheckpointStore(budgetBytes: budget.layerWise / 4, interval: 1)
  }

  func spec(_ path: String) -> ChannelSpec? { specs[path] }

  /// The bytes of the pieces that are kept.
  var byteCount: Int {
    let taps = kept.reduce(0) { sum, entry in
      entry.piece.taps.values.reduce(sum) { $0 + $1.byteCount }
    }
    return taps + checkpoints.byteCount
  }

  /// How many pieces there are.
  var count: Int {
    let end = way.kind == .carried ? input.time + model.layer.inputLatency : input.time
    return (end + way.time - 1) / way.time
  }

  /// How the run is computed, for people.
  var text: String {
    switch way.kind {
    case .local(let past, let future):
      "in pieces of \(NumberText.grouped(way.time)) timesteps with \(past) before and \(future) behind, "
        + "of which neighbours agree"
    case .carried:
      "in pieces of \(NumberText.grouped(way.time)) timesteps, each going on from the state of the one "
        + "before; the first by layer too, with the same bits"
    }
  }

  /// Computes every piece once and checks that they fit each other.
  ///
  /// - Throws: ``Unfit`` where the stack cannot be cut like this; ``RuntimeError`` `.cancelled`.
  func prepare(cancel: CancelFlag?, progress: ((Int, Int) -> Void)?) throws {
    self.cancel = cancel
    defer { self.cancel = nil }
    for number in 0..<count {
      if let cancel, cancel.isRaised { throw Model.cancelled }
      let piece = try piece(number)
      if number == 0, way.kind == .carried { try checkBeginning(piece) }
      for (path, range) in piece.ranges where !range.isEmpty {
        guard let tap = piece.taps[path], let start = piece.starts[path] else { continue }
        let part = tap.timesteps(range.lowerBound - start..<range.upperBound - start)
        var rows = validity[path] ?? Array(repeating: RowValidity(), count: part.batch)
        for row in rows.indices { rows[row].add(part, row: row, at: range.lowerBound) }
        validity[path] = rows
        if nans[path] == nil, let found = part.firstNaN {
          nans[path] = NaNPlace(row: found.row, time: found.time + range.lowerBound)
        }
        largest[path] = max(largest[path] ?? 0, Verdict.largestMagnitude(part))
      }
      progress?(number + 1, count)
    }
  }

  /// A stack that cannot be cut, and where that shows.
  struct Unfit: Error {
    var path: String
  }

  /// The first piece against the layer-wise run of its input.
  private func checkBeginning(_ piece: Piece) throws {
    let time = min(way.time, input.time)
    let whole = try model.layer(
      input.timesteps(0..<time), constants: constants.block(0..<time),
      options: RunOptions(taps: true, cancel: cancel))
    // Outputs near the end may see what is cut off.
    let seen = time == input.time ? time : time - model.layer.inputLatency
    for (path, output) in whole.taps {
      guard let unit = unitTimes[path], let range = piece.ranges[path] else { continue }
      let end = min(range.upperBound, seen / model.blockSize * unit, output.time)
      guard end > 0 else { continue }
      try compare(output.timesteps(0..<end), try sequence(piece, path, 0..<end), path)
    }
  }

  private func compare(_ a: SequenceTensor, _ b: SequenceTensor?, _ path: String) throws {
    // Digests take invalid values as zeros.
    guard a.rowDigests == b?.rowDigests else { throw Unfit(path: path) }
  }

  private func sequence(
    _ piece: Piece, _ path: String, _ range: Range<Int>
  ) throws -> SequenceTensor? {
    guard let tap = piece.taps[path], let start = piece.starts[path] else { return nil }
    return tap.timesteps(range.lowerBound - start..<range.upperBound - start)
  }

  // MARK: - Pieces

  /// The output of a layer from a timestep on, as far as one piece has it.
  func segment(_ path: String, at time: Int, limit: Int) throws -> LayerWiseRun.Segment? {
    guard let unit = unitTimes[path], unit > 0 else { return nil }
    let perPiece = way.time / model.blockSize * unit
    let number = (time + (latencies[path] ?? 0)) / perPiece
    let piece = try piece(min(number, count - 1))
    guard let tap = piece.taps[path], let start = piece.starts[path],
      let range = piece.ranges[path], range.contains(time)
    else { return nil }
    return LayerWiseRun.Segment(
      output: tap, offset: time - start, count: min(limit, range.upperBound - time))
  }

  /// The name of the input that a combinator makes for a layer.
  static func inputName(_ path: String) -> String { "\(path):in" }

  private static func sequences(_ output: RunOutput) -> [String: SequenceTensor] {
    output.madeInputs.reduce(into: output.taps) { $0[inputName($1.key)] = $1.value }
  }

  private func piece(_ number: Int) throws -> Piece {
    if let known = kept.first(where: { $0.number == number }) { return known.piece }
    let made: Piece
    switch way.kind {
    case .local(let past, let future): made = try local(number, past, future)
    case .carried: made = try carried(number)
    }
    if kept.count == PiecePlan.kept { kept.removeFirst() }
    kept.append((number, made))
    return made
  }

  private func local(_ number: Int, _ past: Int, _ future: Int) throws -> Piece {
    let block = model.blockSize
    let own = number * way.time..<min((number + 1) * way.time, input.time)
    let start = max(0, own.lowerBound - past)
    let end = own.upperBound + future >= input.time ? input.time : own.upperBound + future
    let output = try model.layer(
      input.timesteps(start..<end), constants: constants.block(start..<end),
      options: RunOptions(taps: true, cancel: cancel))
    var piece = Piece(taps: Self.sequences(output), starts: [:], ranges: [:])
    for path in piece.taps.keys {
      guard let unit = unitTimes[path], let time = times[path] else { continue }
      piece.starts[path] = start / block * unit
      let last = end == input.time && own.upperBound == input.time
      let upper = last ? time : min(time, own.upperBound / block * unit)
      let lower = min(own.lowerBound / block * unit, upper)
      piece.ranges[path] = lower..<upper
    }
    if let before = kept.last, before.number == number - 1 {
      // One block beyond what a piece needs is common to both.
      for (path, range) in piece.ranges {
        guard let unit = unitTimes[path], let known = before.piece.ranges[path] else { continue }
        let common = max(known.lowerBound, range.lowerBound - unit)..<range.lowerBound
        guard !common.isEmpty, known.upperBound == range.lowerBound,
          let theirs = try sequence(before.piece, path, common),
          let ours = try sequence(piece, path, common)
        else { continue }
        try compare(theirs, ours, path)
      }
    }
    return piece
  }

  private func carried(_ number: Int) throws -> Piece {
    let stream =
      try self.stream
      ?? model.makeStream(batch: input.batch, constants: constants, cancel: cancel)
    self.stream = stream
    if checkpoints.count == 0 {
      checkpoints.add(stream.snapshot(), at: 0)
    }
    let start = number * way.time
    if stream.position > start
      || checkpoints.hasOne(behind: stream.position / way.time, upTo: number)
    {
      guard let found = checkpoints.last(upTo: number) else { preconditionFailure("0 is kept.") }
      try stream.restore(found.checkpoint)
    }
    var output: RunOutput?
    while stream.position <= start {
      let place = stream.position
      if checkpoints.isWanted(at: place / way.time) {
        checkpoints.add(stream.snapshot(), at: place / way.time)
      }
      output = try stream.step(
        input.timesteps(place..<place + way.time),
        options: RunOptions(taps: true, cancel: cancel), exact: true)
    }
    guard let output else { preconditionFailure("A piece is made.") }
    var piece = Piece(taps: Self.sequences(output), starts: [:], ranges: [:])
    for (path, tap) in piece.taps {
      guard let unit = unitTimes[path], let time = times[path] else { continue }
      let first = start / model.blockSize * unit - (latencies[path] ?? 0)
      piece.starts[path] = first
      let upper = min(time, first + tap.time)
      piece.ranges[path] = min(max(0, first), max(0, upper))..<max(0, upper)
    }
    return piece
  }
}

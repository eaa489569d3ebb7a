package import Comparison
import Tensors

/// One place of two traces, compared over all timesteps that both have, piece by piece.
package struct PlaceComparison: Sendable {
  package let pair: TraceAlignment.Pair
  package let criterion: Criterion
  /// The timesteps, of all rows together, that were compared, and those that differ.
  package private(set) var comparedCount = 0
  package private(set) var differingCount = 0
  package private(set) var maskCount = 0
  /// The first element that differs, in order of time, then row, then channel; in timesteps of OFFLINE.
  package private(set) var first: Differences.Element?
  /// The first timestep that is valid in one run only.
  package private(set) var firstMask: Differences.MaskElement?
  package private(set) var largest: Differences.Element?
  /// The first timestep that differs, by row.
  package private(set) var firstTimes: [Int: Int] = [:]

  /// The blocks before which the timesteps that come again are not those of OFFLINE.
  package private(set) var wrongCaches: Set<Int> = []

  /// What the two runs are to each other at this place.
  package var verdict: Closeness {
    criterion.closeness(
      largest: largest?.difference ?? 0, anyDiffers: differingCount > 0 || maskCount > 0)
  }

  /// The first timestep and row that differ, in values or masks.
  package var firstPlace: (time: Int, row: Int)? {
    let value = first.map { (time: $0.time, row: $0.row) }
    let mask = firstMask.map { (time: $0.time, row: $0.row) }
    guard let value, let mask else { return value ?? mask }
    return (mask.time, mask.row) < (value.time, value.row) ? mask : value
  }

  /// Elements that are compared at once.
  private static let pieceElements = 1 << 20

  /// Compares one place; `isFirstOnly` ends behind the piece that holds the first difference.
  package init(
    _ pair: TraceAlignment.Pair, offline: any Trace, stream: any Trace,
    options: ArrayComparison.Options, isFirstOnly: Bool = false, goOn: () throws -> Void = {}
  ) throws {
    self.pair = pair
    let place = offline.places[pair.offline]
    let width = max(place.rowCount * place.channelShape.elementCount, 1)
    let step = max(16, Self.pieceElements / width)
    let pieces = stride(from: pair.times.lowerBound, to: pair.times.upperBound, by: step).map {
      $0..<min($0 + step, pair.times.upperBound)
    }
    func arrays(_ times: Range<Int>) throws -> (ComparedArray, ComparedArray) {
      let late = times.lowerBound + pair.shift.steps..<times.upperBound + pair.shift.steps
      return (
        try offline.compared(pair.offline, times), try stream.compared(pair.stream, late)
      )
    }
    var criterion: Criterion?
    // The bound of rounding goes by the largest value, wherever it is.
    if pieces.count > 1 {
      var largest = 0.0
      for piece in pieces {
        try goOn()
        largest = max(largest, try offline.compared(pair.offline, piece).largestMagnitude)
      }
      let (a, b) = try arrays(pieces[0])
      var whole = Criterion(for: a, b, options: options)
      whole.largest = max(whole.largest, largest)
      criterion = whole
    }
    var found: [(Differences, Int)] = []
    for piece in pieces {
      try goOn()
      let (a, b) = try arrays(piece)
      let used = criterion ?? Criterion(for: a, b, options: options)
      criterion = used
      let differences = Differences.find(a, b, used)
      found.append((differences, piece.lowerBound))
      if isFirstOnly, !differences.areEqual { break }
    }
    self.criterion = criterion ?? Criterion(budget: ErrorBudget(place.dtype), largest: 0)
    for (differences, start) in found { add(differences, at: start) }
    if !isFirstOnly || differingCount == 0 { try addCaches(offline: offline, stream: stream) }
  }

  /// Takes a difference before a block as one in its first timestep.
  mutating func addWrongCache(_ block: Int, _ element: Differences.Element) {
    wrongCaches.insert(block)
    differingCount += 1
    firstTimes[element.row] = min(firstTimes[element.row] ?? element.time, element.time)
    if first.map({ (element.time, element.row) < ($0.time, $0.row) }) ?? true { first = element }
    if element.difference > (largest?.difference ?? 0) { largest = element }
  }

  private mutating func add(_ piece: Differences, at start: Int) {
    comparedCount += piece.comparedCount
    differingCount += piece.differingCount
    maskCount += piece.maskCount
    first = first ?? piece.first.map { $0.moved(by: start) }
    firstMask = firstMask ?? piece.firstMask.map { $0.moved(by: start) }
    if let found = piece.largest, found.difference > (largest?.difference ?? 0) {
      largest = found.moved(by: start)
    }
    for (row, extent) in piece.rows where firstTimes[row] == nil {
      firstTimes[row] = extent.firstTime + start
    }
  }
}

extension Trace {
  /// The output of a place in some timesteps of all rows, with its mask.
  func compared(_ place: Int, _ times: Range<Int>) throws -> ComparedArray {
    let rows = 0..<places[place].rowCount
    let values = try values(of: place, .output, rows: rows, times: times)
    let mask =
      places[place].hasMask
      ? try self.values(of: place, .mask, rows: rows, times: times) : nil
    return ComparedArray(values, mask: mask)
  }
}

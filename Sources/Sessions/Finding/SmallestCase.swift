import Layers
import Runtime
import Tensors

/// The smallest part of an input that still shows a mistake: found by trying ends of it, each four times as long
/// as the last, and then halves (delta debugging), so that a long input takes a number of runs that grows with its
/// logarithm only.
struct SmallestCase {
  /// The timesteps of the input that are left.
  private(set) var times: Range<Int>
  /// The rows that are left.
  private(set) var rows: [Int]
  private(set) var schedule: BlockSchedule
  /// The runs that it took.
  private(set) var runCount = 0
  /// Whether it was stopped on the way.
  private(set) var wasStopped = false

  /// Steps that all runs together may still take.
  private var budget: Int

  /// More steps than this are not spent on it.
  private static let leastBudget = 10_000

  /// Shrinks what shows that a layer is wrong; `step` is the first one that shows it.
  init(_ bisection: Bisection, path: String, step: Int, boundaries: [Int]) throws {
    let input = bisection.input
    let end = boundaries.indices.contains(step + 1) ? boundaries[step + 1] : input.time
    times = 0..<min(end, input.time)
    rows = Array(0..<input.batch)
    schedule = bisection.document.schedule
    budget = max(Self.leastBudget, 3 * step)
    // Constants have timesteps and rows of their own.
    guard bisection.document.constants.isEmpty else { return }
    do {
      try shrink(bisection, path)
    } catch let error as RuntimeError where error.code == .cancelled {
      wasStopped = true
    }
  }

  private mutating func shrink(_ bisection: Bisection, _ path: String) throws {
    let block = max(bisection.model.layer.blockSize, 1)
    // A short end of it first, so that most of what is tried is short.
    var length = 4 * block * schedule.blocks.reduce(0, +)
    while length < times.count {
      let part = times.upperBound - length..<times.upperBound
      if try isWrong(bisection, path, part, rows, schedule) { break }
      length *= 4
    }
    let start = length < times.count ? times.upperBound - length : times.lowerBound
    guard try start > times.lowerBound || isWrong(bisection, path, times, rows, schedule) else {
      return
    }
    times = start..<times.upperBound
    if rows.count > 1 {
      for row in rows where try isWrong(bisection, path, times, [row], schedule) {
        rows = [row]
        break
      }
    }
    let fed = (schedule.blocks.max() ?? 1) * block
    for size in [1, 2] where schedule.blocks != [size] {
      let simple = BlockSchedule([size])
      if try isWrong(bisection, path, times, rows, simple) {
        schedule = simple
        break
      }
    }
    // With shorter steps it may show within the step that showed it.
    var (low, high) = (max(times.upperBound - fed, times.lowerBound), times.upperBound)
    while high - low > block {
      let middle = max((low + high) / 2 / block * block, low + block)
      guard middle < high else { break }
      if try isWrong(bisection, path, times.lowerBound..<middle, rows, schedule) {
        high = middle
      } else {
        low = middle
      }
    }
    times = times.lowerBound..<high
    // What lies before it, the larger parts first.
    var part = times.count / 2 / block * block
    while part >= block {
      let rest = times.lowerBound + part..<times.upperBound
      if rest.count >= block, try isWrong(bisection, path, rest, rows, schedule) {
        times = rest
        part = min(part, times.count / 2 / block * block)
      } else {
        part = part / 2 / block * block
      }
    }
  }

  private mutating func isWrong(
    _ bisection: Bisection, _ path: String, _ times: Range<Int>, _ rows: [Int],
    _ schedule: BlockSchedule
  ) throws -> Bool {
    let cost = times.count / max(bisection.model.layer.blockSize * (schedule.blocks.min() ?? 1), 1)
    guard !times.isEmpty, cost <= budget else { return false }
    budget -= cost
    runCount += 1
    let part = bisection.input.timesteps(times)
    return try bisection.isWrong(
      path, rows.count == part.batch ? part : part.rows(rows), schedule)
  }

  /// What is left, for people.
  var text: String {
    let blocks = schedule.blocks.map(String.init).joined(separator: ",")
    let rowText = rows.count == 1 ? "row \(rows[0])" : "all \(rows.count) rows"
    let stopped = wasStopped ? ", stopped on the way" : ""
    return "smallest input that shows it: \(times.count) timestep\(times.count == 1 ? "" : "s") "
      + "(t \(times.lowerBound) to \(times.upperBound - 1)), \(rowText), block \(blocks) "
      + "(\(runCount) runs\(stopped))"
  }
}

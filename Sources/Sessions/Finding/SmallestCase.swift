import Layers
import Runtime
import Tensors

/// The smallest part of an input that still shows a mistake: found by trying halves (delta debugging), so
/// that a long input takes a number of runs that grows with its logarithm only.
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

  /// Shrinks what shows that a layer is wrong; `end` is the timestep of the input up to which it is known to
  /// show.
  init(_ bisection: Bisection, path: String, end: Int) throws {
    let input = bisection.input
    let block = max(bisection.model.layer.blockSize, 1)
    times = 0..<min(end, input.time)
    rows = Array(0..<input.batch)
    schedule = bisection.document.schedule
    // Constants have timesteps and rows of their own.
    guard bisection.document.constants.isEmpty else { return }
    do {
      try shrink(bisection, path, block: block)
    } catch let error as RuntimeError where error.code == .cancelled {
      wasStopped = true
    }
  }

  private mutating func shrink(_ bisection: Bisection, _ path: String, block: Int) throws {
    guard try isWrong(bisection, path, times, rows, schedule) else { return }
    // The shortest beginning.
    var (low, high) = (0, times.count)
    while high - low > block {
      let middle = (low + high) / 2 / block * block
      guard middle > low, middle < high else { break }
      if try isWrong(bisection, path, 0..<middle, rows, schedule) {
        high = middle
      } else {
        low = middle
      }
    }
    times = 0..<high
    if rows.count > 1 {
      for row in rows where try isWrong(bisection, path, times, [row], schedule) {
        rows = [row]
        break
      }
    }
    for size in [1, 2] where schedule.blocks != [size] {
      let simple = BlockSchedule([size])
      if try isWrong(bisection, path, times, rows, simple) {
        schedule = simple
        break
      }
    }
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
    guard !times.isEmpty else { return false }
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

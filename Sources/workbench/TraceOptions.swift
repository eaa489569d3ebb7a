import ArgumentParser
import Comparison
import Serialization
import Tensors
import Traces

/// How two recorded runs are read, and what counts as equal.
struct TraceOptions: ParsableArguments {
  @Option(
    help:
      "The order of axes, such as btc, bct or tbc, of arrays of as many axes; one for each: btc,bct."
  )
  var layout: String?

  @Option(help: "A file with a line `OFFLINE -> STREAM` for each name or pattern with *.")
  var map: String?

  @Option(help: "The timesteps of each block, such as 4 or 4,4,3; the last is repeated.")
  var block: String?

  @Option(help: "The largest absolute difference that counts as equal.")
  var tol: Double?

  @Option(help: "The largest difference, as a share of OFFLINE's value, that counts as equal.")
  var rtol: Double?

  @Option(help: "The largest difference in units in the last place that counts as equal.")
  var ulp: Int?

  func validate() throws {
    for (name, value) in [("tol", tol), ("rtol", rtol)] {
      if let value, !(value >= 0) {
        throw ValidationError("--\(name) is \(value); expected 0 or more")
      }
    }
    if let ulp, ulp < 0 { throw ValidationError("--ulp is \(ulp); expected 0 or more") }
  }

  /// What counts as equal; nil for what rounding explains.
  var tolerance: Tolerance? {
    guard tol != nil || rtol != nil || ulp != nil else { return nil }
    return Tolerance(relative: rtol ?? 0, absolute: tol ?? 0, ulps: ulp ?? 0)
  }

  /// How the files are read.
  func options() throws -> ForeignPair.Options {
    var options = ForeignPair.Options()
    if let map {
      let text = String(decoding: try ByteFile(path: map).readAll(), as: UTF8.self)
      options.rules = try NameRules(parsing: text, path: map)
    }
    options.layout = try AxisOrder.pair(layout)
    if let block {
      let sizes = block.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      let known = sizes.compactMap { $0 }.filter { $0 > 0 }
      guard known.count == sizes.count else {
        throw Failure("--block \(block): expected whole numbers from 1 on, such as 4 or 4,4,3")
      }
      options.blocks = known
    }
    return options
  }
}

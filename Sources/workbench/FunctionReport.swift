import ArgumentParser
import Execution
import Serialization

/// `workbench bench --functions`: how far the elementary functions are from double precision.
struct FunctionReport {
  /// Every so manyth float32 is tried: 10^8 of them.
  private static let stride = 42

  var json: Bool

  /// Prints a line a function as it is done, or one document at the end.
  ///
  /// - Throws: `ExitCode.failure` where a function does not keep its promise.
  func run() throws {
    var keeps = true
    var members: [JSONValue.Member] = []
    for function in FunctionAccuracy.functions {
      let found = function.measure(stride: Self.stride)
      keeps = keeps && found.error <= function.promise
      members.append(
        .init(
          function.name,
          .object([
            .init("promise_ulp", .number(function.promise)),
            .init("worst_ulp", found.error.isFinite ? .number(found.error) : .null),
            .init("operand", .number(Double(found.operand))), .init("count", .integer(found.count)),
          ])))
      guard !json else { continue }
      let error = (found.error * 1000).rounded(.up) / 1000
      let verdict = found.error <= function.promise ? "" : ": MORE THAN PROMISED"
      print(
        "\(function.name): at most \(error) units in the last place, at \(found.operand), promised "
          + "\(function.promise), \(found.count) operands\(verdict)")
    }
    if json { print(JSONValue.object(members).text(indented: true)) }
    guard keeps else { throw ExitCode.failure }
  }
}

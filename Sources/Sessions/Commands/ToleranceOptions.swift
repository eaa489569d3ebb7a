import Comparison
import Diagnostics

extension CommandLine {
  /// The options by which a user says what counts as equal.
  static let toleranceOptions: Set<String> = ["tol", "rtol", "ulp"]

  /// What these say; nil if none is given.
  func tolerance() throws(CommandError) -> Tolerance? {
    guard !Self.toleranceOptions.isDisjoint(with: options.keys) else { return nil }
    return Tolerance(
      relative: try share("rtol"), absolute: try share("tol"), ulps: try integer("ulp") ?? 0)
  }

  private func share(_ option: String) throws(CommandError) -> Double {
    guard let value = try number(option) else { return 0 }
    guard value >= 0 else {
      throw CommandError(
        .invalidOperand, found: "--\(option) \(NumberText.short(value))", expected: "0 or more")
    }
    return value
  }
}

import Diagnostics

/// The inputs that one output step depends on.
///
/// Output `o` sees inputs `i + start ... i + end`, with `i = floor(o / outputRatio)`. Ends may be
/// infinite; finite ends are whole numbers.
public struct ReceptiveField: Hashable, Sendable, CustomStringConvertible {
  /// The first offset.
  public var start: Double
  /// The last offset.
  public var end: Double

  /// Makes a range of offsets.
  ///
  /// - Precondition: `start <= end`.
  public init(_ start: Double, _ end: Double) {
    precondition(start <= end, "A receptive field from \(start) to \(end).")
    self.start = start
    self.end = end
  }

  /// Makes a range of finite offsets.
  public init(_ start: Int, _ end: Int) { self.init(Double(start), Double(end)) }

  /// Only the aligned input.
  public static let aligned = ReceptiveField(0, 0)
  /// The whole past and the aligned input.
  public static let past = ReceptiveField(-.infinity, 0)
  /// Everything.
  public static let everything = ReceptiveField(-.infinity, .infinity)

  /// The least range that holds both.
  public func union(_ other: ReceptiveField) -> ReceptiveField {
    ReceptiveField(min(start, other.start), max(end, other.end))
  }

  /// The range moved by whole steps.
  public func shifted(by offset: Int) -> ReceptiveField {
    ReceptiveField(start + Double(offset), end + Double(offset))
  }

  /// Such as `-4 … 0` or `-inf … 0`.
  public var description: String { "\(NumberText.exact(start)) … \(NumberText.exact(end))" }
}

/// The receptive field of output step `n * count + k` at position `k`, relative to its aligned input;
/// `nil` where an output depends on no input.
public typealias ReceptiveFieldPerStep = [ReceptiveField?]

extension [ReceptiveField?] {
  /// The union over all steps, or `nil` if no step depends on the input.
  public var overall: ReceptiveField? {
    compactMap { $0 }.reduce(nil) { result, next in result?.union(next) ?? next }
  }
}

public import Diagnostics
import Synchronization

/// How much memory may be taken for a file or a typed line.
///
/// Code that allocates what a number from outside decides calls `require` first: the parameters of a
/// model, the memory of a plan, the state of a stream, arrays of files, made-up input.
public struct MemoryBudget: Hashable, Sendable {
  /// The most that one request may take.
  public var byteCount: Int
  /// Where that number comes from, such as `--memory`.
  public var origin: String

  /// Makes a budget.
  public init(_ byteCount: Int, origin: String) {
    self.byteCount = max(0, byteCount)
    self.origin = origin
  }

  /// No budget, for what is bounded by something that had one.
  package static let unlimited = MemoryBudget(.max, origin: "no limit")

  private static let chosen = Mutex(MachineMemory.budget)

  /// The budget of all that was given no other: what ``setStandard(_:)`` said, at first half of what
  /// the machine has free.
  public static var standard: MemoryBudget { chosen.withLock { $0 } }

  /// Sets the budget of all that is made from now on.
  public static func setStandard(_ budget: MemoryBudget) { chosen.withLock { $0 = budget } }

  /// How large a request is looked at for what the process may still map, too.
  private static let large = 1 << 26

  /// Makes sure that there is room.
  ///
  /// What was free when the budget was set may be taken by now. A large request is therefore also held
  /// against what the limit of the process leaves, beyond which the system would refuse it.
  ///
  /// - Parameters:
  ///   - byteCount: What is about to be allocated; `Int.max` stands for more than can be counted.
  ///   - what: What the memory is for.
  /// - Throws: ``MemoryError`` when it is more than the budget.
  public func require(
    _ byteCount: Int, for what: @autoclosure () -> String
  ) throws(MemoryError) {
    guard byteCount <= self.byteCount else {
      throw MemoryError(what: what(), byteCount: byteCount, budget: self)
    }
    if byteCount >= Self.large, let left = MachineMemory.addressSpace,
      byteCount > left.byteCount / 8 * 7
    {
      throw MemoryError(what: what(), byteCount: byteCount, budget: left)
    }
  }

  /// The number of bytes that a text such as `2GB`, `512 MiB` or `1000000` stands for; nil for others.
  public static func byteCount(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    guard let number = Double(digits), let factor = units[unit] else { return nil }
    return Int(exactly: (number * factor).rounded()).flatMap { $0 > 0 ? $0 : nil }
  }

  private static let units: [String: Double] = [
    "": 1, "b": 1, "k": 1e3, "kb": 1e3, "kib": 0x1p10, "m": 1e6, "mb": 1e6, "mib": 0x1p20,
    "g": 1e9, "gb": 1e9, "gib": 0x1p30, "t": 1e12, "tb": 1e12, "tib": 0x1p40,
  ]
}

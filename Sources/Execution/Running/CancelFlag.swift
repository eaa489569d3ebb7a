import Synchronization

/// Asks a running executor to stop between two instructions.
///
/// May be raised from any thread.
public final class CancelFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  /// Makes a lowered flag.
  public init() {}

  /// Whether a stop is requested.
  public var isRaised: Bool { flag.load(ordering: .relaxed) }

  /// Asks for a stop.
  public func raise() { flag.store(true, ordering: .relaxed) }

  /// Lowers the flag.
  public func lower() { flag.store(false, ordering: .relaxed) }
}

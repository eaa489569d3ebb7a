public import Programs
import Synchronization

/// The Swift functions that `Lambda` layers name.
///
/// A config can hold a name but no code: register the function before a stack with that name is used.
/// A function must be pure, keep batch and time, and look at no neighbouring timestep.
public enum LambdaFunctions {
  /// What a name stands for.
  enum Function: Sendable {
    case values(@Sendable (Value) -> Value)
    case sequence(@Sendable (SequenceValue) -> SequenceValue)
  }

  private static let functions = Mutex<[String: Function]>([:])

  /// Registers a function of values `[b, t, ...channel]`, for layers with `sequenceInput` false; of a
  /// complex sequence it gets real and imaginary parts one by one.
  public static func register(
    _ name: String, values function: @escaping @Sendable (Value) -> Value
  ) {
    functions.withLock { $0[name] = .values(function) }
  }

  /// Registers a function of a sequence, values and mask, for layers with `sequenceInput` true.
  public static func register(
    _ name: String, sequence function: @escaping @Sendable (SequenceValue) -> SequenceValue
  ) {
    functions.withLock { $0[name] = .sequence(function) }
  }

  /// The registered names in order.
  public static var names: [String] { functions.withLock { $0.keys.sorted() } }

  static func function(_ name: String) -> Function? { functions.withLock { $0[name] } }
}

public import Tensors

/// The parameters and variables of one model, shared by all its plans.
public final class ParameterStore {
  private var tensors: [String: Tensor]
  /// Rises with every change; executors then compute anew what they derived from parameters.
  public private(set) var version = 0

  /// Holds these tensors by name.
  public init(_ tensors: [String: Tensor] = [:]) { self.tensors = tensors }

  /// The tensor of that name.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      tensors[name] = newValue
      version += 1
    }
  }

  /// All names, in alphabetical order.
  public var names: [String] { tensors.keys.sorted() }
}

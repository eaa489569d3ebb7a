public import Programs

/// The streaming state of a layer while it is being traced: named leaves, and the states of children.
///
/// Every leaf, counters included, has the batch axis first, so that rows can be selected, permuted
/// and merged without knowing the layer.
public struct LayerState {
  /// One array of the state.
  public struct Leaf {
    /// The name below the layer's path, such as `buffer`.
    public var name: String
    /// How the array changes from step to step.
    public var kind: StateKind
    /// The array.
    public var value: Value
  }

  /// The layer's own leaves, in declaration order.
  public private(set) var leaves: [Leaf] = []
  /// The states of children by path element, in declaration order.
  public private(set) var children: [(name: String, state: LayerState)] = []
  /// Where each child stands.
  private var childPlaces: [String: Int] = [:]

  /// Makes an empty state.
  public init() {}

  /// Declares a leaf with its initial value.
  ///
  /// - Precondition: no leaf has that name yet.
  public mutating func declare(_ name: String, _ value: Value, kind: StateKind = .replaced) {
    precondition(!leaves.contains { $0.name == name }, "The state leaf \(name) was declared twice.")
    leaves.append(Leaf(name: name, kind: kind, value: value))
  }

  /// Whether there is a leaf of that name.
  public func has(_ name: String) -> Bool { leaves.contains { $0.name == name } }

  /// The current value of a leaf.
  ///
  /// - Precondition: the leaf was declared by `initialState`.
  public subscript(_ name: String) -> Value {
    get { leaves[index(of: name)].value }
    set { leaves[index(of: name)].value = newValue }
  }

  private func index(of name: String) -> Int {
    guard let index = leaves.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("There is no state leaf named \(name).")
    }
    return index
  }

  /// The state of a child; empty until it is set.
  public subscript(child name: String) -> LayerState {
    get { childPlaces[name].map { children[$0].state } ?? LayerState() }
    set {
      if let place = childPlaces[name] {
        children[place].state = newValue
      } else {
        childPlaces[name] = children.count
        children.append((name, newValue))
      }
    }
  }

  /// Appends a block to the window leaf of that name along its axis and drops as many of the oldest
  /// entries.
  ///
  /// Returns the old window followed by the block; without such a leaf, the block alone.
  public mutating func append(_ block: Value, to name: String) -> Value {
    guard has(name) else { return block }
    guard case .window(let axis, let length) = leaves[index(of: name)].kind else {
      preconditionFailure("The state leaf \(name) is not a window.")
    }
    let joined = Value.concatenate([self[name], block], axis: axis)
    let extent = joined.shape[axis]
    self[name] = joined.sliced(axis: axis, from: extent - length, to: extent)
    return joined
  }

  /// The same structure with every leaf replaced by what `transform` makes of its path, kind and
  /// value; paths are below `prefix`.
  public func mapLeaves(
    prefix: String = "", _ transform: (String, Leaf) -> Value
  ) -> LayerState {
    var result = self
    for index in leaves.indices {
      let path = LayerPath.join(prefix, leaves[index].name)
      result.leaves[index].value = transform(path, leaves[index])
    }
    for index in children.indices {
      let child = children[index]
      result.children[index].state = child.state.mapLeaves(
        prefix: LayerPath.join(prefix, child.name), transform)
    }
    return result
  }

  /// All leaves below this state with their paths, a layer's own before its children's.
  public func allLeaves(prefix: String = "") -> [(path: String, leaf: Leaf)] {
    let own = leaves.map { (path: LayerPath.join(prefix, $0.name), leaf: $0) }
    return own + children.flatMap { $0.state.allLeaves(prefix: LayerPath.join(prefix, $0.name)) }
  }
}

/// Paths of layers, parameters and state leaves: names joined by `/`, the root unnamed; copies of one
/// layer are distinguished by `[i]` behind the parent's name.
public enum LayerPath {
  /// The path of a child.
  public static func join(_ parent: String, _ child: String) -> String {
    if parent.isEmpty { return child }
    if child.isEmpty { return parent }
    return child.hasPrefix("[") ? parent + child : parent + "/" + child
  }

  /// Whether a path lies at or below a layer; all do at or below the root.
  public static func isInside(_ path: String, of layer: String) -> Bool {
    layer.isEmpty || path == layer || path.hasPrefix(layer + "/") || path.hasPrefix(layer + "[")
  }
}

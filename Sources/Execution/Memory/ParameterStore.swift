public import Tensors

/// The parameters of one model, shared by all its plans.
///
/// Not `Sendable`. Panels of weights are made once, in one layout that every plan reads.
public final class ParameterStore {
  private var tensors: [String: Tensor]
  private var packed: [PanelName: UnsafeMutableRawPointer] = [:]
  /// What the panels lie in.
  private var memories: [UnsafeMutableRawPointer] = []
  /// Rises with every change; executors then compute anew what they derived from parameters.
  public private(set) var version = 0

  private struct PanelName: Hashable {
    var name: String
    var layout: PanelLayout
  }

  /// Holds these tensors by name.
  public init(_ tensors: [String: Tensor] = [:]) { self.tensors = tensors }

  deinit {
    for memory in memories { AlignedMemory.free(memory) }
  }

  /// The tensor of that name.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      tensors[name] = newValue
      version += 1
      guard let newValue else { return }
      for (panel, memory) in packed where panel.name == name {
        ParameterStore.pack(newValue, panel.layout, to: memory)
      }
    }
  }

  /// All names, in alphabetical order.
  public var names: [String] { tensors.keys.sorted() }

  /// The bytes of all panels made so far.
  package var packedByteCount: Int { packed.keys.reduce(0) { $0 + $1.layout.byteCount } }

  /// The tensor of a parameter that a plan needs.
  func tensor(_ name: String, byteCount: Int) -> Tensor {
    guard let tensor = tensors[name] else {
      preconditionFailure("Parameter \(name) is missing.")
    }
    precondition(
      tensor.byteCount == byteCount, "Parameter \(name) has another type than planned.")
    return tensor
  }

  /// Makes those of the named panels that are not there yet, in one memory.
  func makePanels(
    _ wanted: [(name: String, layout: PanelLayout)], _ budget: MemoryBudget
  ) throws(MemoryError) {
    var missing: [PanelName] = []
    for (name, layout) in wanted {
      let panel = PanelName(name: name, layout: layout)
      if packed[panel] == nil, !missing.contains(panel) { missing.append(panel) }
    }
    guard !missing.isEmpty else { return }
    let sizes = missing.map { AlignedMemory.padded($0.layout.byteCount) }
    var memory = try AlignedMemory.allocate(
      sizes.reduce(0, +), budget, for: "the weights, packed for products,")
    memories.append(memory)
    for (panel, size) in zip(missing, sizes) {
      guard let tensor = tensors[panel.name] else {
        preconditionFailure("Parameter \(panel.name) is missing.")
      }
      ParameterStore.pack(tensor, panel.layout, to: memory)
      packed[panel] = memory
      memory += size
    }
  }

  /// Panels of a parameter that were made before.
  func panels(_ name: String, _ layout: PanelLayout) -> UnsafeMutableRawPointer {
    guard let known = packed[PanelName(name: name, layout: layout)] else {
      preconditionFailure("The panels of \(name) are made before they are used.")
    }
    return known
  }

  private static func pack(
    _ tensor: Tensor, _ layout: PanelLayout, to panels: UnsafeMutableRawPointer
  ) {
    tensor.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      layout.pack(
        base.assumingMemoryBound(to: Float.self), to: panels.assumingMemoryBound(to: Float.self))
    }
  }
}

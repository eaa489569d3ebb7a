import Programs
import Tensors

/// What the values of a program are to a writer: constants and broadcasts are written when an operator
/// needs them, and elementwise operators stretch their operands themselves.
struct OperandTable<Handle> {
  private let program: Program
  private var slots: [ValueID: Slot] = [:]
  private var written: [ValueID: Handle] = [:]

  /// What a value is before an operator needs it.
  enum Slot {
    case written(Handle)
    case constant(Tensor)
    /// A value to be stretched.
    case broadcast(of: ValueID)
  }

  init(_ program: Program) { self.program = program }

  subscript(id: ValueID) -> Slot {
    get {
      if let handle = written[id] { return .written(handle) }
      guard let slot = slots[id] else {
        preconditionFailure("Value \(id.index) is used before it is defined.")
      }
      return slot
    }
    set {
      slots[id] = newValue
      if case .written(let handle) = newValue { written[id] = handle }
    }
  }

  /// Remembers where a constant or broadcast was written.
  mutating func setWritten(_ id: ValueID, _ handle: Handle) { written[id] = handle }

  /// Makes a value another name of one that exists.
  mutating func define(_ id: ValueID, as other: ValueID) {
    slots[id] = slots[other]
    written[id] = written[other]
  }

  /// The elements of a value that is a constant.
  func constant(_ id: ValueID) -> Tensor? {
    if case .constant(let tensor) = slots[id] { tensor } else { nil }
  }

  /// Whether a value is a constant or a broadcast.
  func isStretchedOrConstant(_ id: ValueID) -> Bool {
    switch slots[id] {
    case .constant, .broadcast: true
    case .written, nil: false
    }
  }

  /// The values that an elementwise operator of this result takes: the operands of broadcasts, where
  /// together all still span the result.
  func stretched(_ ids: [ValueID], _ shape: Shape) -> [ValueID] {
    let thin = ids.map { source($0) }
    let shapes = thin.map { program[$0].shape }
    let common = shapes.dropFirst().reduce(shapes[0]) { Shape.broadcast($0, $1) ?? [] }
    return common == shape ? thin : [ids[0]] + thin.dropFirst()
  }

  private func source(_ id: ValueID) -> ValueID {
    if case .broadcast(let source) = slots[id] { self.source(source) } else { id }
  }
}

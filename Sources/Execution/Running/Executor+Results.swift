public import Programs
public import Tensors

// What the last run gave.
extension Executor {
  /// An output of the last run, which later runs leave as it is.
  ///
  /// - Precondition: `index` is a position in the program's outputs; a run has finished.
  public func output(_ index: Int) -> Tensor {
    guard let tensor = value(plan.program.outputs[index].value) else {
      preconditionFailure("Outputs are always kept.")
    }
    return tensor
  }

  /// All outputs of the last run, in program order.
  public var outputs: [Tensor] { plan.program.outputs.indices.map { output($0) } }

  /// A value of the last run, which later runs leave as it is; nil unless the plan keeps it.
  public func value(_ id: ValueID) -> Tensor? {
    guard let view = plan.schedule.values[id.index] else { return nil }
    if let region = plan.memory.regions[view.buffer],
      plan.memory.outputs[region].buffer == view.buffer,
      view.isWhole(of: plan.schedule.buffers[view.buffer])
    {
      return Tensor(storage: outputRegions[region], shape: view.shape, dtype: view.dtype)
    }
    return Tensor(view.dtype, shape: view.shape) { target in
      guard view.count > 0, let base = target.baseAddress else { return }
      let source = slots[view.buffer] + view.byteOffset
      view.copyElements(from: source, to: base)
    }
  }

  /// Where an output lies, found once for copies of many runs.
  package struct OutputPlace {
    fileprivate let view: BufferView
    fileprivate let isDense: Bool
    /// The bytes of its dense elements.
    package let byteCount: Int
    package let dtype: DType
    package let shape: Shape
    /// Equal for outputs that are the same value.
    package let value: Int
  }

  /// Finds the place of an output.
  ///
  /// - Precondition: `index` is a position in the program's outputs.
  package func place(ofOutput index: Int) -> OutputPlace {
    let id = plan.program.outputs[index].value
    guard let view = plan.schedule.values[id.index] else {
      preconditionFailure("Outputs are always kept.")
    }
    return OutputPlace(
      view: view, isDense: view.isDense, byteCount: view.byteCount, dtype: view.dtype,
      shape: view.shape, value: id.index)
  }

  /// Copies an output of the last run, dense and row-major.
  ///
  /// - Precondition: there is room for its bytes.
  @inline(__always)
  package func copyOutput(_ place: OutputPlace, to target: UnsafeMutableRawPointer) {
    guard place.byteCount > 0 else { return }
    let source = slots[place.view.buffer] + place.view.byteOffset
    if place.isDense {
      target.copyMemory(from: source, byteCount: place.byteCount)
    } else {
      place.view.copyElements(from: source, to: target)
    }
  }

  /// Calls `body` with the bytes of an output of the last run where they lie; nil where they are not
  /// dense.
  public func withOutputBytes<Result>(
    _ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result? {
    let id = plan.program.outputs[index].value
    guard let view = plan.schedule.values[id.index], view.isDense else { return nil }
    let start = UnsafeRawPointer(slots[view.buffer] + view.byteOffset)
    return try body(UnsafeRawBufferPointer(start: start, count: view.byteCount))
  }
}

import Layers
import Programs
import Tensors

/// The layer that a fault is put into, in the trace of a step: what goes in, what comes out, and what it keeps.
struct FaultedLayer {
  let fault: StepFault
  let place: LayerTrace.LayerPlace
  /// Values, mask and the imaginary part of complex values.
  let input: Sequence?
  let output: Sequence
  /// The program's inputs for the leaves of its state.
  let leaves: [Program.Input]
  /// The names of those that count positions: whole numbers, one a row.
  private let counters: Set<String>
  let inputTime: Int
  let outputTime: Int
  let rows: Int

  struct Sequence: Equatable {
    let values: ValueID
    let mask: ValueID
    let imaginary: ValueID?

    var ids: [ValueID] { [values, mask] + (imaginary.map { [$0] } ?? []) }
  }

  /// Finds the layer in a trace that shows what layers give; nil where it is not shown.
  init?(_ fault: StepFault, _ trace: LayerTrace) {
    let program = trace.program
    guard let place = trace.layers.first(where: { $0.path == fault.layer }),
      let output = Self.output(ProgramSignature.tap(fault.layer), program)
    else { return nil }
    self.fault = fault
    self.place = place
    self.output = output
    switch place.input {
    case .root: input = Self.input(ProgramSignature.input, program)
    case .output(let other): input = Self.output(ProgramSignature.tap(other), program)
    case .made: input = Self.output(ProgramSignature.tapInput(fault.layer), program)
    }
    leaves = program.inputs.filter { input in
      guard case .state = input.role else { return false }
      return fault.owns(input.name) && !StepFault.isMemory(input.name)
    }
    counters = Set(
      leaves.filter {
        program[$0.value].dtype.isInteger && program[$0.value].rank == 1
      }.map(\.name))
    rows = program[output.mask].shape[0]
    outputTime = program[output.mask].shape[1]
    inputTime = input.map { program[$0.mask].shape[1] } ?? 0
  }

  private static func input(
    _ names: ProgramSignature.SequenceNames, _ program: Program
  ) -> Sequence? {
    guard let values = program.input(named: names.values)?.value,
      let mask = program.input(named: names.mask)?.value
    else { return nil }
    return Sequence(
      values: values, mask: mask, imaginary: program.input(named: names.imaginary)?.value)
  }

  private static func output(
    _ names: ProgramSignature.SequenceNames, _ program: Program
  ) -> Sequence? {
    func value(_ name: String) -> ValueID? {
      program.outputs.first { $0.role == .tap && $0.name == name }?.value
    }
    guard let values = value(names.values), let mask = value(names.mask) else { return nil }
    return Sequence(values: values, mask: mask, imaginary: value(names.imaginary))
  }

  /// How many of its own outputs come late, beside what comes late to it.
  var ownLatency: Int {
    guard inputTime > 0 else { return 0 }
    return max(0, place.outputLatency - place.precedingLatency * outputTime / inputTime)
  }

  /// The same in timesteps of its input.
  var ownInputLatency: Int {
    guard outputTime > 0 else { return 0 }
    return (ownLatency * inputTime + outputTime - 1) / outputTime
  }

  /// The inputs of the program that are biases of the layer.
  func biases(_ program: Program) -> [Program.Input] {
    let used = Set(program.instructions.flatMap(\.operands))
    return program.inputs.filter { input in
      guard case .parameter = input.role else { return false }
      let name = input.name.split(separator: "/").last ?? ""
      return fault.isInside(input.name) && name == "bias" && used.contains(input.value)
    }
  }

  /// The leaves that are windows over time.
  var windows: [Program.Input] {
    leaves.filter { input in
      guard case .state(let kind) = input.role else { return false }
      return kind.windowAxis != nil
    }
  }

  /// Whether a leaf counts positions: one whole number a row.
  func isCounter(_ leaf: Program.Input) -> Bool { counters.contains(leaf.name) }
}

extension StateKind {
  /// The axis of a window that holds two entries or more.
  var windowAxis: Int? {
    guard case .window(let axis, let length) = self, length > 0 else { return nil }
    return axis
  }
}

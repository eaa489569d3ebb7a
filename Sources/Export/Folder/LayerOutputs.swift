import Programs

extension Program {
  /// The program without what is kept for inspection only.
  func withoutTaps() -> Program {
    var program = self
    program.outputs.removeAll { $0.role == .tap }
    return program.deadCodeEliminated()
  }

  /// The program without taps, and which of its values they were.
  ///
  /// What nothing but a tap needs is not computed for it: such a value is left out.
  func separatingTaps() -> (program: Program, layers: [LayerOutput]) {
    var live = Set(outputs.filter { $0.role != .tap }.map(\.value))
    for instruction in instructions.reversed()
    where instruction.results.contains(where: live.contains) {
      live.formUnion(instruction.operands)
    }
    var program = self
    program.outputs.removeAll { $0.role == .tap && !live.contains($0.value) }
    program = program.deadCodeEliminated()
    let taps = program.outputs.filter { $0.role == .tap }
    program.outputs.removeAll { $0.role == .tap }
    return (program, taps.map { LayerOutput(path: $0.name, value: $0.value) })
  }
}

/// A value of an exported program that is the output of a layer; files know it by the layer's path.
package struct LayerOutput {
  var path: String
  var value: ValueID
}

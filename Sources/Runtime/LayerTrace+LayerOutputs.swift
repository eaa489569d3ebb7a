import Layers
import Programs

extension LayerTrace {
  /// The program with the outputs of layers inside, under the paths of these, as its only taps.
  func namingTaps() -> Program {
    let paths = Dictionary(
      layers.map { (ProgramSignature.tap($0.path).values, $0.path) },
      uniquingKeysWith: { first, _ in first })
    var program = program
    program.outputs = program.outputs.compactMap { output in
      guard output.role == .tap else { return output }
      guard let path = paths[output.name], !path.isEmpty else { return nil }
      return .init(name: path, role: .tap, value: output.value)
    }
    return program
  }
}

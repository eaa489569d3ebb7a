import Layers
import Programs
import Tensors

/// What the layer-wise run of an input keeps, known before it is run.
struct RunDemand {
  /// The bytes of the outputs of all layers.
  private(set) var tapByteCount = 0
  /// The types of the outputs of all layers by path, and of the inputs that combinators make.
  private(set) var tapTypes: [String: ValueType] = [:]
  /// The bytes of all that layers emit, such as probabilities of every pair of timesteps.
  private(set) var emitByteCount = 0
  /// For every emit name the path of the layer that emits it.
  private(set) var emitters: [String: String] = [:]
  /// For every emit name its type.
  private(set) var emitTypes: [String: ValueType] = [:]

  /// Emits up to this size are kept with the layer-wise result; larger ones are computed when somebody
  /// looks at them.
  static let mostKeptEmitByteCount = 64 << 20

  /// Nothing, as of a layer that cannot be traced.
  init() {}

  init(_ trace: LayerTrace) {
    func byteCount(_ role: OutputRole) -> Int {
      trace.program.outputs.filter { $0.role == role }.reduce(0) { sum, output in
        let type = trace.program[output.value]
        return Rational.sum(sum, type.shape.byteCount(of: type.dtype))
      }
    }
    tapByteCount = byteCount(.tap)
    emitByteCount = byteCount(.emit)
    let taps = trace.program.outputs.filter { $0.role == .tap }
    let named = Dictionary(
      taps.map { ($0.name, trace.program[$0.value]) }, uniquingKeysWith: { first, _ in first })
    for place in trace.layers {
      for (key, names) in [
        (place.path, ProgramSignature.tap(place.path)),
        (LayerWisePieces.inputName(place.path), ProgramSignature.tapInput(place.path)),
      ] {
        guard var type = named[names.values] else { continue }
        if named[names.imaginary] != nil { type = ValueType(.complex64, type.shape) }
        tapTypes[key] = type
      }
    }
    emitters = trace.emitters
    emitTypes = Dictionary(
      trace.emits.compactMap { name in
        trace.program.outputs.first { $0.role == .emit && $0.name == "emit/\(name)" }
          .map { (name, trace.program[$0.value]) }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether emits are small enough to be kept with the layer-wise result.
  var keepsEmits: Bool { emitByteCount <= Self.mostKeptEmitByteCount }
}

"""What check.py adds: texts of new files, and edits of others as (regular expression, replacement)."""

# A layer that cubes its input.
LAYER = {
    "names": {"family": "pointwise", "Family": "Pointwise", "Layer": "Cube"},
    "edits": {
        "Protos/pointwise.proto": [(r"\Z", """
// The third power of every element.
message Cube {
  option (layer_number) = 999;

  // Scope of the parameters and key of the emits; absent: the place in the parent.
  optional string name = 1;
  // Multiplied with the result.
  optional double scale = 2 [default = 1.0];
}
""")],
        "Sources/Layers/Pointwise/Cube.swift": """public import Programs

/// The third power: `y = scale · x³`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; invalid timesteps stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
extension Cube: ElementwiseLayer {
  public var preservesZero: Bool { true }
  public func apply(_ x: Value) -> Value { (x * x * x).scaled(by: scale) }
}
""",
        "Tests/LayersTests/CubeTests.swift": """import Layers
import Testing

@Suite struct CubeTests {
  @Test("the scale is 1 unless it is given")
  func scale() { #expect(Cube().scale == 1) }
}
""",
    },
    # What nobody writes.
    "made": {
        "Protos/sequence_layers.proto": "    // The third power of every element.\n    Cube cube = 999;\n",
        "Sources/Layers/Config/Generated/Cube+Config.swift": "public struct Cube: ConfigRecord {",
        "Sources/Layers/Config/Generated/LayerRegistry+Entries.swift": ".layer(Cube.self),",
        "Sources/Layers/Config/Generated/LibrarySchema+Pointwise.swift": "message Cube layer cube 999\n",
        "Sources/Layers/Config/Generated/LayerFacts+Pointwise.swift": "layer Cube\n",
        "README.md": "| `Cube` | The third power of every element | stateless |\n",
    },
}

# The elementwise function x³.
LISTS = (r"\.sqrt, \.rsqrt\b", ".sqrt, .cube, .rsqrt")
OPERATION = {
    "names": {},
    "case": {
        "Sources/Programs/Ops/ElementwiseOps.swift": [
            (r"  /// The greatest whole number", "  /// `x³`.\n  case cube\n  /// The greatest whole number")],
        "Sources/Export/Legalize/Program+Legalized.swift": [(r"\.rsqrt\b", ".rsqrt, .cube")],
    },
    "listed": {
        "Sources/Programs/Simplify/Op+Exact.swift": [LISTS],
        "Sources/Programs/ShapeRules/ElementwiseRules.swift": [LISTS],
        "Sources/Programs/Differentiate/Activity.swift": [LISTS],
        "Sources/Programs/Differentiate/Pullback+Elementwise.swift": [
            (r"( +)case \.rsqrt:", r"\1case .cube:\n\1  let x = operand(0)\n"
             r"\1  return g * (x * x).scaled(by: 3)\n\1case .rsqrt:")],
        "Sources/Programs/Reference/ReferenceElementwise.swift": [
            LISTS, (r"  case \.rsqrt:", "  case .cube: return x * x * x\n  case .rsqrt:")],
        "Sources/Execution/Kernels/GenericElementwiseKernel.swift": [LISTS],
        "Sources/Execution/Kernels/ElementwiseFunction+Code.swift": [
            LISTS, (r"    case \.not: nil", "    case .not, .cube: nil")],
        "Sources/Execution/Kernels/Arithmetic.swift": [
            (r"    case \.rsqrt:", "    case .cube: return self * self * self\n    case .rsqrt:")],
        "Sources/Export/Legalize/ExpandFunctions.swift": [
            (r"    case \.rsqrt:", "    case .cube: return self * self * self\n    case .rsqrt:")],
        "Sources/Export/Legalize/SignedWords.swift": [LISTS],
        "Sources/Export/ONNX/ONNXKinds.swift": [(r"\.log1p, \.rsqrt", ".log1p, .cube, .rsqrt")],
        "Sources/Export/LiteRT/LiteRTOperator+Elementwise.swift": [(r"\.erf, \.rsqrt", ".erf, .cube, .rsqrt")],
        "Sources/Export/StableHLO/StableHLOText.swift": [(r"\.erf, \.rsqrt", ".erf, .cube, .rsqrt")],
    },
}

# A command that says how many layers the stack has.
COMMAND = {
    "names": {"Command": "Size"},
    "edits": {
        "Sources/Sessions/Commands/SizeCommand.swift": """/// `size`: how many layers there are.
struct SizeCommand: Command {
  let name = "size"
  let usage = "size"
  let summary = "Says how many layers the stack has."
  let isRecorded = false
  let examples = ["size"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    let (_, tree) = try session.requireTree()
    return CommandOutput("\\(tree.nodes.count) layers")
  }
}
""",
        "Sources/Sessions/Commands/Command.swift": [
            (r"\[HelpCommand\(\), ", "[SizeCommand(), HelpCommand(), ")],
    },
}

import Programs
import Serialization

/// What an export says about itself: how to feed its functions, and how they may differ from ours.
struct Manifest {
  var model: ExportModel
  var options: ExportOptions
  var functions: [ExportedFunction]
  var files: [String]

  /// The format of this document.
  static let format = 1

  var json: JSONValue {
    let facts = model.facts
    return .object([
      .init("format", .integer(Self.format)), .init("target", .string(options.target.rawValue)),
      .init("weights", .string(options.weights.rawValue)),
      .init("version", .string(facts.version)), .init("numerics", .integer(facts.numerics)),
      .init("spec", .string(facts.spec)), .init("batch", .integer(facts.batch)),
      .init("block_size", .integer(facts.blockSize)),
      .init("input_latency", .integer(facts.inputLatency)),
      .init("output_latency", .integer(facts.outputLatency)),
      .init("output_ratio", .string(facts.outputRatio)),
      .init("step_obstacle", facts.stepObstacle.map(JSONValue.string) ?? .null),
      .init("cache_capacity", facts.cacheCapacity.map(JSONValue.integer) ?? .null),
      .init("tolerance", .number(tolerance)),
      .init("deviations", .array(deviations.map(JSONValue.string))),
      .init("signatures", .array(functions.map(\.json))),
      .init("files", .array(files.map(JSONValue.string))),
    ])
  }

  /// How far a result may be from ours, as a share of the largest number of its tensor.
  private var tolerance: Double {
    let isLow = functions.contains {
      $0.function.program.types.contains { $0.dtype.isLowPrecision }
    }
    return max(isLow ? 2e-2 : 2e-5, options.weights.tolerance)
  }

  /// What runtimes do otherwise.
  private var deviations: [String] {
    switch options.target {
    case .liteRT:
      [
        "NaN at valid timesteps may be lost: XNNPACK's EXP(NaN) is 0, and MAXIMUM keeps NaN only "
          + "of its second operand.",
        "Numbers below 1.2e-38 are 0 under XNNPACK; without it ADD, SUB, MUL, DIV and convolutions "
          + "clamp infinities to 3.4e38.",
        "bfloat16 and float16 are float32 values rounded after every operation; inputs and outputs "
          + "are float32.",
      ]
    case .onnx:
      [
        "NaN at valid timesteps may be lost by ReduceMax, ReduceMin and LSTM.",
        "bfloat16 and float16 are float32 values rounded after every operation; inputs and outputs "
          + "are float32.",
      ]
    case .stableHLO: ["XLA on CPU takes numbers below 1.2e-38 for 0."]
    }
  }
}

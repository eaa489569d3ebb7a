import Export
import Layers
import Programs
import Runtime
import Tensors
import Testing

/// A timestep of an LSTM is the operator that ONNX has for it.
@Suite("Fused LSTM")
struct FuseLSTMTests {
  static let layers: [(name: String, layer: any SequenceLayer)] = [
    ("LSTM", LSTM(units: 5)), ("LSTM without bias", LSTM(units: 3, useBias: false)),
    ("RNN", RNN(cell: .lstm(RNNCell.Lstm(units: 4)))),
  ]

  private func exported(_ layer: any SequenceLayer, rows: Int) throws -> ExportModel {
    let numbers = (0..<rows * 6 * 3).map { Float(($0 * 37) % 19) / 8 - 1 }
    let mask = (0..<rows * 6).map { $0 % 5 != 3 }
    let x = try SequenceTensor(
      values: Tensor(numbers, shape: [rows, 6, 3]), mask: Tensor(mask, shape: [rows, 6]))
    let model = try Model(layer, input: x.channelSpec, seed: 3, time: 6)
    return try model.exported(ExportRequest(input: x, blocks: [1, 4]))
  }

  private func fusedCount(_ program: Program) -> Int {
    program.instructions.count { instruction in
      if case .composite(let composite) = instruction.op { composite.known == nil } else { false }
    }
  }

  @Test("with its products, and the state kept at invalid timesteps", arguments: 0..<3, [1, 4])
  func step(index: Int, rows: Int) throws {
    let (name, layer) = Self.layers[index]
    let model = try exported(layer, rows: rows)
    let step = try #require(model.functions.first { $0.name == "step" })
    let legal = try step.program.legalized(for: .onnx) { model.parameters[$0] }
    #expect(fusedCount(legal) == 1, "\(name)")
    for run in step.runs {
      let inputs = legal.inputs.compactMap { input in
        run.inputs[step.program.inputs.firstIndex { $0.name == input.name } ?? 0]
      }
      let results = try ReferenceEvaluator.evaluate(legal, inputs: inputs)
      for (index, want) in run.outputs.enumerated() where want.dtype == .float32 {
        // States everywhere; the output is NaN nowhere either, since it is the state.
        #expect(results[index].distance(to: want) <= 1e-6, "\(name)")
      }
    }
  }

  @Test("but not where a loop takes the products of all timesteps at once", arguments: 0..<3)
  func loops(index: Int) throws {
    let model = try exported(Self.layers[index].layer, rows: 2)
    for function in model.functions where function.name != "step" {
      let legal = try function.program.legalized(for: .onnx) { model.parameters[$0] }
      #expect(fusedCount(legal) == 0, "\(function.name)")
    }
  }

  @Test("and in no other format", arguments: [ExportTarget.liteRT, .stableHLO])
  func others(target: ExportTarget) throws {
    let model = try exported(LSTM(units: 5), rows: 1)
    let step = try #require(model.functions.first { $0.name == "step" })
    #expect(fusedCount(try step.program.legalized(for: target) { model.parameters[$0] }) == 0)
  }
}

import Execution
import Layers
import Runtime
import Tensors
import Testing

/// Making a model, a stream or the plan of a run ends when it is cancelled, before anything has run.
@Suite struct CancelledModelTests {
  private let layers = Serial((0..<20).map { _ in Dense(features: 3) })

  private func expectCancelled(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    let error = #expect(throws: RuntimeError.self, sourceLocation: sourceLocation) { try body() }
    #expect(error?.code == .cancelled, sourceLocation: sourceLocation)
  }

  @Test("tracing, drawing and planning are refused while a stop is asked for")
  func cancelled() throws {
    let cancel = CancelFlag()
    let model = try Model(layers, input: ChannelSpec([3]), seed: 1)
    let x = try SequenceTensor(values: Tensor(repeating: 1, shape: [1, 2, 3]))
    cancel.raise()
    expectCancelled { _ = try Model(layers, input: ChannelSpec([3]), cancel: cancel) }
    expectCancelled { try model.initializeParameters(seed: 2, cancel: cancel) }
    expectCancelled { _ = try model.makeStream(cancel: cancel) }
    expectCancelled { _ = try model.layer(x, options: RunOptions(cancel: cancel)) }
    cancel.lower()
    #expect(try model.layer(x, options: RunOptions(cancel: cancel)).y.time == 2)
  }

  @Test("given parameters are kept, others are drawn as they always are")
  func givenParameters() throws {
    let drawn = try Model(layers, input: ChannelSpec([3]), seed: 5)
    let path = "layers_4/kernel"
    let kernel = Tensor(repeating: 2, shape: [3, 3])
    let given = [path: kernel, "layers_5/kernel": Tensor(repeating: 2, shape: [1, 3])]
    let model = try Model(layers, input: ChannelSpec([3]), parameters: given, seed: 5)
    for spec in model.parameterSpecs {
      let want = spec.path == path ? kernel : drawn[parameter: spec.path]
      #expect(want.map { model[parameter: spec.path]?.bitsEqual($0) == true } == true)
    }
  }
}

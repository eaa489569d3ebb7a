import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// The layers that tests of combinators put inside.
@Suite struct TestDoubleTests {
  private let x = Result { try SequenceTensor(values: Tensor(repeating: 1, shape: [2, 3, 4])) }

  @Test("a combinator around a layer that cannot step cannot step either")
  func nonSteppable() throws {
    for stack: any SequenceLayer in [
      Serial([Tanh(), NonSteppableLayer()]), Residual([NonSteppableLayer()]),
      Repeat(NonSteppableLayer(), numRepeats: 2),
    ] {
      #expect(!stack.supportsStep)
      let model = try Model(stack, input: ChannelSpec([4]))
      #expect(try model.layer(x.get()).y.time == 3)
      #expect(throws: LayerError.self) { try model.makeStream(batch: 2) }
    }
  }

  @Test("combinators hand constants on")
  func constants() throws {
    let given: Constants = ["test": .array(Tensor(repeating: 1, shape: [2]))]
    for stack: any SequenceLayer in [
      Serial([AssertConstantsLayer()]), Residual([AssertConstantsLayer()]),
      Parallel([AssertConstantsLayer(), Tanh()], combination: .add),
      Repeat(AssertConstantsLayer(), numRepeats: 2),
      Bidirectional(forward: AssertConstantsLayer(), backward: AssertConstantsLayer()),
    ] {
      let model = try Model(stack, input: ChannelSpec([4]), constants: given.specs)
      _ = try model.layer(x.get(), constants: given)
      if stack.supportsStep {
        _ = try model.makeStream(batch: 2, constants: given).step(x.get())
      }
      let error = #expect(throws: LayerError.self) { try Model(stack, input: ChannelSpec([4])) }
      #expect(error?.code == .invalidConstant)
    }
  }
}

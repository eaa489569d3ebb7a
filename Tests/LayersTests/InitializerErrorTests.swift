import Layers
import Runtime
import Tensors
import Testing

@Suite struct InitializerErrorTests {
  /// First values that do not fit, and what the user reads.
  struct Case: CustomTestStringConvertible, Sendable {
    var initializer: Initializer
    var message: String
    var testDescription: String { message }
  }

  static let cases: [Case] = [
    .init(
      initializer: .orthogonal(columnAxis: 1),
      message: "dense (parameter): found dense/bias with orthogonal columns on axis 1, "
        + "expected an axis of its shape [2]"),
    .init(
      initializer: .tensor(TensorConstant(shape: [3], values: [1, 2, 3])),
      message: "dense (parameter): found dense/bias with 3 first values, "
        + "expected 1, or 2 for its shape [2]"),
  ]

  @Test("first values that do not fit a parameter are refused", arguments: cases)
  func mistake(_ item: Case) {
    let stack = Serial([Dense(features: 2, biasInit: item.initializer, name: "dense")])
    let error = #expect(throws: LayerError.self) { try Model(stack, input: ChannelSpec([4])) }
    #expect(error?.description == item.message)
  }
}

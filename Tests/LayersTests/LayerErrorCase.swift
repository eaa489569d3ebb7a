import Layers
import Tensors
import Testing

/// A mistake, and what the user reads about it.
struct LayerErrorCase: CustomTestStringConvertible, Sendable {
  var layer: any SequenceLayer
  var input: ChannelSpec
  var message: String

  /// The layer stands second in a `Serial`, so that the message must say where.
  init(_ layer: any SequenceLayer, _ input: ChannelSpec, _ message: String) {
    self.layer = layer
    self.input = input
    self.message = message
  }

  var testDescription: String { message }

  func check(
    constants: ConstantSpecs = [:], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let stack = Serial([Identity(), layer])
    do {
      let spec = try stack.outputSpec(for: input, constants: constants)
      Issue.record(
        "\(layer.typeName) accepted \(input) and gave \(spec)", sourceLocation: sourceLocation)
    } catch {
      #expect(error.path == "layers_1", sourceLocation: sourceLocation)
      #expect(error.description == "layers_1 " + message, sourceLocation: sourceLocation)
    }
  }
}

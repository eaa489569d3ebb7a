import Programs
import Tensors

/// An attribute of an ONNX node.
enum ONNXAttribute {
  case int(Int)
  case ints([Int])
  case text(String)
  case graph(ONNXGraph)
}

/// An ONNX graph under construction.
struct ONNXGraph {
  var name: String
  private var nodes: [Node] = []
  private var inputs: [WireMessage] = []
  private var outputs: [WireMessage] = []
  private var constants: [WireMessage] = []

  /// The names that values have in the file instead of those that nodes were added with.
  private var finalNames: [String: String] = [:]

  private struct Node {
    var kind: String
    var inputs: [String]
    var outputs: [String]
    var name: String
    var attributes: [(String, ONNXAttribute)]
  }

  /// How many nodes there are.
  var nodeCount: Int { nodes.count }

  init(name: String) { self.name = name }

  mutating func addInput(_ name: String, _ code: Int, _ shape: Shape) {
    inputs.append(Self.info(name, code, shape))
  }

  mutating func addOutput(_ name: String, _ code: Int, _ shape: Shape) {
    outputs.append(Self.info(name, code, shape))
  }

  mutating func addConstant(_ name: String, _ code: Int, _ tensor: Tensor) {
    var message = WireMessage()
    for extent in tensor.shape { message.add(1, extent) }
    message.add(2, code)
    message.add(8, name)
    message.add(9, tensor)
    constants.append(message)
  }

  mutating func addNode(
    _ kind: String, _ inputs: [String], _ outputs: [String], name: String,
    _ attributes: [(String, ONNXAttribute)]
  ) {
    nodes.append(
      Node(kind: kind, inputs: inputs, outputs: outputs, name: name, attributes: attributes))
  }

  /// Gives the result of a node the name under which callers find it.
  mutating func rename(_ value: String, to name: String) { finalNames[value] = name }

  /// Whether a node of this graph gives a value that has no final name yet.
  func canRename(_ value: String) -> Bool {
    finalNames[value] == nil && nodes.contains { $0.outputs.contains(value) }
  }

  /// The message, with names that an enclosing graph gave.
  func message(_ outerNames: [String: String] = [:]) -> WireMessage {
    let names = outerNames.merging(finalNames) { $1 }
    var graph = WireMessage()
    for node in nodes { graph.add(1, Self.message(node, names)) }
    graph.add(2, name)
    for constant in constants { graph.add(5, constant) }
    for input in inputs { graph.add(11, input) }
    for output in outputs { graph.add(12, output) }
    return graph
  }

  private static func message(_ node: Node, _ names: [String: String]) -> WireMessage {
    var message = WireMessage()
    for input in node.inputs { message.add(1, names[input] ?? input) }
    for output in node.outputs { message.add(2, names[output] ?? output) }
    if !node.name.isEmpty { message.add(3, node.name) }
    message.add(4, node.kind)
    for (name, value) in node.attributes { message.add(5, attribute(name, value, names)) }
    return message
  }

  /// The file of a model with this graph: IR version 8, opset 18.
  func model(metadata: [(String, String)]) -> ByteStream {
    var model = WireMessage()
    model.add(1, 8)
    model.add(2, "Sequence Workbench")
    model.add(7, message())
    var opset = WireMessage()
    opset.add(2, 18)
    model.add(8, opset)
    for (key, value) in metadata {
      var entry = WireMessage()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry)
    }
    return model.stream
  }

  private static func attribute(
    _ name: String, _ attribute: ONNXAttribute, _ names: [String: String]
  ) -> WireMessage {
    var message = WireMessage()
    message.add(1, name)
    switch attribute {
    case .int(let value):
      message.add(3, value)
      message.add(20, 2)
    case .ints(let values):
      for value in values { message.add(8, value) }
      message.add(20, 7)
    case .text(let text):
      message.add(4, text)
      message.add(20, 3)
    case .graph(let graph):
      message.add(6, graph.message(names))
      message.add(20, 5)
    }
    return message
  }

  private static func info(_ name: String, _ code: Int, _ shape: Shape) -> WireMessage {
    var dimensions = WireMessage()
    for extent in shape {
      var dimension = WireMessage()
      dimension.add(1, extent)
      dimensions.add(1, dimension)
    }
    var tensor = WireMessage()
    tensor.add(1, code)
    tensor.add(2, dimensions)
    var type = WireMessage()
    type.add(1, tensor)
    var info = WireMessage()
    info.add(1, name)
    info.add(2, type)
    return info
  }
}

extension DType {
  /// The number of a dtype in ONNX; nil for complex numbers, which are pairs.
  var onnxCode: Int? {
    switch self {
    case .float32: 1
    case .uint8: 2
    case .int8: 3
    case .int16: 5
    case .int32: 6
    case .int64: 7
    case .bool: 9
    case .float16: 10
    case .float64: 11
    case .uint32: 12
    case .bfloat16: 16
    case .complex64: nil
    }
  }
}

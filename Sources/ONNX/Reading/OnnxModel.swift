package import Tensors

/// An ONNX model as its file states it; weights are slices of the file until they are needed.
///
/// - Source: onnx/onnx.proto.
package struct OnnxModel: Sendable {
  /// The operator set of every domain; that of ONNX itself is the empty one.
  package var opsets: [String: Int] = [:]
  package var producer = ""
  package var graph = OnnxGraphBody()
  /// What the exporter says of the model, in its order.
  package var metadata: [(key: String, value: String)] = []
  /// Functions that nodes call, by domain and name.
  var functions: [String: OnnxFunction] = [:]

  /// The operator set of ONNX itself.
  package var opset: Int { opsets[""] ?? opsets["ai.onnx"] ?? 1 }
}

/// The nodes of a model, of a branch or of the body of a loop.
package struct OnnxGraphBody: Sendable {
  package var name = ""
  package var nodes: [OnnxNode] = []
  package var initializers: [OnnxTensor] = []
  package var inputs: [OnnxValueInfo] = []
  package var outputs: [OnnxValueInfo] = []
}

/// One operation of a graph.
package struct OnnxNode: Sendable {
  package var name = ""
  package var op = ""
  package var domain = ""
  package var inputs: [String] = []
  package var outputs: [String] = []
  package var attributes: [String: OnnxAttribute] = [:]
  package var metadata: [String: String] = [:]

  /// The operator with its domain, as people write it.
  package var operation: String {
    domain.isEmpty || domain == "ai.onnx" ? op : "\(domain)::\(op)"
  }
}

/// A setting of a node.
package enum OnnxAttribute: Sendable {
  case int(Int)
  case float(Double)
  case string(String)
  case ints([Int])
  case floats([Double])
  case strings([String])
  case tensor(OnnxTensor)
  case graph(OnnxGraphBody)
  /// Inside a function: the attribute of the call with that name.
  case reference(String)
  /// A kind that no supported operator has.
  case other
}

/// An input or output: name, element type and extents.
package struct OnnxValueInfo: Hashable, Sendable {
  /// An extent: a number, or a name for one that is free.
  package enum Extent: Hashable, Sendable {
    case fixed(Int)
    case free(String)

    /// The number, if it is one.
    package var fixed: Int? {
      if case .fixed(let extent) = self { extent } else { nil }
    }
  }

  package var name = ""
  /// The number of the element type in the format.
  package var elementType = 0
  /// Nil where the file does not say.
  package var shape: [Extent]?

  package init(name: String = "", elementType: Int = 0, shape: [Extent]? = nil) {
    (self.name, self.elementType, self.shape) = (name, elementType, shape)
  }
}

/// A sequence of nodes that other nodes call.
struct OnnxFunction: Sendable {
  var name = ""
  var domain = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var defaults: [String: OnnxAttribute] = [:]
  var nodes: [OnnxNode] = []
}

/// A stored array: where its bytes lie.
package struct OnnxTensor: Sendable {
  /// Where the elements are.
  enum Data: Sendable {
    /// Little-endian bytes in the model file.
    case slice(Range<Int>)
    /// Numbers of one of the typed fields.
    case numbers([UInt64], isFloat: Bool)
    /// A part of another file in the folder of the model.
    case external(file: String, offset: Int, length: Int?)
  }

  package var name = ""
  package var shape: Shape = []
  package var elementType = 0
  var data = Data.numbers([], isFloat: false)
}

import Foundation

/// Writes small ONNX models: the wire format of protobuf, as far as the tests need it.
struct OnnxWriter {
  private(set) var bytes: [UInt8] = []

  init() {}

  mutating func varint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func int(_ field: Int, _ number: Int) {
    varint(UInt64(field << 3))
    varint(UInt64(bitPattern: Int64(number)))
  }

  mutating func bytes(_ field: Int, _ payload: [UInt8]) {
    varint(UInt64(field << 3 | 2))
    varint(UInt64(payload.count))
    bytes += payload
  }

  mutating func text(_ field: Int, _ text: String) { bytes(field, Array(text.utf8)) }

  mutating func message(_ field: Int, _ body: (inout OnnxWriter) -> Void) {
    var inner = OnnxWriter()
    body(&inner)
    bytes(field, inner.bytes)
  }
}

/// A small ONNX model in the making.
struct OnnxFixture {
  enum Extent {
    case fixed(Int)
    case free(String)
  }

  enum Attribute {
    case int(Int)
    case ints([Int])
    case float(Float)
    case string(String)
  }

  private var graph = OnnxWriter()
  private var functions: [[UInt8]] = []
  private var metadata: [(String, String)] = []
  var opset = 17

  mutating func node(
    _ op: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    _ attributes: [(String, Attribute)] = []
  ) {
    graph.message(1) { Self.write(op, inputs, outputs, name, domain, attributes, &$0) }
  }

  /// An If whose branches are the nodes and weights of other models, with their outputs in order.
  mutating func branch(
    _ condition: String, _ outputs: [String], name: String, then first: OnnxFixture,
    else second: OnnxFixture
  ) {
    graph.message(1) { node in
      node.text(1, condition)
      for output in outputs { node.text(2, output) }
      node.text(3, name)
      node.text(4, "If")
      for (name, branch) in [("then_branch", first), ("else_branch", second)] {
        node.message(5) { attribute in
          attribute.text(1, name)
          attribute.bytes(6, branch.graph.bytes)
          attribute.int(20, 5)
        }
      }
    }
  }

  private static func write(
    _ op: String, _ inputs: [String], _ outputs: [String], _ name: String, _ domain: String,
    _ attributes: [(String, Attribute)], _ node: inout OnnxWriter
  ) {
    for input in inputs { node.text(1, input) }
    for output in outputs { node.text(2, output) }
    node.text(3, name)
    node.text(4, op)
    for (name, value) in attributes {
      node.message(5) { attribute in
        attribute.text(1, name)
        switch value {
        case .int(let number):
          attribute.int(3, number)
          attribute.int(20, 2)
        case .ints(let numbers):
          for number in numbers { attribute.int(8, number) }
          attribute.int(20, 7)
        case .float(let number):
          attribute.varint(2 << 3 | 5)
          for shift in [0, 8, 16, 24] {
            attribute.append(UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(shift)))
          }
          attribute.int(20, 1)
        case .string(let text):
          attribute.text(4, text)
          attribute.int(20, 3)
        }
      }
    }
    node.text(7, domain)
  }

  mutating func weight(_ name: String, _ shape: [Int], _ values: [Float]) {
    graph.message(5) { tensor in
      for extent in shape { tensor.int(1, extent) }
      tensor.int(2, 1)
      tensor.text(8, name)
      tensor.bytes(9, values.withUnsafeBytes { Array($0) })
    }
  }

  mutating func integers(_ name: String, _ shape: [Int], _ values: [Int64]) {
    graph.message(5) { tensor in
      for extent in shape { tensor.int(1, extent) }
      tensor.int(2, 7)
      tensor.text(8, name)
      tensor.bytes(9, values.withUnsafeBytes { Array($0) })
    }
  }

  /// A weight whose data is said to lie in another file.
  mutating func external(_ name: String, _ shape: [Int], file: String, offset: Int = 0) {
    graph.message(5) { tensor in
      for extent in shape { tensor.int(1, extent) }
      tensor.int(2, 1)
      tensor.text(8, name)
      for (key, value) in [("location", file), ("offset", "\(offset)")] {
        tensor.message(13) { pair in
          pair.text(1, key)
          pair.text(2, value)
        }
      }
      tensor.int(14, 1)
    }
  }

  mutating func input(_ name: String, _ shape: [Extent], type: Int = 1) {
    graph.message(11) { Self.info(name, shape, type, &$0) }
  }

  mutating func output(_ name: String, _ shape: [Extent], type: Int = 1) {
    graph.message(12) { Self.info(name, shape, type, &$0) }
  }

  mutating func note(_ key: String, _ value: String) { metadata.append((key, value)) }

  private static func info(
    _ name: String, _ shape: [Extent], _ type: Int, _ info: inout OnnxWriter
  ) {
    info.text(1, name)
    info.message(2) { outer in
      outer.message(1) { tensor in
        tensor.int(1, type)
        tensor.message(2) { list in
          for extent in shape {
            list.message(1) { dimension in
              switch extent {
              case .fixed(let number): dimension.int(1, number)
              case .free(let name): dimension.text(2, name)
              }
            }
          }
        }
      }
    }
  }

  /// A function of another domain that nodes call.
  mutating func function(
    _ name: String, domain: String, inputs: [String], outputs: [String],
    nodes: [(op: String, domain: String, inputs: [String], outputs: [String])]
  ) {
    var writer = OnnxWriter()
    writer.text(1, name)
    for input in inputs { writer.text(4, input) }
    for output in outputs { writer.text(5, output) }
    for node in nodes {
      writer.message(7) { Self.write(node.op, node.inputs, node.outputs, "", node.domain, [], &$0) }
    }
    writer.text(10, domain)
    functions.append(writer.bytes)
  }

  /// The bytes of the model file.
  var bytes: [UInt8] {
    var model = OnnxWriter()
    model.int(1, 8)
    model.text(2, "fixture")
    model.bytes(7, graph.bytes)
    model.message(8) { set in
      set.text(1, "")
      set.int(2, opset)
    }
    for (key, value) in metadata {
      model.message(14) { pair in
        pair.text(1, key)
        pair.text(2, value)
      }
    }
    for function in functions { model.bytes(25, function) }
    return model.bytes
  }
}

extension OnnxWriter {
  fileprivate mutating func append(_ byte: UInt8) { bytes.append(byte) }
}

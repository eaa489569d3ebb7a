import Serialization

/// Reads the structure of an ONNX model, all but the weights.
struct ModelReader {
  /// More nodes, values or attributes than this are refused.
  private static let most = 1 << 20

  let pages: FilePages

  init(_ file: ByteFile) { pages = FilePages(file) }

  func model() throws -> OnnxModel {
    var reader = WireReader(pages, 0..<pages.file.count)
    var model = OnnxModel()
    var hasGraph = false
    while let (field, payload) = try reader.next() {
      switch (field, payload) {
      case (2, .bytes(let part)): model.producer = try reader.string(part)
      case (7, .bytes(let part)):
        model.graph = try graph(reader.inside(part))
        hasGraph = true
      case (8, .bytes(let part)):
        let (domain, version) = try opset(reader.inside(part))
        model.opsets[domain] = version
      case (14, .bytes(let part)): model.metadata.append(try pair(reader.inside(part)))
      case (20, .bytes(let part)) where !part.isEmpty:
        throw unsupported("training information")
      case (25, .bytes(let part)):
        let function = try function(reader.inside(part))
        model.functions["\(function.domain)::\(function.name)"] = function
      default: break
      }
    }
    guard hasGraph else {
      throw OnnxError(
        .damaged, pages.file.path, found: "no graph", expected: "an ONNX model",
        suggestion: "the file is damaged, or is of another kind")
    }
    return model
  }

  private func graph(_ start: WireReader) throws -> OnnxGraphBody {
    var reader = start
    var graph = OnnxGraphBody()
    while let (field, payload) = try reader.next() {
      guard case .bytes(let part) = payload else { continue }
      switch field {
      case 1: graph.nodes.append(try node(reader.inside(part)))
      case 2: graph.name = try reader.string(part)
      case 5: graph.initializers.append(try tensor(reader.inside(part)))
      case 11: graph.inputs.append(try valueInfo(reader.inside(part)))
      case 12: graph.outputs.append(try valueInfo(reader.inside(part)))
      case 15: throw unsupported("sparse weights")
      default: break
      }
      guard graph.nodes.count + graph.initializers.count <= Self.most else {
        throw OnnxError(
          .limit, pages.file.path, found: "more than \(Self.most) nodes and weights")
      }
    }
    return graph
  }

  private func node(_ start: WireReader) throws -> OnnxNode {
    var reader = start
    var node = OnnxNode()
    while let (field, payload) = try reader.next() {
      guard case .bytes(let part) = payload else { continue }
      switch field {
      case 1: node.inputs.append(try reader.string(part))
      case 2: node.outputs.append(try reader.string(part))
      case 3: node.name = try reader.string(part)
      case 4: node.op = try reader.string(part)
      case 5:
        let (name, value) = try attribute(reader.inside(part))
        node.attributes[name] = value
      case 7: node.domain = try reader.string(part)
      case 9:
        let (key, value) = try pair(reader.inside(part))
        node.metadata[key] = value
      default: break
      }
    }
    return node
  }

  private func attribute(_ start: WireReader) throws -> (String, OnnxAttribute) {
    var reader = start
    var name = ""
    var type = 0
    var value = OnnxAttribute.other
    var ints: [Int] = []
    var floats: [Double] = []
    var strings: [String] = []
    while let (field, payload) = try reader.next() {
      switch (field, payload) {
      case (1, .bytes(let part)): name = try reader.string(part)
      case (2, .number(let bits)): value = .float(Self.single(bits))
      case (3, .number(let bits)): value = .int(Int(truncatingIfNeeded: bits))
      case (4, .bytes(let part)): value = .string(try reader.string(part))
      case (5, .bytes(let part)): value = .tensor(try tensor(reader.inside(part)))
      case (6, .bytes(let part)): value = .graph(try graph(reader.inside(part)))
      case (7, _): floats += try numbers(reader, payload, width: 4).map(Self.single)
      case (8, _): ints += try numbers(reader, payload).map { Int(truncatingIfNeeded: $0) }
      case (9, .bytes(let part)): strings.append(try reader.string(part))
      case (20, .number(let number)): type = Int(truncatingIfNeeded: number)
      case (21, .bytes(let part)): value = .reference(try reader.string(part))
      default: break
      }
    }
    // The type distinguishes an empty list from an absent one, and a zero, which is left out, from nothing.
    switch (type, value) {
    case (_, .reference): break
    case (7, _): value = .ints(ints)
    case (6, _): value = .floats(floats)
    case (8, _): value = .strings(strings)
    case (1, .other): value = .float(0)
    case (2, .other): value = .int(0)
    case (3, .other): value = .string("")
    case (0, .other):
      value =
        !ints.isEmpty ? .ints(ints) : !floats.isEmpty ? .floats(floats) : .strings(strings)
    default: break
    }
    return (name, value)
  }

  private func function(_ start: WireReader) throws -> OnnxFunction {
    var reader = start
    var function = OnnxFunction()
    while let (field, payload) = try reader.next() {
      guard case .bytes(let part) = payload else { continue }
      switch field {
      case 1: function.name = try reader.string(part)
      case 4: function.inputs.append(try reader.string(part))
      case 5: function.outputs.append(try reader.string(part))
      case 7: function.nodes.append(try node(reader.inside(part)))
      case 10: function.domain = try reader.string(part)
      case 11:
        let (name, value) = try attribute(reader.inside(part))
        function.defaults[name] = value
      default: break
      }
    }
    return function
  }

  private func opset(_ start: WireReader) throws -> (String, Int) {
    var reader = start
    var result = ("", 1)
    while let (field, payload) = try reader.next() {
      switch (field, payload) {
      case (1, .bytes(let part)): result.0 = try reader.string(part)
      case (2, .number(let version)): result.1 = Int(truncatingIfNeeded: version)
      default: break
      }
    }
    return result
  }

  func pair(_ start: WireReader) throws -> (key: String, value: String) {
    var reader = start
    var result = (key: "", value: "")
    while let (field, payload) = try reader.next() {
      guard case .bytes(let part) = payload else { continue }
      if field == 1 { result.key = try reader.string(part) }
      if field == 2 { result.value = try reader.string(part) }
    }
    return result
  }

  static func single(_ bits: UInt64) -> Double {
    Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
  }

  private func unsupported(_ what: String) -> OnnxError {
    OnnxError(
      .unsupported, pages.file.path, found: what,
      expected: "a model for inference, of dense weights")
  }
}

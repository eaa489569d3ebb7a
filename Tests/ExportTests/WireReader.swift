/// Reads protobuf's wire format, and checks the graphs of ONNX models.
struct WireReader {
  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  enum Field {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed(UInt32)

    var text: String {
      if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    var slice: ArraySlice<UInt8> {
      if case .bytes(let bytes) = self { bytes } else { [] }
    }

    var value: Int {
      if case .number(let value) = self { Int(truncatingIfNeeded: value) } else { 0 }
    }
  }

  /// The fields of a message in order.
  static func fields(_ bytes: ArraySlice<UInt8>) throws -> [(number: Int, field: Field)] {
    var rest = bytes
    var result: [(Int, Field)] = []
    func varint() throws -> UInt64 {
      var (value, shift): (UInt64, UInt64) = (0, 0)
      while let byte = rest.popFirst() {
        value |= UInt64(byte & 127) << shift
        if byte < 128 { return value }
        shift += 7
        guard shift < 70 else { break }
      }
      throw Problem(description: "a number without an end")
    }
    while !rest.isEmpty {
      let key = try varint()
      let number = Int(key >> 3)
      switch key & 7 {
      case 0: result.append((number, .number(try varint())))
      case 2:
        let count = Int(try varint())
        guard count <= rest.count else { throw Problem(description: "a cut field \(number)") }
        result.append((number, .bytes(rest.prefix(count))))
        rest = rest.dropFirst(count)
      case 5:
        guard rest.count >= 4 else { throw Problem(description: "a cut number") }
        result.append(
          (number, .fixed(rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })))
        rest = rest.dropFirst(4)
      default: throw Problem(description: "wire type \(key & 7)")
      }
    }
    return result
  }

  /// Checks an ONNX model: every name is given once, before it is used; constants have their sizes.
  static func checkModel(_ bytes: [UInt8]) throws {
    let model = try fields(bytes[...])
    guard let graph = model.first(where: { $0.number == 7 }) else {
      throw Problem(description: "no graph")
    }
    try checkGraph(graph.field.slice, outer: [])
  }

  private static func checkGraph(_ bytes: ArraySlice<UInt8>, outer: Set<String>) throws {
    let graph = try fields(bytes)
    var known = outer
    func give(_ name: String) throws {
      guard !name.isEmpty, known.insert(name).inserted else {
        throw Problem(description: "\(name) is given twice")
      }
    }
    for (number, field) in graph where number == 11 {
      try give(try fields(field.slice).first { $0.number == 1 }?.field.text ?? "")
    }
    for (number, field) in graph where number == 5 { try give(try constantName(field.slice)) }
    for (number, field) in graph where number == 1 {
      let node = try fields(field.slice)
      // An empty name is an operand or result that is left out.
      for input in node where input.number == 1 && !input.field.text.isEmpty {
        guard known.contains(input.field.text) else {
          throw Problem(description: "\(input.field.text) is used before it is given")
        }
      }
      for attribute in node where attribute.number == 5 {
        for inner in try fields(attribute.field.slice) where inner.number == 6 {
          try checkGraph(inner.field.slice, outer: known)
        }
      }
      for output in node where output.number == 2 && !output.field.text.isEmpty {
        try give(output.field.text)
      }
    }
    for (number, field) in graph where number == 12 {
      let name = try fields(field.slice).first { $0.number == 1 }?.field.text ?? ""
      guard known.contains(name) else { throw Problem(description: "output \(name) is not given") }
    }
  }

  private static func constantName(_ bytes: ArraySlice<UInt8>) throws -> String {
    let sizes = [1: 4, 2: 1, 3: 1, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 16: 2]
    let tensor = try fields(bytes)
    let shape = tensor.filter { $0.number == 1 }.map(\.field.value)
    let code = tensor.first { $0.number == 2 }?.field.value ?? 0
    let data = tensor.first { $0.number == 9 }?.field.slice.count ?? 0
    guard let size = sizes[code], shape.reduce(size, *) == data else {
      throw Problem(description: "\(data) bytes for \(shape) of dtype \(code)")
    }
    return tensor.first { $0.number == 8 }?.field.text ?? ""
  }
}

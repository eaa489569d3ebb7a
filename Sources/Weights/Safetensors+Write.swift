import Serialization
public import Tensors

extension Safetensors {
  /// The bytes of a safetensors file with these tensors.
  ///
  /// - Precondition: no name occurs twice, and none is `__metadata__`.
  public static func encoded(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
  ) -> [UInt8] {
    let layout = Layout(tensors, metadata: metadata)
    var bytes = layout.header
    for position in layout.order {
      tensors[position].tensor.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// Writes a safetensors file; its path holds the old file until the new one is whole.
  ///
  /// - Precondition: no name occurs twice, and none is `__metadata__`.
  /// - Throws: ``FileError`` if it cannot be written.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws {
    let layout = Layout(tensors, metadata: metadata)
    try AtomicFile.write(to: path) { append in
      try layout.header.withUnsafeBytes { try append($0) }
      for position in layout.order {
        try tensors[position].tensor.withUnsafeBytes { try append($0) }
      }
    }
  }

  /// Where everything goes: wide elements first, so that each tensor is aligned to its elements.
  package struct Layout {
    package let order: [Int]
    package let header: [UInt8]

    package init(_ tensors: [(name: String, tensor: Tensor)], metadata: [String: String]) {
      let names = Set(tensors.map(\.name))
      precondition(names.count == tensors.count, "Two tensors of a file have the same name.")
      precondition(!names.contains("__metadata__"), "A tensor may not be named __metadata__.")
      order = tensors.indices.sorted {
        let widths = (tensors[$0].tensor.dtype.byteCount, tensors[$1].tensor.dtype.byteCount)
        return widths.0 == widths.1 ? $0 < $1 : widths.0 > widths.1
      }
      var members: [JSONValue.Member] = []
      if !metadata.isEmpty {
        let texts = metadata.sorted { $0.key < $1.key }
        let object = texts.map { JSONValue.Member($0.key, .string($0.value)) }
        members.append(JSONValue.Member("__metadata__", .object(object)))
      }
      var end = 0
      for position in order {
        let (name, tensor) = tensors[position]
        let offsets: [JSONValue] = [.integer(end), .integer(end + tensor.byteCount)]
        let fields: [JSONValue.Member] = [
          JSONValue.Member("dtype", .string(Layout.name(of: tensor.dtype))),
          JSONValue.Member("shape", .array(tensor.shape.map { .integer($0) })),
          JSONValue.Member("data_offsets", .array(offsets)),
        ]
        members.append(JSONValue.Member(name, .object(fields)))
        end += tensor.byteCount
      }
      var text = Array(JSONValue.object(members).text().utf8)
      while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
      let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
      header = length + text
    }

    private static func name(of dtype: DType) -> String {
      switch dtype {
      case .float32: "F32"
      case .float64: "F64"
      case .bfloat16: "BF16"
      case .float16: "F16"
      case .int8: "I8"
      case .int16: "I16"
      case .int32: "I32"
      case .int64: "I64"
      case .uint8: "U8"
      case .uint32: "U32"
      case .bool: "BOOL"
      case .complex64: "C64"
      }
    }
  }
}

import Tensors
import Weights

/// The element types of ONNX, by their numbers in the format.
enum OnnxElementType {
  /// How elements of a type lie in a file; nil for types that are not supported.
  static func stored(_ number: Int) -> StoredElements? {
    switch number {
    case 1: .native(.float32)
    case 2: .native(.uint8)
    case 3: .native(.int8)
    case 4: .uint16
    case 5: .native(.int16)
    case 6: .native(.int32)
    case 7: .native(.int64)
    case 9: .native(.bool)
    case 10: .native(.float16)
    case 11: .native(.float64)
    case 12: .native(.uint32)
    case 13: .uint64
    case 16: .native(.bfloat16)
    default: nil
    }
  }

  /// What a type is called in messages.
  static func name(_ number: Int) -> String {
    let names: [Int: String] = [
      8: "string", 14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz",
      19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1",
    ]
    return stored(number)?.dtype.name ?? names[number] ?? "element type \(number)"
  }
}

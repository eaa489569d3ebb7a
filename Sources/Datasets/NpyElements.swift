internal import Tensors
internal import Weights

/// The element types that headers of `.npy` files name, and why some cannot be read.
enum NpyElements {
  /// The elements that a `descr` means, and whether their highest byte comes first.
  static func read(
    _ descr: PythonLiteral, path: String
  ) throws(DatasetError) -> (StoredElements, isBigEndian: Bool) {
    guard case .string(let code) = descr else { throw fields(descr, path) }
    let order = code.first ?? " "
    let kind = "<>|=".contains(order) ? String(code.dropFirst()) : code
    guard let elements = known[kind] else { throw refusal(kind, code, path) }
    return (elements, order == ">")
  }

  private static let known: [String: StoredElements] = [
    "f2": .native(.float16), "f4": .native(.float32), "f8": .native(.float64),
    "i1": .native(.int8), "i2": .native(.int16), "i4": .native(.int32), "i8": .native(.int64),
    "u1": .native(.uint8), "u2": .uint16, "u4": .native(.uint32), "u8": .uint64,
    "b1": .native(.bool), "?": .native(.bool), "c8": .native(.complex64), "c16": .complex128,
    // NumPy has no bfloat16: it writes two raw bytes; others write its name or its letter.
    "V2": .native(.bfloat16), "bfloat16": .native(.bfloat16), "bf16": .native(.bfloat16),
    "E": .native(.bfloat16),
  ]

  private static func fields(_ descr: PythonLiteral, _ path: String) -> DatasetError {
    var names: [String] = []
    if case .sequence(let fields) = descr {
      names = fields.compactMap { field in
        guard case .sequence(let parts) = field, case .string(let name)? = parts.first else {
          return nil
        }
        return name
      }
    }
    guard let first = names.first else {
      return DatasetError(
        .unsupported, path: path, found: "its element type is no name of a type",
        suggestion: "save it again with numpy.save")
    }
    return DatasetError(
      .unsupported, path: path,
      found: "the array has named fields: \(names.prefix(8).joined(separator: ", "))",
      expected: "numbers or booleans",
      suggestion: "save the fields one by one: numpy.save('\(first).npy', array['\(first)'])")
  }

  /// Why elements of that type are not read.
  private static func refusal(_ kind: String, _ code: String, _ path: String) -> DatasetError {
    let (found, advice) = reason(kind, code)
    return DatasetError(
      .unsupported, path: path, found: found, expected: "numbers or booleans", suggestion: advice)
  }

  private static func reason(_ kind: String, _ code: String) -> (found: String, advice: String) {
    let lower = kind.lowercased()
    if ["V1", "f1"].contains(kind) || ["float8", "fp8"].contains(where: lower.hasPrefix) {
      return (
        "the element type is \(code): floats of one byte have no type in .npy",
        "save array.astype(numpy.float32), or a .safetensors file, which has them"
      )
    }
    let size = kind.dropFirst()
    let isSized = size.allSatisfy { $0.isASCII && $0.isNumber }
    switch kind.first {
    case "O":
      return (
        "the array holds Python objects",
        "rows of unequal length: save one array a row, or pad them and give --lengths"
      )
    case "U", "S", "a":
      return ("the array holds text (\(code))", "save the ids or numbers that it stands for")
    case "M", "m":
      return (
        "the array holds \(kind.first == "M" ? "dates" : "durations") (\(code))",
        "save array.astype(numpy.int64)"
      )
    case "f", "g", "c", "G":
      guard kind.count == 1 || isSized && (Int(size) ?? 0) >= 10 else { break }
      let wide = kind.first == "c" || kind.first == "G" ? "complex128" : "float64"
      return (
        "the elements are long doubles (\(code)), whose format depends on the machine",
        "save array.astype(numpy.\(wide))"
      )
    case "V" where isSized:
      return (
        "the elements are records of \(size) raw bytes",
        "say what they are before saving: array.view(numpy.float32)"
      )
    default: break
    }
    return (
      "the element type is \(code)", "convert it, for example with array.astype(numpy.float32)"
    )
  }
}

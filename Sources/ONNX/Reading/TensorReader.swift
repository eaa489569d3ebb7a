import Serialization
import Tensors
import Weights

/// Reads stored arrays: each once, from the file straight into the memory of its tensor.
struct TensorReader {
  let file: ByteFile
  /// Opens other files in the folder of the model, by their paths below it.
  let open: (String) throws -> ByteFile

  /// The array.
  ///
  /// - Throws: ``OnnxError`` when bytes and shape do not agree, the type is not supported, or the data
  ///   lies outside the folder.
  func tensor(_ stored: OnnxTensor) throws -> Tensor {
    let place = "\(file.path): \(stored.name.isEmpty ? "a constant" : stored.name)"
    guard let elements = OnnxElementType.stored(stored.elementType) else {
      throw OnnxError(
        .unsupported, place, found: "elements of \(OnnxElementType.name(stored.elementType))",
        expected: "numbers of 8 to 64 bits")
    }
    guard stored.shape.allSatisfy({ $0 >= 0 }), stored.shape.problemInFile == nil,
      let byteCount = stored.shape.checkedByteCount(elementByteCount: elements.byteCount)
    else {
      throw OnnxError(.damaged, place, found: "a shape of \(stored.shape.shapeText)")
    }
    switch stored.data {
    case .slice(let part):
      return try read(file, part, elements, stored.shape, byteCount, place)
    case .external(let name, let offset, let length):
      let other = try open(try Self.checked(name, place))
      let count = length ?? byteCount
      guard offset >= 0, count >= 0, offset <= other.count, count <= other.count - offset else {
        throw OnnxError(
          .damaged, place, found: "\(count) bytes from byte \(offset) of \(name)",
          expected: "a part of its \(other.count) bytes")
      }
      return try read(other, offset..<offset + count, elements, stored.shape, byteCount, place)
    case .numbers(let numbers, let isFloat):
      return try listed(numbers, isFloat: isFloat, elements, stored.shape, place)
    }
  }

  /// A path below the folder of the model.
  static func checked(_ path: String, _ place: String) throws -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !path.isEmpty, !path.hasPrefix("/"), !parts.contains(".."), !path.contains("\\"),
      !path.utf8.contains(0)
    else {
      throw OnnxError(
        .outside, place, found: "its data in \(path.isEmpty ? "no file" : path)",
        expected: "a file in the folder of the model")
    }
    return path
  }

  private func read(
    _ file: ByteFile, _ part: Range<Int>, _ elements: StoredElements, _ shape: Shape,
    _ byteCount: Int, _ place: String
  ) throws -> Tensor {
    guard part.count == byteCount else {
      throw OnnxError(
        .damaged, place, found: "\(part.count) bytes",
        expected: "\(byteCount) for \(elements.dtype.name)\(shape.shapeText)")
    }
    let tensor = try elements.tensor(shape: shape) { try file.read(at: part.lowerBound, into: $0) }
    guard let tensor else { throw tooLarge(place) }
    return tensor
  }

  private func listed(
    _ numbers: [UInt64], isFloat: Bool, _ elements: StoredElements, _ shape: Shape, _ place: String
  ) throws -> Tensor {
    guard numbers.count == shape.elementCount else {
      throw OnnxError(
        .damaged, place, found: "\(numbers.count) elements",
        expected: "\(shape.elementCount) for shape \(shape.shapeText)")
    }
    switch elements {
    case .native(.float32):
      return Tensor(numbers.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }, shape: shape)
    case .native(.float64):
      return Tensor(numbers.map { Double(bitPattern: $0) }, shape: shape)
    case .native(.float16), .native(.bfloat16):
      // Sixteen bits of each number are the element.
      let bits = numbers.flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
      }
      return Tensor(elements.dtype, shape: shape) { target in
        bits.withUnsafeBytes { target.copyBytes($0) }
      }
    case .native, .uint16, .uint64, .complex128, .float8:
      if case .uint64 = elements, numbers.contains(where: { $0 > UInt64(Int64.max) }) {
        throw tooLarge(place)
      }
      let whole = Tensor(numbers.map { Int64(truncatingIfNeeded: $0) }, shape: shape)
      return whole.converted(to: elements.dtype)
    }
  }

  private func tooLarge(_ place: String) -> OnnxError {
    OnnxError(.unsupported, place, found: "whole numbers above 2⁶³", expected: "smaller ones")
  }
}

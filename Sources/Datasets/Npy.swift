package import Serialization
public import Tensors
import Weights

/// Reads and writes single arrays in NumPy's `.npy` format, versions 1 to 3.
///
/// Reads booleans, all integers, floats of 16 to 64 bits and complex numbers, in either byte order,
/// row-major or Fortran order. Unsigned 16-bit integers become `int32`, unsigned 64-bit ones
/// `int64`, `complex128` becomes `complex64`; bfloat16, which NumPy writes as two raw bytes, is
/// recognised as such.
public enum Npy {
  /// Reads a file.
  ///
  /// - Throws: ``DatasetError`` if it is malformed, truncated or holds objects; `FileError`.
  public static func read(path: String) throws -> Tensor {
    try read(ByteFile(path: path), path: path)
  }

  /// Reads a file that is in memory; `name` stands for its path in messages.
  ///
  /// - Throws: ``DatasetError`` if it is malformed, truncated or holds objects.
  public static func read(bytes: [UInt8], name: String = "data") throws -> Tensor {
    try read(ByteFile(bytes: bytes, name: name), path: name)
  }

  package static func read(_ file: ByteFile, path: String) throws -> Tensor {
    let header = try NpyHeader(file, path: path)
    let storedShape = header.isFortranOrder ? header.shape.reversed() : header.shape
    let tensor = try header.elements.tensor(
      shape: Array(storedShape), isBigEndian: header.isBigEndian
    ) { bytes in
      try file.read(at: header.dataStart, into: bytes)
    }
    guard let tensor else {
      throw DatasetError(
        .outOfRange, path: path, found: "an unsigned 64-bit value does not fit int64")
    }
    return header.isFortranOrder ? reversedAxes(tensor) : tensor
  }

  /// Shape and type of the array in a file, of which only the header is read.
  package static func facts(
    _ file: ByteFile, path: String
  ) throws -> (shape: Shape, dtype: DType) {
    let header = try NpyHeader(file, path: path)
    return (header.shape, header.elements.dtype)
  }

  /// The bytes of a `.npy` file, version 1, row-major.
  ///
  /// `bfloat16` is widened to `float32`, which changes no value, because NumPy has no such type.
  public static func encoded(_ tensor: Tensor) -> [UInt8] {
    let stored = tensor.dtype == .bfloat16 ? tensor.converted(to: .float32) : tensor
    let extents = stored.shape.map(String.init).joined(separator: ", ")
    let shape = stored.rank == 1 ? "(\(extents),)" : "(\(extents))"
    let description = "'descr': '\(code(of: stored.dtype))', 'fortran_order': False"
    var text = Array("{\(description), 'shape': \(shape), }".utf8)
    while (text.count + 11) % 64 != 0 { text.append(UInt8(ascii: " ")) }
    text.append(UInt8(ascii: "\n"))
    var bytes: [UInt8] = NpyHeader.magic + [1, 0] + LittleEndian.bytes(UInt16(text.count)) + text
    stored.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Writes a `.npy` file.
  ///
  /// - Throws: `FileError` if it cannot be written.
  public static func write(_ tensor: Tensor, to path: String) throws {
    try AtomicFile.write(encoded(tensor), to: path)
  }

  private static func code(of dtype: DType) -> String {
    switch dtype {
    case .float32, .bfloat16: "<f4"
    case .float64: "<f8"
    case .float16: "<f2"
    case .int8: "|i1"
    case .int16: "<i2"
    case .int32: "<i4"
    case .int64: "<i8"
    case .uint8: "|u1"
    case .uint32: "<u4"
    case .bool: "|b1"
    case .complex64: "<c8"
    }
  }

  /// The transpose: the elements with the first axis last.
  private static func reversedAxes(_ tensor: Tensor) -> Tensor {
    let shape: Shape = tensor.shape.reversed()
    let width = tensor.dtype.byteCount
    let strides: [Int] = tensor.shape.rowMajorStrides.reversed()
    return Tensor(tensor.dtype, shape: shape) { output in
      tensor.withUnsafeBytes { input in
        var index: [Int] = Array(repeating: 0, count: shape.count)
        var source = 0
        for position in 0..<tensor.count {
          for byte in 0..<width { output[position * width + byte] = input[source * width + byte] }
          // Counts up the index from the last axis, keeping the source position in step.
          for axis in shape.indices.reversed() {
            index[axis] += 1
            source += strides[axis]
            if index[axis] < shape[axis] { break }
            source -= index[axis] * strides[axis]
            index[axis] = 0
          }
        }
      }
    }
  }
}

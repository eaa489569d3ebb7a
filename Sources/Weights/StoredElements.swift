package import Tensors

/// Element types that files have and tensors lack, and how their bytes become tensors.
package enum StoredElements: Hashable, Sendable {
  /// A type that tensors have too.
  case native(DType)
  /// Unsigned 16-bit integers; become `int32`.
  case uint16
  /// Unsigned 64-bit integers; become `int64` if every value fits.
  case uint64
  /// Pairs of doubles; become `complex64` by rounding.
  case complex128
  /// Floats of one byte; become `float32`, which holds all of them.
  case float8(Float8)

  /// The size of one stored element.
  package var byteCount: Int {
    switch self {
    case .native(let dtype): dtype.byteCount
    case .float8: 1
    case .uint16: 2
    case .uint64: 8
    case .complex128: 16
    }
  }

  /// The dtype of the tensor that the elements become.
  package var dtype: DType {
    switch self {
    case .native(let dtype): dtype
    case .uint16: .int32
    case .uint64: .int64
    case .complex128: .complex64
    case .float8: .float32
    }
  }

  /// The tensor that `fill` writes the stored bytes of, row-major; nil if a value does not fit.
  ///
  /// Big-endian files store every number with its highest byte first.
  package func tensor(
    shape: Shape, isBigEndian: Bool = false,
    fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) rethrows -> Tensor? {
    let count = shape.elementCount
    switch self {
    case .native(let dtype):
      return try Tensor(dtype, shape: shape) { bytes in
        try fill(bytes)
        if isBigEndian { StoredElements.swapBytes(bytes, width: componentByteCount) }
        if dtype == .bool { StoredElements.normaliseBools(bytes) }
      }
    case .uint16, .uint64, .complex128, .float8:
      let stored: Tensor = try Tensor(.uint8, shape: [count * byteCount]) { bytes in
        try fill(bytes)
        if isBigEndian { StoredElements.swapBytes(bytes, width: componentByteCount) }
      }
      return stored.withUnsafeBytes { widened($0, count: count)?.reshaped(shape) }
    }
  }

  /// The size of one number: half an element for complex ones.
  private var componentByteCount: Int {
    switch self {
    case .native(.complex64): 4
    case .complex128: 8
    default: byteCount
    }
  }

  private func widened(_ bytes: UnsafeRawBufferPointer, count: Int) -> Tensor? {
    switch self {
    case .uint16:
      return Tensor((0..<count).map { Int32(bytes.load(fromByteOffset: 2 * $0, as: UInt16.self)) })
    case .uint64:
      var values: [Int64] = []
      values.reserveCapacity(count)
      for index in 0..<count {
        let value = bytes.load(fromByteOffset: 8 * index, as: UInt64.self)
        guard let value = Int64(exactly: value) else { return nil }
        values.append(value)
      }
      return Tensor(values)
    case .float8(let kind):
      let meanings = kind.values
      return Tensor(bytes.prefix(count).map { meanings[Int($0)] })
    case .native, .complex128:
      return Tensor(
        (0..<count).map { index in
          let real = bytes.load(fromByteOffset: 16 * index, as: Double.self)
          let imaginary = bytes.load(fromByteOffset: 16 * index + 8, as: Double.self)
          return Complex64(Float(real), Float(imaginary))
        })
    }
  }

  private static func swapBytes(_ bytes: UnsafeMutableRawBufferPointer, width: Int) {
    guard width > 1 else { return }
    for start in stride(from: 0, to: bytes.count - width + 1, by: width) {
      for offset in 0..<width / 2 { bytes.swapAt(start + offset, start + width - 1 - offset) }
    }
  }

  /// Bytes other than 0 and 1 would break masks silently.
  private static func normaliseBools(_ bytes: UnsafeMutableRawBufferPointer) {
    for index in bytes.indices where bytes[index] > 1 { bytes[index] = 1 }
  }
}

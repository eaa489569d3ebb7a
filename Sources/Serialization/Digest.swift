public import Tensors

/// A 64-bit digest of tensors that is equal for equal results on every machine: all NaN count as one
/// pattern.
///
/// - Source: FNV-1a over 64-bit words, finished by the mixer of SplitMix64.
public struct Digest: Sendable {
  private var state: UInt64 = FNV1a.empty64

  /// Starts an empty digest.
  public init() {}

  /// The digest of what was added so far.
  public var value: UInt64 {
    var x = state
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }

  /// Adds a word.
  public mutating func add(_ word: UInt64) { state = FNV1a.adding(word, to: state) }

  /// Adds a name.
  public mutating func add(_ name: String) {
    for byte in name.utf8 { add(UInt64(byte)) }
    add(0xFF)
  }

  /// Adds dtype, shape and elements.
  public mutating func add(_ tensor: Tensor) {
    add(UInt64(tensor.dtype.rawValue))
    for extent in tensor.shape { add(UInt64(extent)) }
    addElements(tensor, 0..<tensor.count)
  }

  /// Adds the elements at row-major positions.
  public mutating func addElements(_ tensor: Tensor, _ range: Range<Int>) {
    let size = tensor.dtype.byteCount
    tensor.withUnsafeBytes { bytes in
      let part = bytes[range.lowerBound * size..<range.upperBound * size]
      addElements(UnsafeRawBufferPointer(rebasing: part), tensor.dtype)
    }
  }
}

extension Digest {
  /// Adds elements as they lie in memory.
  ///
  /// - Precondition: the bytes are whole elements of the dtype.
  package mutating func addElements(_ bytes: UnsafeRawBufferPointer, _ dtype: DType) {
    switch dtype {
    case .float32, .complex64:
      for word in bytes.bindMemory(to: Float.self) {
        add(UInt64(word.isNaN ? 0x7FC0_0000 : word.bitPattern))
      }
    case .float64:
      for word in bytes.bindMemory(to: Double.self) {
        add(word.isNaN ? 0x7FF8_0000_0000_0000 : word.bitPattern)
      }
    case .bfloat16, .float16:
      let (exponent, quiet): (UInt16, UInt16) =
        dtype == .bfloat16 ? (0x7F80, 0x7FC0) : (0x7C00, 0x7E00)
      for word in bytes.bindMemory(to: UInt16.self) {
        add(UInt64(word & 0x7FFF > exponent ? quiet : word))
      }
    case .int8, .int16, .int32, .int64, .uint8, .uint32, .bool:
      for byte in bytes { add(UInt64(byte)) }
    }
  }

  /// Adds zeros of a dtype.
  package mutating func addZeros(_ count: Int, _ dtype: DType) {
    let words: Int
    switch dtype {
    case .float32, .float64, .bfloat16, .float16: words = count
    case .complex64: words = 2 * count
    case .int8, .int16, .int32, .int64, .uint8, .uint32, .bool: words = count * dtype.byteCount
    }
    for _ in 0..<words { add(0) }
  }

  /// The digest a row of values and mask of a sequence `[b, t, …]` as they lie in memory; invalid values
  /// count as 0, every NaN as one.
  package static func ofRows(
    values: UnsafeRawBufferPointer, mask: UnsafeRawBufferPointer, rows: Int, dtype: DType
  ) -> [UInt64] {
    guard rows > 0 else { return [] }
    let time = mask.count / rows
    let entry = time == 0 ? 0 : values.count / mask.count
    return (0..<rows).map { row in
      var digest = Digest()
      for step in row * time..<(row + 1) * time {
        if mask[step] != 0 {
          digest.addElements(
            UnsafeRawBufferPointer(rebasing: values[step * entry..<(step + 1) * entry]), dtype)
        } else {
          digest.addZeros(entry / dtype.byteCount, dtype)
        }
      }
      for step in row * time..<(row + 1) * time { digest.add(mask[step] != 0 ? 1 : 0) }
      return digest.value
    }
  }
}

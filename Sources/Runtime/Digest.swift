public import Tensors

/// A 64-bit digest of tensors that is equal for equal results on every machine: all NaN count as one
/// pattern.
///
/// - Source: FNV-1a over 64-bit words, finished by the mixer of SplitMix64.
public struct Digest: Sendable {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

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
  public mutating func add(_ word: UInt64) { state = (state ^ word) &* 0x0000_0100_0000_01B3 }

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
    tensor.withUnsafeBytes { bytes in
      switch tensor.dtype {
      case .float32, .complex64:
        let words = bytes.bindMemory(to: Float.self)
        let scale = tensor.dtype == .complex64 ? 2 : 1
        for index in (range.lowerBound * scale)..<(range.upperBound * scale) {
          add(UInt64(words[index].isNaN ? 0x7FC0_0000 : words[index].bitPattern))
        }
      case .float64:
        let words = bytes.bindMemory(to: Double.self)
        for index in range {
          add(words[index].isNaN ? 0x7FF8_0000_0000_0000 : words[index].bitPattern)
        }
      case .bfloat16, .float16:
        let words = bytes.bindMemory(to: UInt16.self)
        let (exponent, quiet): (UInt16, UInt16) =
          tensor.dtype == .bfloat16 ? (0x7F80, 0x7FC0) : (0x7C00, 0x7E00)
        for index in range {
          let isNaN = words[index] & 0x7FFF > exponent
          add(UInt64(isNaN ? quiet : words[index]))
        }
      case .int8, .int16, .int32, .int64, .uint8, .uint32, .bool:
        let size = tensor.dtype.byteCount
        for index in (range.lowerBound * size)..<(range.upperBound * size) {
          add(UInt64(bytes[index]))
        }
      }
    }
  }
}

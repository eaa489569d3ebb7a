import Tensors

/// The floating type whose numbers an array holds: arrays computed in 16 bits are often stored in
/// wider ones, and are then as coarse as they were.
enum StoredPrecision {
  /// The coarsest type that holds every value, known only where enough values use all its digits.
  static func of(_ array: ComparedArray) -> DType {
    guard array.dtype == .float32 || array.dtype == .float64 else { return array.dtype }
    return [DType.bfloat16, .float16, .float32].first { isStored(array, in: $0) } ?? array.dtype
  }

  private static func isStored(_ array: ComparedArray, in dtype: DType) -> Bool {
    guard dtype != array.dtype else { return true }
    let digits = dtype == .bfloat16 ? 8 : dtype == .float16 ? 11 : 24
    var (count, fullCount) = (0, 0)
    for value in array.values where value.isFinite && value != 0 {
      // The significand without its leading 1, shifted so that the digits of `dtype` are whole.
      let scaled = value.significand * Double(sign: .plus, exponent: digits - 1, significand: 1)
      guard scaled == scaled.rounded() else { return false }
      guard dtype != .float16 || value.exponent >= -14 && value.exponent <= 15 else { return false }
      count += 1
      if Int(scaled) % 2 == 1 { fullCount += 1 }
    }
    return count >= 256 && 4 * fullCount >= count
  }
}

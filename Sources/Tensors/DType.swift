/// The element type of a ``Tensor`` or of a value of a program.
///
/// `float32` and `float64` are computed in; `bfloat16` and `float16` are stored, and computed by
/// rounding after every operation; the others are indices, masks, random bits and file formats.
public enum DType: UInt8, CaseIterable, Hashable, Sendable {
  /// IEEE 754 single precision.
  case float32
  /// IEEE 754 double precision: the reference precision.
  case float64
  /// The upper half of a single: 8 exponent bits, 7 stored fraction bits.
  case bfloat16
  /// IEEE 754 half precision.
  case float16
  /// Signed 8-bit integer.
  case int8
  /// Signed 16-bit integer.
  case int16
  /// Signed 32-bit integer: positions, lengths and token ids.
  case int32
  /// Signed 64-bit integer.
  case int64
  /// Unsigned 8-bit integer.
  case uint8
  /// Unsigned 32-bit integer: random bits.
  case uint32
  /// One byte, 0 or 1: masks.
  case bool
  /// A pair of singles, real first.
  case complex64

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .bfloat16, .float16, .int16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .complex64: 8
    }
  }

  /// Whether the type is a real floating-point type.
  public var isFloating: Bool {
    switch self {
    case .float32, .float64, .bfloat16, .float16: true
    default: false
    }
  }

  /// Whether the type is a signed or unsigned integer (`bool` is not).
  public var isInteger: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint32: true
    default: false
    }
  }

  /// The name as written in files and messages, such as `float32`.
  public var name: String { "\(self)" }

  /// The short name used where room is scarce, such as `f32`.
  public var shortName: String {
    switch self {
    case .float32: "f32"
    case .float64: "f64"
    case .bfloat16: "bf16"
    case .float16: "f16"
    case .int8: "i8"
    case .int16: "i16"
    case .int32: "i32"
    case .int64: "i64"
    case .uint8: "u8"
    case .uint32: "u32"
    case .bool: "bool"
    case .complex64: "c64"
    }
  }

  /// The type with that full name, if there is one.
  public init?(name: String) {
    guard let match = DType.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }

  /// The type that both operands of an operation are converted to, by NumPy-like rules as JAX has
  /// them: bool < integers < floats < complex; `bfloat16` with `float16` gives `float32`.
  public static func promoted(_ a: DType, _ b: DType) -> DType {
    if a == b { return a }
    if a == .complex64 || b == .complex64 { return .complex64 }
    switch (a.isFloating, b.isFloating) {
    case (true, true):
      if a == .float64 || b == .float64 { return .float64 }
      return .float32
    case (true, false): return a
    case (false, true): return b
    case (false, false): return promotedIntegers(a, b)
    }
  }

  private static func promotedIntegers(_ a: DType, _ b: DType) -> DType {
    if a == .bool { return b }
    if b == .bool { return a }
    let unsigned: Set<DType> = [.uint8, .uint32]
    let wide = max(a.byteCount, b.byteCount)
    let narrow = min(a.byteCount, b.byteCount)
    if unsigned.contains(a) == unsigned.contains(b) { return a.byteCount == wide ? a : b }
    let signed = unsigned.contains(a) ? b : a
    // A signed type wide enough for both; equal widths need the next size up.
    if signed.byteCount == wide, wide > narrow { return signed }
    switch wide {
    case 1: return .int16
    case 2: return .int32
    default: return .int64
    }
  }
}

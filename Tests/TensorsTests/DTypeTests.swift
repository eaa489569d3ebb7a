import Tensors
import Testing

@Suite struct DTypeTests {
  /// What `promote_types` of JAX 0.12 says with 64-bit types enabled.
  ///
  /// Rows and columns are in the order of `DType.allCases`. JAX also has complex128; ours ends at complex64, so that entry reads c64.
  static let promotions = """
    f32   f32   f64   f32   f32   f32   f32   f32   f32   f32   f32   f32   c64
    f64   f64   f64   f64   f64   f64   f64   f64   f64   f64   f64   f64   c64
    bf16  f32   f64   bf16  f32   bf16  bf16  bf16  bf16  bf16  bf16  bf16  c64
    f16   f32   f64   f32   f16   f16   f16   f16   f16   f16   f16   f16   c64
    i8    f32   f64   bf16  f16   i8    i16   i32   i64   i16   i64   i8    c64
    i16   f32   f64   bf16  f16   i16   i16   i32   i64   i16   i64   i16   c64
    i32   f32   f64   bf16  f16   i32   i32   i32   i64   i32   i64   i32   c64
    i64   f32   f64   bf16  f16   i64   i64   i64   i64   i64   i64   i64   c64
    u8    f32   f64   bf16  f16   i16   i16   i32   i64   u8    u32   u8    c64
    u32   f32   f64   bf16  f16   i64   i64   i64   i64   u32   u32   u32   c64
    bool  f32   f64   bf16  f16   i8    i16   i32   i64   u8    u32   bool  c64
    c64   c64   c64   c64   c64   c64   c64   c64   c64   c64   c64   c64   c64
    """

  @Test("promotion agrees with JAX", arguments: promotions.split(separator: "\n"))
  func promotion(row: Substring) {
    let names = row.split(separator: " ").map(String.init)
    let expected = names.dropFirst()
    let left = DType.allCases.first { $0.shortName == names[0] }
    guard let left else {
      Issue.record("No dtype \(names[0])")
      return
    }
    let found = DType.allCases.map { DType.promoted(left, $0).shortName }
    #expect(found == Array(expected))
  }

  @Test("the promotion table has a row for every dtype")
  func promotionIsComplete() {
    #expect(DTypeTests.promotions.split(separator: "\n").count == DType.allCases.count)
  }

  @Test("names are unique and read back", arguments: DType.allCases)
  func names(dtype: DType) {
    #expect(DType(name: dtype.name) == dtype)
    #expect(DType.allCases.filter { $0.shortName == dtype.shortName } == [dtype])
  }

  @Test("an unknown name is no dtype")
  func unknownName() { #expect(DType(name: "float8") == nil) }

  @Test("an element of a Swift type takes as many bytes as its dtype says")
  func byteCounts() {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type) {
      #expect(MemoryLayout<Scalar>.stride == type.dtype.byteCount)
    }
    check(Float.self)
    check(Double.self)
    check(BFloat16.self)
    check(HalfFloat.self)
    check(Int8.self)
    check(Int16.self)
    check(Int32.self)
    check(Int64.self)
    check(UInt8.self)
    check(UInt32.self)
    check(Bool.self)
    check(Complex64.self)
  }
}

import Tensors
import Testing

@Suite struct TensorTests {
  @Test("a changed copy leaves the original alone")
  func copyOnWrite() {
    let original = Tensor([Float(1), 2, 3])
    var copy = original
    copy.withUnsafeMutableElements(of: Float.self) { $0[1] = 20 }
    #expect(original.elements() == [Float(1), 2, 3])
    #expect(copy.elements() == [Float(1), 20, 3])
  }

  @Test("a reshaped tensor shares its bytes until one of the two is written")
  func reshapeShares() {
    let original = Tensor([Int32(1), 2, 3, 4])
    var square = original.reshaped([2, 2])
    let before = original.withUnsafeBytes { $0.baseAddress }
    #expect(square.withUnsafeBytes { $0.baseAddress } == before)
    square.withUnsafeMutableElements(of: Int32.self) { $0[3] = 40 }
    #expect(square.withUnsafeBytes { $0.baseAddress } != before)
    #expect(original.elements() == [Int32(1), 2, 3, 4])
    #expect(square.double(at: [1, 1]) == 40)
  }

  @Test("a tensor held once is written in place")
  func uniqueWrites() {
    var tensor = Tensor(zeros: [1000], .float64)
    let before = tensor.withUnsafeBytes { $0.baseAddress }
    tensor.withUnsafeMutableElements(of: Double.self) { $0[999] = 1 }
    #expect(tensor.withUnsafeBytes { $0.baseAddress } == before)
    #expect(tensor.doubles().reduce(0, +) == 1)
  }

  @Test("storage is aligned to a cache line", arguments: [1, 3, 64, 1000])
  func alignment(count: Int) {
    let tensor = Tensor(zeros: [count], .int8)
    #expect(tensor.withUnsafeBytes { Int(bitPattern: $0.baseAddress) } % 64 == 0)
  }

  @Test("shapes without elements are fine", arguments: [[0], [3, 0], [0, 5, 2]])
  func emptyShapes(shape: [Int]) {
    let tensor = Tensor(repeating: 7, shape: shape, .float16)
    #expect(tensor.count == 0)
    #expect(tensor.converted(to: .int64).doubles().isEmpty)
    #expect(tensor.bitsEqual(Tensor(zeros: shape, .float16)))
  }

  @Test("a scalar has one element and no axes")
  func scalar() {
    let tensor = Tensor(scalar: Float(2.5))
    #expect(tensor.rank == 0)
    #expect(tensor.count == 1)
    #expect(tensor.double(at: []) == 2.5)
  }

  @Test("filling repeats the rounded value", arguments: DType.allCases)
  func repeating(dtype: DType) {
    let tensor = Tensor(repeating: 1, shape: [2, 3], dtype)
    #expect(tensor.doubles() == Array(repeating: 1.0, count: 6))
    #expect(Tensor(zeros: [2, 3], dtype).doubles() == Array(repeating: 0.0, count: 6))
  }

  @Test("bit equality sees dtype, shape, signed zeros and NaN patterns")
  func bitEquality() {
    let zero = Tensor([Float(0)])
    #expect(zero.bitsEqual(Tensor([Float(0)])))
    #expect(!zero.bitsEqual(Tensor([-Float(0)])))
    #expect(!zero.bitsEqual(Tensor([Float(0)], shape: [1, 1])))
    #expect(!zero.bitsEqual(Tensor([Int32(0)])))
    #expect(Tensor([Float.nan]).bitsEqual(Tensor([Float.nan])))
  }

  @Test("strides are those of a dense row-major array")
  func strides() {
    let none: [Int] = []
    #expect([2, 3, 4].rowMajorStrides == [12, 4, 1])
    #expect(none.rowMajorStrides.isEmpty)
    #expect(none.elementCount == 1)
  }
}

import Runtime
import Tensors
import Testing

@Suite("Parts of complex tensors")
struct ComplexPartTests {
  @Test("are those that it was made of")
  func parts() {
    let real = Tensor([1, -2, 3] as [Float], shape: [3])
    let imaginary = Tensor([0.5, 0, -4] as [Float], shape: [3])
    let whole = Tensor.complex(real, imaginary)
    #expect(whole.realPart.bitsEqual(real))
    #expect(whole.imaginaryPart.bitsEqual(imaginary))
  }

  @Test(
    "of real tensors are themselves and 0", arguments: [DType.float32, .bfloat16, .int32, .bool])
  func real(_ dtype: DType) {
    let tensor = Tensor([1, 0, 1] as [Float], shape: [3]).converted(to: dtype)
    #expect(tensor.realPart.bitsEqual(tensor))
    #expect(tensor.imaginaryPart.doubles() == [0, 0, 0])
  }
}

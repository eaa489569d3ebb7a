import Export
import Programs
import Tensors
import Testing

/// LiteRT lets RESHAPE give memory on; what is still read is copied before it can be written over.
@Suite("Memory that LiteRT shares")
struct SharedMemoryTests {
  private func operatorCount(_ body: (Value) -> [Value]) throws -> Int {
    let sample = try Sample([Tensor(repeating: 1, shape: [2, 4], .float32)]) { body($0[0]) }
    let program = try sample.program.legalized(for: .liteRT) { _ in nil }
    return try LiteRTFile().add(
      "main", program, inputs: ["x"], outputs: program.outputs.map(\.name))
  }

  @Test("a value with another reader is copied where its other shape may be written over")
  func copied() throws {
    let count = try operatorCount { x in
      let a = x.unary(.tanh)
      return [a.reshaped([8]).unary(.exp), a.reshaped([4, 2]).reduced(.sum, axes: [0])]
    }
    // TANH, SLICE, RESHAPE, EXP, RESHAPE, SUM: the sum writes over nothing.
    #expect(count == 6)
  }

  @Test("what nothing else reads is not")
  func notCopied() throws {
    let count = try operatorCount { x in [x.unary(.tanh).reshaped([8]).unary(.exp)] }
    #expect(count == 3)
  }
}

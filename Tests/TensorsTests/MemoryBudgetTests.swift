import Tensors
import Testing

@Suite struct MemoryBudgetTests {
  private static let budget = MemoryBudget(2_000_000_000, origin: "--memory")

  @Test("a request says what needs how much of which budget, and how to raise it")
  func message() throws {
    try Self.budget.require(2_000_000_000, for: "all parameters")
    let error = #expect(throws: MemoryError.self) {
      try Self.budget.require(3_200_000_000, for: "all parameters")
    }
    #expect(
      error?.description
        == "all parameters: found a need of 3.2 GB, expected at most the memory budget of 2.0 GB "
        + "(--memory); start with --memory 4.0GB to allow it")
  }

  @Test("no budget is advised for numbers that are wrong", arguments: [1 << 40, Int.max])
  func absurd(byteCount: Int) {
    let error = MemoryError(what: "it", byteCount: byteCount, budget: Self.budget)
    #expect(!error.description.contains("start with"))
    #expect(error.description.contains("counted") == (byteCount == .max))
  }

  @Test(
    "sizes are read as people write them",
    arguments: [
      ("2GB", 2_000_000_000), ("2 GiB", 2 << 30), ("1.5kb", 1500), ("77", 77),
      ("512M", 512_000_000),
      ("0", nil), ("-1", nil), ("GB", nil), ("2 apples", nil), ("1e300", nil), ("", nil),
      ("99999999999999999999", nil), ("nan", nil), ("1.2.3MB", nil),
    ] as [(String, Int?)])
  func sizes(text: String, byteCount: Int?) {
    #expect(MemoryBudget.byteCount(text) == byteCount)
  }

  @Test("the machine leaves something")
  func standard() {
    #expect(MemoryBudget.standard.byteCount > 1 << 20)
    #expect(!MemoryBudget.standard.origin.isEmpty)
  }

  @Test(
    "sizes of shapes are counted up to the end of the range",
    arguments: [
      ([3, 4], 48), ([], 4), ([1 << 62, 2], Int.max), ([.max, .max], .max), ([0, 1 << 40], 0),
    ] as [(Shape, Int)])
  func shapes(shape: Shape, byteCount: Int) {
    #expect(shape.byteCount(of: .float32) == byteCount)
    #expect(shape.rowMajorStrides.last == (shape.isEmpty ? nil : 1))
  }

  @Test(
    "timesteps of nothing are believed up to a million",
    arguments: [
      ([1 << 33, 1, 0], false), ([1, 1 << 33, 0], false), ([1 << 33, 0, 4], false),
      ([1 << 16, 1 << 16, 0], false), ([1000, 1000, 0], true), ([1 << 21, 2], true),
      ([0, 5], true),
    ] as [(Shape, Bool)])
  func timesteps(shape: Shape, isBelieved: Bool) {
    #expect(shape.hasElementsForTimesteps == isBelieved)
  }

  @Test("bytes are copied to where they fit")
  func copies() {
    var target = Tensor([UInt8(1), 2, 3, 4])
    Tensor([UInt8(7), 8, 9]).withUnsafeBytes { source in
      target.withUnsafeMutableBytes { $0.copyBytes(source, 1..<3, to: 2) }
      target.withUnsafeMutableBytes { $0.copyBytes(source, 3..<3, to: 4) }
    }
    #expect(target.elements(as: UInt8.self) == [1, 2, 8, 9])
  }
}

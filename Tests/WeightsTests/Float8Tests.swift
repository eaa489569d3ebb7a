import Tensors
import Testing
import Weights

@Suite struct Float8Tests {
  @Test(
    "bytes mean what the formats define",
    arguments: [
      (.e4m3, 0x00, 0), (.e4m3, 0x01, 0x1p-9), (.e4m3, 0x08, 0x1p-6), (.e4m3, 0x38, 1),
      (.e4m3, 0xB8, -1), (.e4m3, 0x7E, 448), (.e4m3, 0x7F, .nan), (.e4m3, 0xFF, .nan),
      (.e5m2, 0x01, 0x1p-16), (.e5m2, 0x3C, 1), (.e5m2, 0x7B, 57344), (.e5m2, 0x7C, .infinity),
      (.e5m2, 0xFC, -.infinity), (.e5m2, 0x7D, .nan), (.e4m3fnuz, 0x01, 0x1p-10),
      (.e4m3fnuz, 0x40, 1), (.e4m3fnuz, 0x7F, 240), (.e4m3fnuz, 0x80, .nan),
      (.e5m2fnuz, 0x01, 0x1p-17), (.e5m2fnuz, 0x40, 1), (.e5m2fnuz, 0x7F, 57344),
      (.e5m2fnuz, 0x80, .nan), (.e8m0, 0x00, 0x1p-127), (.e8m0, 0x7F, 1), (.e8m0, 0xFE, 0x1p127),
      (.e8m0, 0xFF, .nan),
    ] as [(Float8, Int, Float)])
  func meanings(kind: Float8, byte: Int, expected: Float) {
    let value = kind.values[byte]
    #expect(value == expected || (value.isNaN && expected.isNaN), "\(value)")
  }

  @Test("finite values of positive bytes rise", arguments: Float8.allCases)
  func order(kind: Float8) {
    let finite = kind.values[..<0x80].filter(\.isFinite)
    #expect(finite == finite.sorted())
    #expect(Set(finite).count == finite.count)
  }

  @Test("tensors of each kind read as float32", arguments: Float8.allCases)
  func reading(kind: Float8) throws {
    let header = "{\"a\":{\"dtype\":\"\(kind.rawValue)\",\"shape\":[2,1],\"data_offsets\":[0,2]}}"
    let file = try Safetensors(bytes: safetensorsBytes(header: header, dataCount: 2))
    let tensor = try file.tensor("a")
    #expect(tensor.dtype == .float32)
    #expect(tensor.shape == [2, 1])
    #expect(tensor.elements() == [kind.values[1], kind.values[1]])
  }
}

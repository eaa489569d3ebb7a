import Tensors
import Testing

@Suite struct RawBytesTests {
  static func copy(_ range: Range<Int>?, to offset: Int) -> [UInt8] {
    let source: [UInt8] = [1, 2, 3]
    var target: [UInt8] = [0, 0, 0, 0]
    target.withUnsafeMutableBytes { bytes in
      source.withUnsafeBytes { bytes.copyBytes($0, range, to: offset) }
    }
    return target
  }

  @Test("bytes go where they should, and nowhere else")
  func places() {
    #expect(Self.copy(nil, to: 0) == [1, 2, 3, 0])
    #expect(Self.copy(nil, to: 1) == [0, 1, 2, 3])
    #expect(Self.copy(1..<2, to: 3) == [0, 0, 0, 2])
    #expect(Self.copy(3..<3, to: 4) == [0, 0, 0, 0])
  }

  @Test("what does not fit ends the program instead of writing over other memory")
  func misfits() async {
    await #expect(processExitsWith: .failure) { _ = RawBytesTests.copy(nil, to: 2) }
    await #expect(processExitsWith: .failure) { _ = RawBytesTests.copy(1..<4, to: 0) }
    await #expect(processExitsWith: .failure) { _ = RawBytesTests.copy(0..<0, to: 5) }
    await #expect(processExitsWith: .failure) { _ = RawBytesTests.copy(0..<1, to: -1) }
  }
}

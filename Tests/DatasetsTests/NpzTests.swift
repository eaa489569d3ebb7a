import Datasets
import Tensors
import Testing

@Suite struct NpzTests {
  @Test(
    "NumPy's archives read, stored, deflated and streamed",
    arguments: ["stored.npz", "deflated.npz", "streamed.npz"])
  func ramps(name: String) throws {
    let archive = try Npz(path: arrayFixture(name))
    let tensor = try archive.array("ramp")
    #expect(tensor.shape == [4, 25])
    #expect(tensor.doubles() == (0..<100).map(Double.init))
  }

  @Test("stored and deflated archives hold the same arrays")
  func sameArrays() throws {
    let stored = try Npz(path: arrayFixture("stored.npz"))
    let deflated = try Npz(path: arrayFixture("deflated.npz"))
    #expect(stored.names == ["ramp", "ids", "zeros", "noise", "fortran"])
    #expect(deflated.names == stored.names)
    for name in stored.names {
      #expect(try stored.array(name).bitsEqual(deflated.array(name)), "\(name)")
    }
    #expect(try stored.array("zeros").count == 5000)
    #expect(try deflated.array("fortran").doubles() == [0, 1, 2, 3, 4, 5])
  }

  @Test(
    "text deflated at the fastest and at the best level", arguments: ["level1.npz", "level9.npz"])
  func deflatedText(name: String) throws {
    let bytes: [UInt8] = try Npz(path: arrayFixture(name)).array("text").elements()
    let line = "the quick brown fox jumps over the lazy dog; "
    #expect(bytes == Array(String(repeating: line, count: 40).utf8))
  }

  @Test("another compression is refused by its number")
  func otherMethods() throws {
    let archive = try Npz(path: arrayFixture("bzip2.npz"))
    let error = #expect(throws: DatasetError.self) { try archive.array("ramp") }
    #expect(error?.code == .unsupported)
    #expect(error?.found == "the member is compressed by method 12")
  }

  @Test("arrays survive writing and reading, and equal arrays give equal files")
  func roundTrip() throws {
    let arrays = [
      ("a", ramp([2, 3])), ("b/c", Tensor([Int32(1), -1])), ("empty", Tensor(zeros: [0])),
    ]
    let bytes = Npz.encoded(arrays)
    let archive = try Npz(bytes: bytes)
    #expect(archive.names == ["a", "b/c", "empty"])
    for (name, tensor) in arrays { #expect(try archive.array(name).bitsEqual(tensor)) }
    #expect(Npz.encoded(arrays) == bytes)
  }

  @Test("damage is noticed by the checksum")
  func checksum() throws {
    var bytes = Npz.encoded([("a", ramp([100]))])
    bytes[300] ^= 1
    let archive = try Npz(bytes: bytes)
    let error = #expect(throws: DatasetError.self) { try archive.array("a") }
    #expect(error?.found.contains("checksum") == true)
  }

  @Test("an array that would unpack to far more than any array does is refused before it is")
  func bombs() throws {
    var bytes = try fixtureBytes("level9.npz")
    let entry = try #require(bytes.firstRange(of: [0x50, 0x4B, 0x01, 0x02])).lowerBound
    bytes.replaceSubrange(entry + 24..<entry + 28, with: [0xFF, 0xFF, 0xFF, 0x7F])
    let archive = try Npz(bytes: bytes)
    let error = #expect(throws: DatasetError.self) { try archive.array(archive.names[0]) }
    #expect(error?.code == .malformed)
    #expect(error?.found.contains("claim to unpack to 2147483647") == true)
  }

  @Test("a mistyped name suggests the nearest")
  func names() throws {
    let archive = try Npz(path: arrayFixture("stored.npz"))
    let error = #expect(throws: DatasetError.self) { try archive.array("nosie") }
    #expect(error?.code == .unknownMember)
    #expect(error?.suggestion == "did you mean noise?")
  }

  @Test("an archive without its end, and one without arrays")
  func incomplete() throws {
    let bytes = try fixtureBytes("stored.npz")
    let cut = #expect(throws: DatasetError.self) { try Npz(bytes: Array(bytes.dropLast(30))) }
    #expect(cut?.code == .truncated)
    let empty = #expect(throws: DatasetError.self) { try Npz(bytes: Npz.encoded([])) }
    #expect(empty?.code == .unknownKind)
  }
}

@Suite struct InflateTests {
  @Test("stored, fixed and repeated data decompress")
  func blocks() {
    let hello = Array("hello".utf8)
    #expect(Inflate.decompress([1, 5, 0, 0xFA, 0xFF] + hello, count: 5) == hello)
    #expect(Inflate.decompress([0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], count: 5) == hello)
    #expect(
      Inflate.decompress([0x4B, 0x4C, 0xC4, 0x04, 0x00], count: 20)
        == Array(repeating: 0x61, count: 20))
    #expect(Inflate.decompress([0x03, 0x00], count: 0) == [])
  }

  @Test(
    "malformed streams give nothing",
    arguments: [
      [], [0x07], [1, 5, 0, 0, 0], [1, 5, 0, 0xFA, 0xFF, 0x61], [0xCB, 0x48], [0x05, 0xE0, 0x81],
      // A copy from before the start; a code table without an end-of-block code.
      [0x03, 0x02, 0x00], [0x05, 0xC0, 0x81, 0x08, 0, 0, 0, 0, 0x20, 0x7F, 0xEB, 0],
    ] as [[UInt8]])
  func malformed(bytes: [UInt8]) {
    #expect(Inflate.decompress(bytes, count: 5) == nil)
  }

  @Test("output beyond what was announced is refused", arguments: [0, 4, 6])
  func wrongCount(count: Int) {
    #expect(Inflate.decompress([0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], count: count) == nil)
  }
}

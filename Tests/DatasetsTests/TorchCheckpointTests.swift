import Datasets
import Serialization
import Tensors
import Testing

/// State dictionaries of PyTorch, made byte by byte.
@Suite struct TorchCheckpointTests {
  /// A pickle of `{"w": tensor of shape [2, 3]}` with storage "0".
  private static func program(
    module: String = "torch._utils", name: String = "_rebuild_tensor_v2",
    strides: [UInt8] = [3, 1],
    count: UInt8 = 6
  ) -> [UInt8] {
    var bytes: [UInt8] = [0x80, 2]
    func text(_ text: String) {
      bytes += [UInt8(ascii: "X"), UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
    }
    func global(_ module: String, _ name: String) {
      bytes += [UInt8(ascii: "c")] + Array("\(module)\n\(name)\n".utf8)
    }
    func mark() { bytes.append(UInt8(ascii: "(")) }
    func int(_ number: UInt8) { bytes += [UInt8(ascii: "K"), number] }
    global("collections", "OrderedDict")
    bytes += [UInt8(ascii: ")"), UInt8(ascii: "R"), UInt8(ascii: "q"), 0]
    text("w")
    global(module, name)
    mark()
    mark()
    text("storage")
    global("torch", "FloatStorage")
    text("0")
    text("cpu")
    int(count)
    bytes += [UInt8(ascii: "t"), UInt8(ascii: "Q")]
    int(0)
    int(2)
    int(3)
    bytes.append(0x86)
    int(strides[0])
    int(strides[1])
    bytes.append(0x86)
    bytes.append(0x89)
    global("collections", "OrderedDict")
    bytes += [UInt8(ascii: ")"), UInt8(ascii: "R"), UInt8(ascii: "t"), UInt8(ascii: "R")]
    bytes += [UInt8(ascii: "s"), UInt8(ascii: ".")]
    return bytes
  }

  private static let elements = (0..<6).map { Float($0) }.withUnsafeBytes { Array($0) }

  private static func open(_ program: [UInt8]) throws -> TorchCheckpoint {
    let archive = StoredZip.bytes([("m/data.pkl", program), ("m/data/0", elements)])
    return try TorchCheckpoint(ByteFile(bytes: archive, name: "m.pt"))
  }

  @Test("tensors are read with their names, strides and all")
  func read() throws {
    let plain = try Self.open(Self.program())
    #expect(plain.tensors.map(\.name) == ["w"])
    #expect(plain.tensors[0].tensor.shape == [2, 3])
    #expect(plain.tensors[0].tensor.doubles() == [0, 1, 2, 3, 4, 5])
    let turned = try Self.open(Self.program(strides: [1, 2]))
    #expect(turned.tensors[0].tensor.doubles() == [0, 2, 4, 1, 3, 5])
    let repeated = try Self.open(Self.program(strides: [0, 1]))
    #expect(repeated.tensors[0].tensor.doubles() == [0, 1, 2, 0, 1, 2])
  }

  @Test("whatever else a pickle wants to call is refused by name")
  func refused() {
    let error = #expect(throws: DatasetError.self) {
      try Self.open(Self.program(module: "os", name: "system"))
    }
    #expect(error?.found.contains("os.system") == true)
  }

  @Test("elements outside their storage are refused")
  func outside() {
    #expect(throws: DatasetError.self) { try Self.open(Self.program(strides: [9, 9])) }
  }

  @Test("truncated and changed pickles never crash")
  func damaged() {
    let program = Self.program()
    for count in program.indices { _ = Result { try Self.open(Array(program[..<count])) } }
    var stream = RandomStream(seed: 5, name: "pickle mutations")
    for _ in 0..<2000 {
      var changed = program
      for _ in 0..<(1 + Int(stream.uniform() * 3)) {
        changed[Int(stream.uniform() * Double(changed.count))] = UInt8(stream.uniform() * 256)
      }
      _ = Result { try Self.open(changed) }
    }
  }
}

/// A zip archive of stored members.
enum StoredZip {
  static func bytes(_ members: [(name: String, contents: [UInt8])]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    func number(_ value: Int, _ width: Int) -> [UInt8] {
      (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    for member in members {
      let start = file.count
      let checksum = Int(crc32(member.contents))
      let sizes =
        number(checksum, 4) + number(member.contents.count, 4) + number(member.contents.count, 4)
      let names = number(member.name.utf8.count, 2) + number(0, 2)
      file += [0x50, 0x4B, 3, 4] + number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4)
      file += sizes + names + Array(member.name.utf8) + member.contents
      directory += [0x50, 0x4B, 1, 2] + number(20, 2) + number(20, 2) + number(0, 2) + number(0, 2)
      directory += number(0, 4) + sizes + names + number(0, 2) + number(0, 2) + number(0, 2)
      directory += number(0, 4) + number(start, 4) + Array(member.name.utf8)
    }
    let start = file.count
    file += directory + [0x50, 0x4B, 5, 6] + number(0, 4) + number(members.count, 2)
    file += number(members.count, 2) + number(directory.count, 4) + number(start, 4) + number(0, 2)
    return file
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}

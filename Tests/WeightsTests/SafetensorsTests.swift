import Foundation
import Serialization
import Tensors
import Testing
import Weights

/// A file kept in `Tests/Fixtures/arrays`, made by `Tests/Oracles/make_array_fixtures.py`.
func arrayFixture(_ name: String, file: String = #filePath) -> String {
  let tests = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
  return tests.appending(path: "Fixtures/arrays/\(name)").path(percentEncoded: false)
}

/// A safetensors file with that header and some data.
func safetensorsBytes(header: String, dataCount: Int, length: UInt64? = nil) -> [UInt8] {
  let text = Array(header.utf8)
  let count = length ?? UInt64(text.count)
  let prefix = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) }
  return prefix + text + Array(repeating: 1, count: dataCount)
}

/// A malformed file, and what the message must say.
struct HostileHeader: CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let code: WeightError.Code
  let message: String
  var testDescription: String { name }

  init(
    _ name: String, _ header: String, data: Int = 0, length: UInt64? = nil,
    _ code: WeightError.Code, _ message: String
  ) {
    self.name = name
    self.bytes = safetensorsBytes(header: header, dataCount: data, length: length)
    self.code = code
    self.message = message
  }

  private static func tensor(_ shape: String, _ offsets: String, _ dtype: String = "F32") -> String
  {
    #"{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  static let all: [HostileHeader] = [
    HostileHeader("empty header", "", .badHeader, "not valid JSON"),
    HostileHeader("no JSON", "{\"a\":", .badHeader, "the text ends, expected a value"),
    HostileHeader("an array", "[]", .badHeader, "no JSON object"),
    HostileHeader(
      "text after the end", "{} x", .badHeader, "found x, expected the end of the text"),
    HostileHeader("huge length", "{}", length: .max, .notSafetensors, "18446744073709551615 bytes"),
    HostileHeader("long length", "{}", length: 5000, .truncated, "its header would end at 5008"),
    HostileHeader(
      "duplicate name", "{\"a\":\(tensor("[1]", "[0,4]")),\"a\":\(tensor("[1]", "[4,8]"))}",
      data: 8,
      .badHeader, "the name \"a\" stands twice"),
    HostileHeader(
      "truncated data", "{\"a\":\(tensor("[4]", "[0,16]"))}", data: 12, .truncated, "a ends at"),
    HostileHeader(
      "overlap", "{\"a\":\(tensor("[2]", "[0,8]")),\"b\":\(tensor("[2]", "[4,12]"))}", data: 12,
      .badOffsets, "its data overlap those of another tensor after a"),
    HostileHeader(
      "gap", "{\"a\":\(tensor("[1]", "[0,4]")),\"b\":\(tensor("[1]", "[8,12]"))}", data: 12,
      .badOffsets, "its data leave a gap after a"),
    HostileHeader(
      "trailing bytes", "{\"a\":\(tensor("[1]", "[0,4]"))}", data: 9, .badOffsets,
      "5 bytes at the end belong to no tensor"),
    HostileHeader(
      "backward offsets", "{\"a\":\(tensor("[1]", "[4,0]"))}", data: 4, .badOffsets, "[4, 0]"),
    HostileHeader(
      "negative offsets", "{\"a\":\(tensor("[1]", "[-4,0]"))}", data: 4, .badHeader, "incomplete"),
    HostileHeader(
      "negative shape", "{\"a\":\(tensor("[-1]", "[0,4]"))}", data: 4, .badHeader, "incomplete"),
    HostileHeader(
      "fractional shape", "{\"a\":\(tensor("[1.5]", "[0,4]"))}", data: 4, .badHeader, "incomplete"),
    HostileHeader(
      "wrong byte count", "{\"a\":\(tensor("[3]", "[0,4]"))}", data: 4, .badOffsets,
      "expected 12 bytes"),
    HostileHeader(
      "overflowing shape", "{\"a\":\(tensor("[4611686018427387904,16]", "[0,4]"))}", data: 4,
      .badOffsets, "F32"),
    HostileHeader(
      "overflowing empty shape", "{\"a\":\(tensor("[4611686018427387904,16,0]", "[0,0]"))}",
      .badHeader, "no elements"),
    HostileHeader(
      "overflowing offsets", "{\"a\":\(tensor("[1]", "[0,9223372036854775807]"))}", data: 4,
      .badOffsets, "9223372036854775807"),
    HostileHeader(
      "endless offsets", "{\"a\":\(tensor("[1]", "[0,99999999999999999999]"))}", data: 4,
      .badHeader, "incomplete"),
    HostileHeader(
      "rows without elements", "{\"a\":\(tensor("[8589934592,1,0]", "[0,0]"))}", .badHeader,
      "no elements, and 8589934592 places"),
    HostileHeader(
      "many axes",
      "{\"a\":\(tensor("[\(Array(repeating: "1", count: 99).joined(separator: ","))]", "[0,4]"))}",
      data: 4, .badHeader, "99 axes"),
    HostileHeader(
      "metadata of numbers", "{\"__metadata__\":{\"a\":1}}", .badHeader, "__metadata__"),
    HostileHeader(
      "deep brackets", "{\"a\":" + String(repeating: "[", count: 100_000), .badHeader,
      "nested too deeply"),
  ]
}

@Suite struct SafetensorsTests {
  @Test(
    "a file of the official writer reads in every supported type",
    arguments: ["f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "u16", "u32", "u64"])
  func officialFile(name: String) throws {
    let file = try Safetensors(path: arrayFixture("all.safetensors"))
    let tensor = try file.tensor(name)
    #expect(tensor.shape == [2, 3])
    #expect(tensor.doubles() == [0, 1, 2, 3, 4, 5])
    #expect(tensor.dtype == file.entry(name)?.dtype)
  }

  @Test("bools, scalars, empty arrays and metadata of the official writer")
  func officialOddities() throws {
    let file = try Safetensors(path: arrayFixture("all.safetensors"))
    #expect(try file.tensor("bool").elements() == [false, true, true, true, true, true])
    #expect(try file.tensor("scalar").shape.isEmpty)
    #expect(try file.tensor("scalar").doubles() == [7])
    #expect(try file.tensor("empty").shape == [0, 4])
    #expect(file.metadata == ["made by": "numpy"])
    #expect(file.names.count == 16)
  }

  @Test("floats of one byte read as float32")
  func float8() throws {
    let file = try Safetensors(path: arrayFixture("all.safetensors"))
    let tensor = try file.tensor("f8")
    #expect(tensor.dtype == .float32)
    #expect(tensor.count == file.entry("f8")?.range.count)
  }

  @Test("a type that cannot be read is refused by name, and only when it is read")
  func unknownType() throws {
    let header = #"{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}"#
    let file = try Safetensors(bytes: safetensorsBytes(header: header, dataCount: 2))
    let error = #expect(throws: WeightError.self) { try file.tensor("a") }
    #expect(error?.code == .unsupportedDType)
    #expect(error?.description.contains("a: its elements are F4") == true)
    #expect(error?.description.contains("convert the tensor") == true)
  }

  @Test("every dtype survives writing and reading bit for bit", arguments: DType.allCases)
  func roundTrip(dtype: DType) throws {
    let odd = Tensor([1.5, -2, 0, 77, .nan]).converted(to: dtype)
    let empty = Tensor(zeros: [3, 0], dtype)
    let bytes = Safetensors.encoded(
      [("b/odd", odd), ("a \"quoted\" ü", empty)], metadata: ["k": "v\n"])
    let file = try Safetensors(bytes: bytes)
    #expect(try file.tensor("b/odd").bitsEqual(odd))
    #expect(try file.tensor("a \"quoted\" ü").bitsEqual(empty))
    #expect(file.metadata == ["k": "v\n"])
  }

  @Test("tensors of mixed widths are aligned in the file")
  func alignment() throws {
    let tensors = DType.allCases.map { ($0.name, Tensor(repeating: 1, shape: [3], $0)) }
    let file = try Safetensors(bytes: Safetensors.encoded(tensors))
    for entry in file.entries {
      let width = try #require(entry.dtype).byteCount
      #expect(entry.range.lowerBound % min(width, 4) == 0, "\(entry.name)")
    }
  }

  @Test("a written file replaces the old one and reads back")
  func writing() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "w.safetensors").path(percentEncoded: false)
    for value in [Float(1), 2] {
      try Safetensors.write([("x", Tensor([value]))], to: path)
      #expect(try Safetensors(path: path).tensor("x").elements() == [value])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["w.safetensors"])
  }

  @Test("malformed headers are refused with the reason", arguments: HostileHeader.all)
  func hostileHeaders(example: HostileHeader) throws {
    let error = #expect(throws: WeightError.self) { try Safetensors(bytes: example.bytes) }
    #expect(error?.code == example.code)
    #expect(error?.description.contains(example.message) == true, "\(error?.description ?? "")")
  }

  @Test(
    "files of other kinds are named",
    arguments: [
      ("deflated.npz", "archive of NumPy arrays"), ("deflated.npz", "numpy.load('"),
      ("f4.npy", "an array of NumPy"), ("pcm8.wav", "WAV recording"),
    ])
  func otherKinds(name: String, message: String) {
    let error = #expect(throws: WeightError.self) { try Safetensors(path: arrayFixture(name)) }
    #expect(error?.code == .notSafetensors)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("a mistyped tensor name suggests the nearest")
  func unknownTensor() throws {
    let file = try Safetensors(bytes: Safetensors.encoded([("encoder/kernel", Tensor([Float(1)]))]))
    let error = #expect(throws: WeightError.self) { try file.tensor("encoder/kernal") }
    #expect(error?.suggestion == "did you mean encoder/kernel?")
    let other = #expect(throws: WeightError.self) { try file.tensor("zzz") }
    #expect(other?.suggestion == "it holds encoder/kernel")
  }

  @Test("files that are not there or cannot be read say so")
  func missingFiles() {
    let missing = #expect(throws: FileError.self) {
      try Safetensors(path: arrayFixture("all.safetensor"))
    }
    #expect(missing?.code == .notFound)
    #expect(missing?.suggestion?.hasSuffix("/all.safetensors?") == true)
    let folder = #expect(throws: FileError.self) { try Safetensors(path: arrayFixture("")) }
    #expect(folder?.code == .isDirectory)
    let write = #expect(throws: FileError.self) {
      try Safetensors.write([], to: "/no such folder/x.safetensors")
    }
    #expect(write?.code == .notWritable)
  }

  @Test("an unsigned value above int64 is an error, not a wrong number")
  func wideUnsigned() throws {
    let header = #"{"a":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}}"#
    var bytes = safetensorsBytes(header: header, dataCount: 8)
    let small = try Safetensors(bytes: bytes)
    #expect(try small.tensor("a").elements() == [Int64(0x0101_0101_0101_0101)])
    bytes[bytes.count - 1] = 0xFF
    let large = try Safetensors(bytes: bytes)
    let error = #expect(throws: WeightError.self) { try large.tensor("a") }
    #expect(error?.code == .outOfRange)
  }
}

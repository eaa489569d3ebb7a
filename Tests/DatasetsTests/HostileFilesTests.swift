import Datasets
import Foundation
import Serialization
import Tensors
import Testing
import Weights

/// A kind of file with a sound example and its reader.
struct FileReader: Sendable, CustomTestStringConvertible {
  let name: String
  let example: [UInt8]
  /// Reads all there is; what it finds does not matter.
  let read: @Sendable ([UInt8]) throws -> Void
  var testDescription: String { name }

  /// Whether the bytes are read without being told what they are.
  var isOfAnyKind: Bool { name.hasPrefix(FileReader.anyKind) }
  private static let anyKind = "as any kind:"

  static func all() throws -> [FileReader] {
    let small = [("a", ramp([2, 3])), ("mask", Tensor([true, false]))]
    let samples = Tensor([Float(0.5), -0.5, 0.25, 0], shape: [2, 2])
    var readers: [FileReader] = [
      FileReader(name: "npy", example: Npy.encoded(ramp([3, 2]))) { _ = try Npy.read(bytes: $0) },
      FileReader(name: "npz stored", example: Npz.encoded(small), read: readArchive),
      FileReader(name: "safetensors", example: Safetensors.encoded(small, metadata: ["a": "b"])) {
        let file = try Safetensors(bytes: $0)
        for name in file.names { _ = try file.tensor(name) }
      },
      FileReader(name: "json", example: Array(#"{"a":[1,-2.5e3,"\u00fc\n"],"b":{"c":null}}"#.utf8))
      {
        _ = try JSONValue.parse($0)
      },
    ]
    let counts = (0..<40).map { Int16($0 * 800 - 16000) }
    let table = Array("\u{FEFF},x,y,\"z\"\r\n0,1.5,-2e3,\r\n1,NA,inf,4\r\n".utf8)
    let index = Array(#"{"weight_map":{"a":"m-1.safetensors","mask":"m-2.safetensors"}}"#.utf8)
    readers += [
      FileReader(name: "flac", example: SoundBytes.flac(counts.map(Int32.init), channels: 2)) {
        _ = try Recording(ByteFile(bytes: $0))
      },
      FileReader(name: "au", example: SoundBytes.au(counts)) {
        _ = try Recording(ByteFile(bytes: $0))
      },
      FileReader(name: "rifx", example: SoundBytes.rifx(counts)) {
        _ = try Recording(ByteFile(bytes: $0))
      },
      FileReader(name: "table", example: table) { bytes in
        _ = try ArrayFile.read("a.csv") { ByteFile(bytes: bytes, name: $0) }
      },
      FileReader(name: "index", example: index) { bytes in
        let file = try Safetensors(path: "m.safetensors.index.json") { path in
          let isIndex = path.hasSuffix(".json")
          return ByteFile(bytes: isIndex ? bytes : Safetensors.encoded(small), name: path)
        }
        for name in file.names { _ = try file.tensor(name) }
      },
    ]
    // What these bytes are is for the table of kinds to say.
    for example in readers {
      readers.append(
        FileReader(name: "\(anyKind) \(example.name)", example: example.example) { bytes in
          _ = try Batcher.load(["a"]) { ByteFile(bytes: bytes, name: $0) }
        })
    }
    for encoding in [Wav.Encoding.integer(bits: 16), .integer(bits: 24), .float(bits: 32)] {
      let bytes = Wav.encoded(samples, sampleRateHz: 8000, as: encoding)
      readers.append(FileReader(name: "wav \(encoding)", example: bytes) { _ = try Wav(bytes: $0) })
    }
    for name in ["level9.npz", "streamed.npz"] {
      readers.append(FileReader(name: name, example: try fixtureBytes(name), read: readArchive))
    }
    readers += [
      FileReader(name: "ogg", example: try fixtureBytes("tone.ogg")) {
        _ = try Recording(ByteFile(bytes: $0))
      },
      FileReader(name: "npy big-endian", example: try fixtureBytes("fortran_big.npy")) {
        _ = try Npy.read(bytes: $0)
      },
    ]
    return readers
  }

  private static let readArchive: @Sendable ([UInt8]) throws -> Void = { bytes in
    let archive = try Npz(bytes: bytes)
    for name in archive.names { _ = try archive.array(name) }
  }
}

/// Every reader must give a value or throw; a crash ends the test run.
///
/// `WORKBENCH_FUZZ_FILES` is the number of changed files for each reader; 500 without it.
@Suite struct HostileFilesTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let changedFiles =
    environment["WORKBENCH_FUZZ_FILES"].flatMap { Int($0) } ?? 500
  private static let seed = environment["WORKBENCH_FUZZ_SEED"].flatMap { UInt64($0) } ?? 11

  private func survives(_ reader: FileReader, _ bytes: [UInt8]) {
    do { try reader.read(bytes) } catch {
      #expect(!"\(error)".isEmpty)
    }
  }

  @Test("sound examples read", arguments: try FileReader.all().filter { !$0.isOfAnyKind })
  func soundExamples(reader: FileReader) throws { try reader.read(reader.example) }

  @Test("files cut at any byte", arguments: try FileReader.all())
  func truncation(reader: FileReader) {
    for count in 0..<reader.example.count where count < 512 || count % 16 == 0 {
      survives(reader, Array(reader.example.prefix(count)))
    }
    for count in 0..<min(reader.example.count, 64) {
      survives(reader, Array(reader.example.dropFirst(count)))
    }
  }

  @Test("files with one changed byte, at every place", arguments: try FileReader.all())
  func singleBytes(reader: FileReader) {
    for place in reader.example.indices where place < 512 || place % 16 == 0 {
      for value: UInt8 in [0x00, 0x01, 0x7F, 0x80, 0xFF, reader.example[place] ^ 0x10] {
        var bytes = reader.example
        bytes[place] = value
        survives(reader, bytes)
      }
    }
  }

  @Test("files with many changes, seeded", arguments: try FileReader.all())
  func randomChanges(reader: FileReader) {
    var random = RandomStream(seed: Self.seed, name: reader.name)
    for _ in 0..<Self.changedFiles {
      var bytes = reader.example
      for _ in 0...Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default:
          let end = min(place + Int.random(in: 1...8, using: &random), bytes.count)
          for index in place..<end { bytes[index] = 0xFF }
        }
      }
      survives(reader, bytes)
    }
  }

  @Test("deflate streams of random bytes, seeded")
  func randomDeflate() {
    var random = RandomStream(seed: 12, name: "deflate")
    for _ in 0..<3000 {
      let count = Int.random(in: 0..<200, using: &random)
      // The low bits choose the kind of the first block; each kind gets its share.
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      if let output = Inflate.decompress(bytes, count: 64) { #expect(output.count == 64) }
    }
  }
}

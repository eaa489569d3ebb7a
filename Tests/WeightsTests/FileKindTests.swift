import Serialization
import Testing
import Weights

/// A file that people have, and what it must be called.
struct KindCase: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let saying: String
  /// Part of what to do; nil for kinds that are read.
  let advice: String?
  var testDescription: String { name }

  init(_ name: String, _ bytes: [UInt8], _ saying: String, _ advice: String? = nil) {
    (self.name, self.bytes, self.saying, self.advice) = (name, bytes, saying, advice)
  }

  init(_ name: String, _ text: String, _ saying: String, _ advice: String? = nil) {
    self.init(name, Array(text.utf8), saying, advice)
  }

  /// The first bytes of a zip archive and a directory that holds this name.
  private static func zip(_ member: String) -> [UInt8] {
    Array("PK\u{3}\u{4}".utf8) + Array(repeating: 0, count: 26) + Array(member.utf8)
      + Array("PK\u{1}\u{2}".utf8) + Array(repeating: 0, count: 42) + Array(member.utf8)
  }

  private static func padded(_ text: String) -> [UInt8] {
    Array(text.utf8) + Array(repeating: 0, count: 64)
  }

  static let read: [KindCase] = [
    KindCase("a.npy", [0x93] + padded("NUMPY"), "array of NumPy"),
    KindCase("a.bin", zip("x.npy"), "archive of NumPy arrays"),
    KindCase("a.dat", [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "safetensors file"),
    KindCase("cut.safetensors", "abc", "safetensors file"),
    KindCase("m.safetensors.index.json", #"{"weight_map":{}}"#, "index of safetensors"),
    KindCase("a", "RIFF....WAVEfmt ", "WAV recording"),
    KindCase("a", "BW64....WAVEds64", "WAV recording"),
    KindCase("a", "RIFX....WAVEfmt ", "recording: big-endian WAV"),
    KindCase("a.txt", "fLaC....", "this is text"), KindCase("a", "fLaC....", "recording: FLAC"),
    KindCase("a", "OggS....", "recording: Ogg"),
    KindCase("a.csv", "x,y\n1,2\n", "table of numbers"),
    KindCase("BZh.txt", "BZh and ID3 and GGUF", "this is text"),
  ]

  static let foreign: [KindCase] = [
    KindCase("stft.pt", zip("stft/data.pkl"), "PyTorch checkpoint", "torch.load('stft.pt'"),
    KindCase("m.zip", zip("m/constants.pkl"), "TorchScript", "torch.jit.load('m.zip'"),
    KindCase(
      "old.bin",
      [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E],
      "PyTorch checkpoint", "'old.safetensors'"),
    KindCase("a0.pkl", "(lp0\nF1.0\naF2.0\na.", "Python pickle", "pickle.load(open('a0.pkl'"),
    KindCase("a1", [0x5D, 0x71, 0, 0x28, 0x47], "Python pickle", "trust"),
    KindCase("n0", "cnumpy.core.multiarray\n_reconstruct\n", "Python pickle", "trust"),
    KindCase("a2", [0x80, 2, 0x5D], "Python pickle", "trust"),
    KindCase("a5", [0x80, 5, 0x95], "Python pickle", "trust"),
    KindCase("a.mat", padded("MATLAB 5.0 MAT-file"), "MATLAB file", "scipy.io.loadmat('a.mat')"),
    KindCase("b.mat", padded("MATLAB 7.3 MAT-file"), "version 7.3", "h5py"),
    KindCase("c.mat", [0, 0, 0, 0, 5, 0, 0, 0], "MATLAB file", "loadmat"),
    KindCase("m.gguf", padded("GGUF"), "GGUF", "gguf.GGUFReader('m.gguf')"),
    KindCase("m.bin", padded("lmgg"), "GGML", "convert the model"),
    KindCase("m", [8, 8, 0x12, 7] + Array("pytorch".utf8), "ONNX", "onnx.load('m')"),
    KindCase("m.bin", [8, 8, 0x3A, 4, 0], "ONNX", "onnx.load('m.bin')"),
    KindCase("m.onnx", [8, 8, 0x3A, 0], "ONNX", "'m.safetensors'"),
    KindCase("m", [28, 0, 0, 0] + padded("TFL3"), "TensorFlow Lite", "tf.lite"),
    KindCase("a", padded("PAR1"), "Parquet", "read_parquet('a')"),
    KindCase("a.npy.gz", [0x1F, 0x8B, 8, 0], "gzip", "gunzip -k 'a.npy.gz'"),
    KindCase("a.npy.xz", [0xFD] + Array("7zXZ".utf8) + [0], "xz", "unxz -k"),
    KindCase("a.zst", [0x28, 0xB5, 0x2F, 0xFD], "Zstandard", "unzstd"),
    KindCase("a.mp3", [0xFF, 0xF3, 0x64, 0xC4], "MP3", "ffmpeg -i 'a.mp3' 'a.wav'"),
    KindCase("a", Array("ID3".utf8) + [4, 0], "MP3", "ffmpeg -i 'a' 'a.wav'"),
    KindCase("a", [0xFF, 0xF1, 0x50], "AAC", "ffmpeg"),
    KindCase("a.m4a", [0, 0, 0, 24] + padded("ftypM4A "), "MPEG-4", "ffmpeg -i 'a.m4a'"),
    KindCase("a.webm", [0x1A, 0x45, 0xDF, 0xA3], "WebM", "ffmpeg"),
    KindCase("a.pcm", [1, 2, 3, 4], "raw samples", "sox -t raw -r 16000"),
    KindCase("tokenizer.json", #"{"model":{"vocab":{}}}"#, "tokenizer", "numpy.save"),
    KindCase("config.json", #"{"layers":2}"#, "JSON document", "json.load(open('config.json'))"),
    KindCase("tokenizer.model", [0x0A, 0x0E], "tokenizer", "numpy.save"),
    KindCase(
      "m.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-lfs",
      "git lfs pull --include 'm.safetensors'"),
    KindCase("m.safetensors", "<!DOCTYPE html><html>", "web page", "open the address"),
    KindCase("k.keras", zip("model.weights.h5"), "Keras", "load_model('k.keras')"),
    KindCase("k.h5", [0x89] + padded("HDF"), "HDF5", "h5py.File('k.h5')"),
    KindCase("f.ark", Array("utt1 ".utf8) + [0] + padded("BFM "), "Kaldi", "load_ark('f.ark')"),
    KindCase("t.xlsx", zip("xl/workbook.xml"), "Excel", "read_excel('t.xlsx')"),
    KindCase("x.f32", [0, 0, 0x80, 0x3F], "without a header", "numpy.fromfile('x.f32', '<f4')"),
    KindCase("p.png", [0x89] + padded("PNG"), "picture", "PIL.Image"),
  ]
}

@Suite struct FileKindTests {
  @Test("kinds that are read are told by their bytes", arguments: KindCase.read)
  func read(example: KindCase) throws {
    let kind = try #require(try FileKind.of(ByteFile(bytes: example.bytes, name: example.name)))
    #expect(kind.saying.contains(example.saying), "\(kind.saying)")
    if case .foreign = kind { Issue.record("\(kind.saying)") }
  }

  @Test("kinds that are not read are named, with what converts them", arguments: KindCase.foreign)
  func foreign(example: KindCase) throws {
    let kind = try FileKind.of(ByteFile(bytes: example.bytes, name: example.name))
    guard case .foreign(let foreign)? = kind else {
      Issue.record("\(kind?.saying ?? "unknown")")
      return
    }
    #expect(foreign.name.contains(example.saying), "\(foreign.name)")
    let advice = foreign.advice(for: example.name)
    #expect(advice.contains(example.advice ?? ""), "\(advice)")
    #expect(!advice.contains("{in}") && !advice.contains("{out}"), "\(advice)")
  }

  @Test("a reader of weights says the same of every kind", arguments: KindCase.foreign)
  func weights(example: KindCase) {
    let error = #expect(throws: WeightError.self) {
      try Safetensors(bytes: example.bytes, name: example.name)
    }
    #expect(error?.code == .notSafetensors)
    #expect(error?.found.contains(example.saying) == true, "\(error?.description ?? "")")
    #expect(error?.suggestion?.contains(example.advice ?? "") == true)
  }

  @Test("a path that would end its quotes is not put into a line for a shell")
  func quoting() throws {
    let name = "a'; touch b; '.npy.gz"
    let kind = try FileKind.of(ByteFile(bytes: [0x1F, 0x8B, 8], name: name))
    guard case .foreign(let foreign)? = kind else {
      Issue.record("not known as gzip")
      return
    }
    #expect(foreign.advice(for: name) == "unpack it: gunzip -k 'FILE'")
    #expect(foreign.advice(for: "a b/ü.gz") == "unpack it: gunzip -k 'a b/ü.gz'")
  }

  @Test(
    "what is not known is described",
    arguments: [
      ([], "the file is empty"), ([0, 1, 0xFE], "begins with the bytes 00 01 fe"),
      (Array("hello".utf8), "text of no known kind"),
    ] as [([UInt8], String)])
  func unknown(bytes: [UInt8], message: String) throws {
    let file = ByteFile(bytes: bytes, name: "a.xyz")
    #expect(try FileKind.of(file) == nil)
    #expect(try FileKind.unknown(file).contains(message))
  }
}

import Datasets
import Sessions
import Tensors
import Testing
import Weights

/// Every file that a session reads, whole and then damaged: it is taken or refused in words, and never
/// brings the engine down.
@Suite struct FileFuzzTests {
  /// A kind of file and the command that reads it.
  struct Kind: Sendable, CustomTestStringConvertible {
    let file: String
    let command: String
    var testDescription: String { file }
  }

  static let kinds = [
    Kind(file: "a.session", command: "open a.session"),
    Kind(file: "a.textproto", command: "open a.textproto"),
    Kind(file: "a.json", command: "open a.json"),
    Kind(file: "a.binpb", command: "open a.binpb"),
    Kind(file: "a.npy", command: "input a.npy"),
    Kind(file: "a.npz", command: "input a.npz"),
    Kind(file: "a.wav", command: "input a.wav"),
    Kind(file: "a.safetensors", command: "input a.safetensors"),
  ]

  private static func fill(_ scratch: Scratch) throws {
    try scratch.workspace([
      "stack Serial([Dense(features: 2, name: \"d\"), Relu()])", "input sine --channels 2 --time 4",
      "step 2", "save a.session", "convert text > a.textproto", "convert json > a.json",
      "convert binary > a.binpb", "show input > a.npy",
    ])
    let values = Tensor((0..<8).map { Float($0) }, shape: [1, 4, 2])
    let named = [(name: "values", tensor: values)]
    try scratch.write(Npz.encoded([("values", values)]), "a.npz")
    try scratch.write(Safetensors.encoded(named), "a.safetensors")
    let samples = Tensor((0..<8).map { Float($0) / 8 }, shape: [4, 2])
    try scratch.write(Wav.encoded(samples, sampleRateHz: 8000, as: .integer(bits: 16)), "a.wav")
  }

  @Test("cut and changed files", arguments: kinds)
  func damaged(kind: Kind) throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    try Self.fill(scratch)
    let whole = try scratch.bytes(kind.file)
    let workspace = try scratch.workspace()
    try workspace.performAll([kind.command])
    var random = RandomStream(seed: 11, name: kind.file)
    for turn in 0..<60 {
      var bytes = whole
      let place = Int.random(in: 0..<whole.count, using: &random)
      switch turn % 3 {
      case 0: bytes = Array(bytes[..<place])
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      default: bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      try scratch.write(bytes, kind.file)
      let outcome = workspace.perform(kind.command)
      #expect(outcome.status == 0 || !"\(String(describing: outcome.error))".isEmpty)
    }
  }
}

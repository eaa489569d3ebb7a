import Datasets
import Sessions
import Tensors
import Testing
import Weights

/// Files as people have them, given to the commands that read files.
@Suite struct ForeignFileTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    let samples = Tensor((0..<80).map { Float($0 % 5) / 5 }, shape: [80, 1])
    let wav = Wav.encoded(samples, sampleRateHz: 8000)
    try scratch.write(wav, "a.wav")
    // Cut as by a pipe that knows no sizes.
    try scratch.write(Array(wav[..<40]) + [0xFF, 0xFF, 0xFF, 0xFF] + Array(wav[44...]), "pipe.wav")
    try scratch.write(Array("x,y,z\r\n1,2,3\r\n4,5,6\r\n".utf8), "t.csv")
    try scratch.write([0x80, 4, 0x95], "p.pkl")
    try scratch.write(
      Array("version https://git-lfs.github.com/spec/v1\n".utf8), "w.safetensors")
  }

  @Test("recordings and tables are input, with what was done to them")
  func inputs() throws {
    Dialog(
      "inputs", ["stack Relu()"],
      [
        ("input a.wav --rate 16000", "[1, 160] float32 · 16000 Hz · lengths 160"),
        ("input a.wav --rate 16000", "a.wav: resampled from 8000 to 16000 Hz by libsamplerate"),
        ("input a.wav --rate 0", "!expected"), ("input a.wav --rate 1e9", "!"),
        ("input a.wav --rate 99999999999999", "!expected 32 to 2048000 Hz"),
        ("input pipe.wav", "pipe.wav: the size in its header is a placeholder"),
        ("input pipe.wav", "[1, 80] float32 · 8000 Hz"),
        ("input t.csv", "[1, 2, 3] float32"), ("input t.csv", "t.csv: columns: x, y, z"),
        ("input t.csv:z,x", "[1, 2, 2]"), ("input t.csv --rate 8000", "!expected a recording"),
        ("input p.pkl", "!p.pkl: this is a Python pickle; convert it: python3 -c"),
        ("constants c t.csv", "columns: x, y, z"), ("constants c p.pkl", "!a Python pickle"),
        ("expect p.pkl at .", "!a Python pickle"),
        ("weights w.safetensors", "!git lfs pull --include"),
      ]
    ).hold(try scratch.workspace())
  }

  @Test("a rate beyond all numbers is shown, not converted", arguments: ["1e300", "7999.5"])
  func rates(rate: String) throws {
    Dialog(
      "rates", [],
      [
        (
          "stack LinearToMelSpectrogram(numMelBins: 4, sampleRate: \(rate), lowerEdgeHertz: 20, "
            + "upperEdgeHertz: 3000)", ""
        ),
        ("input a.wav --channel-axis", "8000 Hz, . expects"),
      ]
    ).hold(try scratch.workspace())
  }

  @Test("weights in several files are loaded by their index")
  func shards() throws {
    let kernel = Tensor((0..<6).map { Float($0) }, shape: [3, 2])
    try scratch.write(Safetensors.encoded([("out/kernel", kernel)]), "m-1.safetensors")
    try scratch.write(
      Safetensors.encoded([("out/bias", Tensor([Float(5), 6]))]), "m-2.safetensors")
    let index = #"{"weight_map":{"out/kernel":"m-1.safetensors","out/bias":"m-2.safetensors"}}"#
    try scratch.write(Array(index.utf8), "m.safetensors.index.json")
    Dialog(
      "shards", ["stack Serial([Dense(features: 2, name: \"out\")])", "input t.csv"],
      [
        ("weights m.safetensors.index.json", "2 tensors loaded"),
        ("constants k m.safetensors.index.json:out/kernel", "k [3, 2]"),
        ("constants k m.safetensors.index.json:out/kernal", "!did you mean out/kernel"),
      ]
    ).hold(try scratch.workspace())
  }
}

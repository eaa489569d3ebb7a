import Datasets
import Runtime
import Sessions
import Tensors
import Testing
import Weights

@Suite struct FileCommandTests {
  @Test("save keeps other files, knows where it came from, and wants names for bundled sessions")
  func save() throws {
    let scratch = try Scratch()
    let workspace = try scratch.workspace([Small.stack, Small.input])
    #expect(try workspace.refusal(of: "save").contains("save NAME.session"))
    try workspace.performAll(["save a.session", "save", "step", "save a.session"])
    #expect(try workspace.refusal(of: "save a").contains("save a.session"))
    try scratch.write([1], "b.session")
    #expect(try workspace.refusal(of: "save b.session").contains("--replace"))
    try workspace.performAll(["save b.session --replace", "open a.session", "save"])
  }

  @Test("two sessions of one file never write over each other unawares")
  func shared() throws {
    let scratch = try Scratch()
    try scratch.workspace([Small.stack, Small.input, "step 3", "save a.session"])
    let (one, other) = (
      try scratch.workspace(["open a.session", "step"]),
      try scratch.workspace(["open a.session", "step 2"])
    )
    try one.performAll(["save", "step", "save"])
    #expect(try other.refusal(of: "save").contains("was written by somebody else"))
    try other.performAll(["save b.session", "save", "save a.session --replace"])
    #expect(try one.refusal(of: "save a.session").contains("--replace"))
  }

  @Test("a bundled session is only written to where that is said")
  func bundled() throws {
    let scratch = try Scratch()
    #expect(JournalFolder.make(scratch.file("Sessions")))
    let workspace = try scratch.workspace([Small.stack, "save Sessions/a.session"])
    try workspace.performAll(["open Sessions/a.session"])
    #expect(try workspace.refusal(of: "save").contains("a name of your own"))
    #expect(try workspace.refusal(of: "save Sessions/a.session").contains("--replace"))
    try workspace.performAll(["save b.session"])
  }

  @Test("what is too large to embed is found by its digest, and refused when it has changed")
  func large() throws {
    let scratch = try Scratch()
    let count = SessionFiles.keptLimit / 4 + 1
    let large = Npy.encoded(Tensor((0..<count).map { Float($0 % 9) }, shape: [1, count]))
    try scratch.write(large, "large.npy")
    let workspace = try scratch.workspace(["stack Relu()", "input large.npy", "save a.session"])
    let file = try SessionFile(bytes: scratch.bytes("a.session"), name: "a")
    #expect(file.contents.isEmpty && file.header.files.first?.isEmbedded == false)
    guard case .same = Replay.run(file, folder: scratch.path) else {
      Issue.record("the file beside the session was not found")
      return
    }
    try workspace.performAll(["save all.session --all"])
    let whole = try SessionFile(bytes: scratch.bytes("all.session"), name: "all")
    #expect(whole.contents.values.first?.count == large.count)
    var changed = large
    changed[large.count - 1] ^= 1
    try scratch.write(changed, "large.npy")
    #expect(try scratch.workspace(["open a.session"]).session.document.input == nil)
    guard case .failed(event: 2, let error) = Replay.run(file, folder: scratch.path) else {
      Issue.record("a changed file was taken")
      return
    }
    #expect("\(error)".contains("has changed since this was recorded"))
    guard case .failed(event: 2, let missing) = Replay.run(file, folder: "/nowhere") else {
      Issue.record("a missing file was found")
      return
    }
    #expect("\(missing)".contains("large.npy is not here"))
  }

  @Test("open takes sessions and configs, and explains what else it was given")
  func open() throws {
    let scratch = try Scratch()
    let workspace = try scratch.workspace([
      Small.stack, Small.input, "step 2", "save a.session", "show .:in > x.npy",
      "convert text > s.textproto", "convert json > s.json", "convert binary > s.binpb",
    ])
    let tensors = [(name: "c1/bias", tensor: Tensor(zeros: [4], .float32))]
    try scratch.write(Safetensors.encoded(tensors), "w.safetensors")
    // What a file is its bytes say, whatever it is called.
    try scratch.write(scratch.bytes("w.safetensors"), "w.bin")
    try scratch.write(scratch.bytes("x.npy"), "x.dat")
    try scratch.write(scratch.bytes("a.session"), "a.txt")
    try scratch.write(Array("layers: none\n".utf8), "s.yaml")
    let stack = workspace.session.stackText
    for file in ["s.textproto", "s.json", "s.binpb", "a.session"] {
      try workspace.performAll(["open \(file)"])
      #expect(workspace.session.stackText == stack)
      try workspace.performAll(["stack @\(file)"])
      #expect(workspace.session.stackText == stack)
    }
    #expect(workspace.session.position == 0)
    #expect(try workspace.refusal(of: "open x.npy").contains("input x.npy"))
    #expect(try workspace.refusal(of: "open x.dat").contains("holds data: this is an array"))
    #expect(try workspace.refusal(of: "open w.safetensors").contains("holds weights"))
    #expect(try workspace.refusal(of: "open w.bin").contains("holds weights"))
    #expect(try workspace.refusal(of: "open none.session").contains("no such file"))
    #expect(try workspace.refusal(of: "open s.yaml").contains(".textproto"))
    #expect(workspace.session.stackText == stack)
    try workspace.performAll(["open a.txt"])
    #expect(workspace.session.stackText == stack && workspace.session.position == 2)
    #expect(try workspace.performAll(["open -"])[0].hasPrefix("back in"))
    #expect(try scratch.workspace().refusal(of: "open -").contains("no session was open"))
  }

  @Test("weights are refused with everything that is wrong at once")
  func weights() throws {
    let scratch = try Scratch()
    let tensors = [
      (name: "c1/kernel", tensor: Tensor(zeros: [3, 3, 5], .float32)),
      (name: "out/bias", tensor: Tensor(zeros: [2], .float32)),
      (name: "extra", tensor: Tensor(zeros: [1], .float32)),
    ]
    try scratch.write(Safetensors.encoded(tensors), "w.safetensors")
    let workspace = try scratch.workspace([Small.stack, Small.input])
    let text = try workspace.refusal(of: "weights w.safetensors")
    for part in ["c1/kernel", "c1/bias", "out/kernel", "extra", "missing"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test("an array of another framework is compared, its shift found and confirmed")
  func expect() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let workspace = try scratch.workspace([Small.stack, Small.input, "run"])
    let out = try #require(workspace.session.layerOutput("out"))
    try scratch.write(Npy.encoded(out.values), "same.npy")
    try scratch.write(Npy.encoded(out.padded(by: 2).values), "longer.npy")
    let late = Tensor.joined(time: [Tensor(zeros: [2, 3, 2], .float32), out.values])
    try scratch.write(Npy.encoded(late), "late.npy")
    try workspace.performAll(["expect same.npy at out", "check equal expected", "expect clear"])
    #expect(try workspace.refusal(of: "expect same.npy at c1").contains("expected [2, 12, 4]"))
    let said = try workspace.performAll(["expect late.npy at out --shift auto"])
    #expect(said[0].contains("stands 3 timesteps later than ours"))
    #expect(workspace.perform("check equal expected").status == 1)
    #expect(try workspace.performAll(["diff expected"]).last == "confirm with: expect confirm")
    #expect(try workspace.performAll(["expect confirm"])[0].contains("equal within 0"))
    try workspace.performAll(["check equal expected", "undo"])
    #expect(workspace.perform("check equal expected").status == 1)
  }

  @Test("recordings, texts and masks become inputs")
  func inputs() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    for (name, count) in [("a.wav", 40), ("b.wav", 25)] {
      let samples = Tensor((0..<count).map { Float($0 % 5) / 5 }, shape: [count, 1])
      try scratch.write(Wav.encoded(samples, sampleRateHz: 8000, as: .integer(bits: 16)), name)
    }
    let stereo = Tensor((0..<40).map { Float($0 % 5) / 5 }, shape: [20, 2])
    try scratch.write(Wav.encoded(stereo, sampleRateHz: 8000, as: .float(bits: 32)), "c.wav")
    let mask = Tensor((0..<80).map { $0 % 40 < 30 }, shape: [2, 40])
    try scratch.write(Npy.encoded(mask), "mask.npy")
    Dialog(
      "inputs",
      [
        "stack LinearToMelSpectrogram(numMelBins: 4, sampleRate: 16000, lowerEdgeHertz: 20, "
          + "upperEdgeHertz: 3000, name: \"mel\")"
      ],
      [
        ("input c.wav", "8000 Hz, . expects 16000 Hz"), ("input clear", ""), ("stack Relu()", ""),
        ("input a.wav b.wav", "[2, 40] float32 · 8000 Hz · lengths 40, 25"),
        ("goto 0.001s", "input timestep 8 is in step 9"),
        ("input a.wav b.wav --channel-axis", "[2, 40, 1]"), ("input c.wav", "[1, 20, 2]"),
        ("input a.wav b.wav --mask mask.npy", "lengths 30, 30"),
        ("input a.wav --lengths 50", "!expected 0 to 40"),
        ("input a.wav c.wav", "!timesteps of shape"),
        ("input", "!no input"), ("input a.wave", "!did you mean"),
        ("input text \"ab\" \"c\"", "[2, 2] int32 · lengths 2, 1"),
        ("input text one two", "[1, 7] int32"),
      ]
    ).hold(try scratch.workspace())
  }
}

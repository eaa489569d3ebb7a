import Datasets
import Runtime
import Sessions
import Tensors
import Testing

/// Lines that ask for more memory than there may be: refused with numbers, and the session goes on.
@Suite struct MemoryTests {
  /// A session with a budget of so many megabytes.
  private func workspace(megabytes: Int, _ scratch: Scratch) throws -> Workspace {
    let workspace = try scratch.workspace()
    workspace.session.memory = MemoryBudget(megabytes << 20, origin: "a test")
    return workspace
  }

  private static let attention =
    "stack DotProductSelfAttention(numHeads: 8, unitsPerHead: 4, maxPastHorizon: 16, name: \"attn\")"

  @Test("probabilities of long inputs are not kept, and computed where there is room")
  func attention() throws {
    let scratch = try Scratch()
    let workspace = try workspace(megabytes: 300, scratch)
    try workspace.performAll([
      Self.attention, "input sine --channels 32 --time 2000", "run", "diff",
    ])
    #expect(workspace.session.attentionBytes == 2000 * (2000 * 8 * 4 + 1))
    #expect(workspace.session.attention("") == nil)
    try workspace.performAll(["show .:emit[0, 1999, 3, 1990:]"])
    #expect(workspace.session.attentionBytes == nil)
    #expect(workspace.session.attention("")?.probabilities.time == 2000)
    try workspace.performAll(["input sine --channels 32 --time 4000", "step"])
    let refusal = try workspace.refusal(of: "show .:emit")
    #expect(refusal.contains("budget of 314.6 MB (a test)"))
    #expect(refusal.contains("[1, 8, 4000, 4000]") || refusal.contains("[1, 4000, 8, 4000]"))
    try workspace.performAll(["step", "diff"])
  }

  @Test("short inputs keep what attention looks at")
  func shortAttention() throws {
    let workspace = try Scratch().workspace([
      Self.attention, "input sine --channels 32 --time 20", "step",
    ])
    #expect(workspace.session.attention("")?.probabilities.time == 20)
    #expect(workspace.session.attentionBytes == nil)
  }

  @Test(
    "what takes too much is refused with the need and the budget",
    arguments: [
      ("stack Dense(features: 1000000)", "input sine --channels 40 --time 3", "all parameters"),
      ("stack Delay(length: 2000000)", "input sine --channels 8 --time 3", "outputs of all"),
      (
        "stack DotProductSelfAttention(numHeads: 4, unitsPerHead: 4, maxPastHorizon: 2000000)",
        "input sine --channels 3 --time 5", "the program of a run"
      ),
      ("stack STFT(frameLength: 8, frameStep: 4, fftLength: 2000000)", "input sine --time 8", ""),
      ("stack Upsample1D(rate: 2000000)", "input sine --channels 8 --time 3", "outputs of all"),
    ])
  func refusals(stack: String, input: String, subject: String) throws {
    let scratch = try Scratch()
    let workspace = try workspace(megabytes: 32, scratch)
    try workspace.performAll([stack])
    let refusal = try workspace.refusal(of: input)
    #expect(refusal.contains("33.6 MB (a test)") && refusal.contains(subject), "\(refusal)")
    #expect(workspace.session.document.input == nil)
    try workspace.performAll(["stack Relu()", "input sine --channels 3 --time 5", "run", "diff"])
  }

  @Test(
    "counts of layers are refused before any copy is made",
    arguments: [
      "Repeat(layer: Relu(), numRepeats: 2000000)",
      "ParallelChannels(childLayer: Relu(), numGroups: 2000000)",
      "Repeat(layer: Repeat(layer: Serial([Relu(), Relu()]), numRepeats: 2000000), numRepeats: 2000000)",
    ])
  func copies(layer: String) throws {
    let workspace = try Scratch().workspace(["input sine --channels 4 --time 3"])
    let refusal = try workspace.refusal(of: "stack \(layer)")
    #expect(refusal.contains("layers, expected at most 32768"), "\(refusal)")
  }

  @Test("the outputs of very many steps are made in what may be kept of them")
  func history() throws {
    let scratch = try Scratch()
    let workspace = try workspace(megabytes: 64, scratch)
    try workspace.performAll([
      "stack Upsample1D(rate: 300)", "input sine --channels 8 --time 6000", "memory 8MB", "run",
      "diff",
    ])
    // The outputs of all steps are 58 MB.
    let kept = try workspace.performAll(["show memory"])
    #expect(kept.contains { $0.hasPrefix("layer-wise: in pieces") }, "\(kept)")
  }

  @Test("values of many axes are moved like those of few")
  func axes() throws {
    let shape = Array(repeating: "2", count: 12).joined(separator: ", ")
    let order = (2...13).reversed().map(String.init).joined(separator: ", ")
    let workspace = try Scratch().workspace([
      "stack Serial([Dense(features: 4096), Reshape(outputShape: [\(shape)]), Softmax(axis: 3), "
        + "Transpose(axes: [\(order)])])",
      "input noise --channels 3 --time 4", "run", "diff",
    ])
    let lines = try workspace.performAll(["diff"])
    #expect(lines.contains { $0.contains("equal within 0") }, "\(lines)")
  }

  @Test("longest steps are looked at before they are fed")
  func steps() throws {
    let scratch = try Scratch()
    let workspace = try workspace(megabytes: 32, scratch)
    try workspace.performAll(["stack Relu()", "input sine --channels 100 --time 3"])
    let refusal = try workspace.refusal(of: "block 1,1048576")
    #expect(refusal.contains("a step of 1,048,576 timesteps"), "\(refusal)")
    try workspace.performAll(["block 2", "run", "diff"])
  }

  @Test(
    "arrays of nothing are refused before rows and timesteps are made",
    arguments: ["(8589934592, 1, 0)", "(1, 8589934592, 0)", "(65536, 65536, 0)", "(9000000, 0, 3)"])
  func empty(shape: String) throws {
    let scratch = try Scratch()
    var head = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    while (head.utf8.count + 11) % 64 != 0 { head += " " }
    let bytes = Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) })
    let length = head.utf8.count + 1
    try scratch.write(
      bytes + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(head.utf8) + [10], "e.npy")
    let workspace = try scratch.workspace(["stack Dense(features: 3)"])
    for line in ["input e.npy", "constants c e.npy", "constants c e.npy --streamed"] {
      #expect(try workspace.refusal(of: line).contains("has no elements, and"))
    }
    try workspace.performAll(["input sine --channels 3 --time 5", "run", "diff"])
  }

  @Test(
    "numbers of commands at their extremes are refused or carried out",
    arguments: [
      "step", "back", "goto", "goto i:", "goto o:", "run", "block", "block 1,", "log", "seed",
      "input sine --channels ", "input sine --time ", "input sine --rows ",
      "input sine --lengths 1,",
      "input noise --seed ", "input ids --count ", "input impulse --at ", "input sine --frequency ",
      "input ramp --step ", "input chirp --over ", "show .:in[0, ", "fault . drop-state at ",
      "show .:layer[", "decode ", "force ", "diff --tol ", "diff expected --tol ",
    ])
  func commands(prefix: String) throws {
    let scratch = try Scratch()
    let workspace = try workspace(megabytes: 64, scratch)
    try workspace.performAll([
      "stack Dense(features: 3)", "input sine --channels 3 --time 5", "step",
    ])
    let closing = prefix.contains("[") ? "]" : ""
    for number in [
      "0", "-1", "16777216", "2147483648", "9007199254740992", "4611686018427387904",
      "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e300", "nan", "inf",
      "-inf", "1e-320",
    ] {
      let separator = prefix.last.map { " ,:[".contains($0) } ?? false ? "" : " "
      let outcome = workspace.perform(prefix + separator + number + closing)
      #expect(outcome.status == 0 || outcome.error != nil)
    }
    try workspace.performAll([
      "block 1", "input sine --channels 3 --time 5", "run", "diff",
    ])
  }

  @Test("rates that no recording has are told of, not converted")
  func rates() throws {
    let scratch = try Scratch()
    let samples = Tensor([Float](repeating: 0.5, count: 800), shape: [400, 2])
    try scratch.write(Wav.encoded(samples, sampleRateHz: 8000), "tone.wav")
    let workspace = try scratch.workspace()
    for rate in ["1e300", "9.3e18", "16000.5"] {
      let stack =
        "stack LinearToMelSpectrogram(numMelBins: 4, sampleRate: \(rate), lowerEdgeHertz: 80, "
        + "upperEdgeHertz: 7600)"
      let said = try workspace.performAll(["input clear", stack, "input tone.wav"])
      #expect(said.contains { $0.contains("warning: the input has 8000 Hz") }, "\(said)")
    }
  }
}

import Runtime
import Sessions
import Tensors
import Testing

@Suite struct DialogTests {
  private static let small = [Small.stack, Small.input]
  private static let late = [Small.late, "input noise --channels 3 --lengths 13,8,0 --seed 3"]
  private static let text = [Small.bytes, "input text \"hello world\""]

  static let time: [Dialog] = [
    Dialog(
      "steps, flush and the end", late,
      [
        ("step", "step 1 of 7"), ("run end", "step 7 of 7"), ("step", "flush 1/2"),
        ("step 9", "flush 2/2"), ("step", "!at the end (7 + 2 flush)"), ("back 20", "step 0 of 7"),
        ("run", "equal within 0"), ("reset", "step 0 of 7"),
      ]),
    Dialog(
      "every form of a time", late,
      [
        ("goto 3", "step 3 of 7"),
        ("goto i:5", "input timestep 5 is in step 3, which holds 4 to 5"),
        ("goto o:2", "step 6 of 7"), ("goto end", "step 7 of 7"), ("goto flushed", "flush 2/2"),
        ("goto 10", "!expected 0 to 9: 7 and 2 of flush"), ("goto i:99", "!the input has 13"),
        ("goto 1.5s", "!no sample rate"), ("goto then", "!expected blocks such as 7"),
      ]),
    Dialog(
      "rows that end", late,
      [("run 4", "row 1: ended at step 4"), ("show time", "row 2: ended at step 0")]),
    Dialog(
      "a flush before the end", late,
      [
        ("step 3", ""), ("flush", "!input ends at step 7; --here treats step 3 as the end"),
        ("flush --here", "flush 3/3"), ("undo", "undone: flush --here"), ("show time", "of 13"),
      ]),
    Dialog(
      "blocks keep the input timestep, or say that they cannot", late,
      [
        ("step 3", ""), ("block 3", "blocks a step: 3"), ("show time", "step 1 of 3"),
        ("block 2", "input timestep 6 is no boundary any more: now at 4"),
        ("block 1,2,3", "blocks a step: 1,2,3"), ("run", "equal within 0"), ("block 0", "!such as"),
      ]),
    Dialog(
      "a stack that cannot step", small,
      [
        ("step 2", ""), ("set c1.padding .valid", "cannot step: c1"),
        ("step", "!c1: padding 'valid'"),
        ("show .:layer[0, 0]", ".:layer"), ("undo", "undone: set c1.padding"),
        ("step", "step 1 of 12"),
      ]),
  ]

  static let naming: [Dialog] = [
    Dialog(
      "paths",
      [
        "stack Serial([Residual([Dense(features: 3, name: \"d\")], name: \"a\"), "
          + "Residual([Dense(features: 3, name: \"d\")], name: \"b\"), "
          + "Repeat(Dense(features: 3), numRepeats: 3, name: \"rep\")])", Small.input, "run",
      ],
      [
        ("show a/d[0, 0]", "a/d:out"),
        ("show d[0, 0]", "!d stands for 2 layers; expected one of a/d, b/d"),
        ("show /1/0[0, 0]", "b/d:out"), ("show /7", "!no layer at /7"),
        ("show e", "!no layer is called e"),
        ("show rep[2]/child_layer[0, 0]", "rep[2]/child_layer:out"),
        ("show rep[3]/child_layer", "!no layer is called rep[3]/child_layer"),
        ("show .[0, 0]", ".:out"), ("show %[0, 0]", ".:out"),
      ]),
    Dialog(
      "facets and slices", small + ["run"],
      [
        ("show c1:in[0, 0]", "c1:in"), ("show c1:layer[:, 2:5]", "→ [2, 3, 4]"),
        ("show c1:mask[1]", "c1:mask [2, 12] bool → [12]"), ("show c1:state", "c1/buffer"),
        ("show c1:state.buffer[0]", "→ [2, 3]"), ("show lstm:state", "lstm/h"),
        ("show c1:param", "c1/kernel"), ("show c1:param.kernel[0]", "→ [3, 4]"),
        ("show c1:diff[0, -1]", "c1:diff"), ("show c1.kernelSize", "c1.kernelSize = 3"),
        ("show c1:emit", "!this stack emits nothing"), ("show c1:stat", "!:in :out :layer"),
        ("show c1:state.bufer", "!did you mean buffer?"), ("show c1[9]", "!expected 0 to 1"),
        ("show c1[0, 0, 0, 0]", "!at most 3"), ("show c1[a]", "!the slice entry 'a'"),
        ("show c1[0, w0]", "!no warm-up output"),
        ("show c1.kernelsize", "!did you mean kernelSize?"),
      ]),
    Dialog(
      "warm-up outputs", late + ["run"],
      [("show .[0, w2]", "warm-up"), ("show .[0, w3]", "!expected w0 to w2")]),
    Dialog(
      "no shell", small,
      [
        ("step 1+2", "!there is no arithmetic"), ("step $n", "!there is no shell here"),
        ("show c1 | head", "!there is no shell here"),
        ("stack Dense(features: 2*3)", "!no arithmetic"),
        ("stack Dense(features: n)", "!no variables"), ("stepp", "!did you mean step?"),
        ("step --fast", "!step has no option --fast"), ("step > a.npy", "!step writes none"),
        ("step 2 # two at once", "step 2"), ("# nothing", ""),
      ]),
    Dialog(
      "tables and arrays go to files", small + ["step"],
      [
        ("show c1 > c1.npy", "[2, 1, 4] float32 written to c1.npy"),
        ("show masks > m.npy", "its columns: row, valid"),
        ("show state > s.npy", "written to s.npy"),
        ("show params > p.npy", "written"), ("show time > t.npy", "written"),
        ("show stack > k.npy", "written"), ("show c1 > c1.txt", "!ends in .npy"),
        ("show input > x.npy", "[2, 12, 3] float32"), ("input c1.npy", ""),
      ]),
  ]

  static let documents: [Dialog] = [
    Dialog(
      "weights follow the layer, not the path", small,
      [
        ("insert Dense(features: 3, name: \"d3\") before c1", "new d3 (seed 0)"),
        ("insert Tanh() before layers_2", "kept"), ("remove d3", "kept c1, lstm, out"),
        ("seed 7", "parameters drawn from seed 7"),
        ("replace out Dense(features: 5)", "new layers_4 (seed 7)"),
        ("wrap c1 Serial", "moved c1 → "), ("undo", "undone: wrap c1"), ("redo", "redone: wrap c1"),
        ("redo", "!nothing to redo"),
      ]),
    Dialog(
      "an edit that does not fit changes nothing", small + ["step 3"],
      [
        ("insert Reshape(outputShape: [7]) after c1", "!"), ("set c1.kernelSize 0", "!"),
        ("set c1.kernelSize \"a\"", "!"), ("set c1.colour 3", "!Conv1D has no field 'colour'"),
        ("remove .", "!the root"), ("show time", "step 3 of 12"), ("undo", "undone: input"),
      ]),
    Dialog(
      "add reaches every list of layers",
      [
        "stack Serial([Residual([Dense(features: 3, name: \"a\")], name: \"r\"), Relu()])",
        Small.input, "step 3",
      ],
      [
        ("add Dense(features: 3, name: \"s\") to r.shortcutLayers", "kept r/a; new r/"),
        ("add Tanh() to r.layers", "kept"), ("edit r", "[Dense(features: 3, name: \"a\"), Tanh()]"),
        ("show time", "step 3 of 12"), ("add Relu() to r.name", "!no list of layers"),
        ("add Relu() to r.shortcuts", "!expected layers, shortcutLayers"),
        ("undo", "undone: add Tanh()"), ("undo", "undone: add Dense"), ("run", "equal within 0"),
      ]),
    Dialog(
      "what is emitted is found by its layer",
      [
        "stack Serial([Residual([DotProductSelfAttention(numHeads: 1, unitsPerHead: 3, "
          + "maxPastHorizon: 2, name: \"a\"), Flatten()], name: \"r\"), "
          + "DotProductSelfAttention(numHeads: 2, unitsPerHead: 2, maxPastHorizon: 2, name: \"b\")])",
        Small.input,
      ],
      [
        ("show b:emit[0, 0]", "b/probabilities [2, 12, 2, 12]"),
        ("show r/a:emit[0, 0]", "[2, 12, 1, 12]"), ("show r:emit[0, 0]", "[2, 12, 1, 12]"),
        ("show .:emit", "show one of them"), ("show b:emit.x", "!b has no emit 'x'"),
        ("show r/layers_1:emit", "!emits nothing"),
      ]),
    Dialog(
      "slips are answered with what was meant", small,
      [
        ("goto 1+2", "!there is no arithmetic"), ("x=3", "!there are no variables"),
        ("step 1+2", "!there is no arithmetic"), ("input siine --time 3", "!the signal sine"),
        ("goto i:5", "is in step 6\n"),
      ]),
    Dialog(
      "the input can be seen before there is a stack", [],
      [
        ("show input", "!there is no stack"), ("input ramp --time 3", "[1, 3] float32"),
        ("show input", "input [1, 3] f32"), ("show input > x.npy", "[1, 3] float32 written"),
        ("input noise --time 4 --rows 20", "lengths 4 in each of 20 rows"),
      ]),
    Dialog(
      "add wraps a root that is no Serial", ["stack Dense(features: 3)", Small.input],
      [("add Relu()", ""), ("show stack", "Serial"), ("edit", "stack Serial([")]),
    Dialog(
      "a stack for another input", small,
      [
        ("stack Embedding(dimension: 2, numEmbeddings: 4)", "!input clear first"),
        ("input clear", "no input"), ("stack Embedding(dimension: 2, numEmbeddings: 4)", "1 layer"),
        ("input ids --count 4 --time 5", "i32[]"), ("run", "equal within 0"),
      ]),
    Dialog(
      "faults show where they are", small,
      [
        ("fault c1 drop-state at 4", "FAULT c1 drop-state at 4"),
        ("run", "differs first at row 0, t 5"),
        ("diff all", "c1"), ("check equal", "does not hold"), ("check equal --tol 1e9", "holds"),
        ("fault clear", "no faults"), ("check equal", "holds"), ("fault relu drop", "!"),
        ("fault out stale-state", "keeps no state"),
        ("fault c1 stale-sate", "!did you mean stale-state?"),
      ]),
    Dialog(
      "a mask by multiplication lets NaN through", small,
      [("fault c1 mask-multiply", "FAULT"), ("undo", "undone: fault")]),
    Dialog(
      "checks", late,
      [
        ("check equal", "does not hold: nothing to compare yet"),
        ("check max-diff < 1", "does not hold: nothing"), ("run", ""), ("check equal", "holds"),
        ("check max-diff < 1e-5", "holds"), ("check max-diff < 0", "does not hold"),
        ("check latency == 5", "holds"), ("check latency == 2", "does not hold: latency is 5"),
        ("check output-latency == 3", "holds"), ("check c valid 6 3 0", "holds"),
        ("check look:mask valid 11 6 0", "holds"), ("check valid 1 1 1", "does not hold"),
        ("check latency = 2", "!expected latency == 2"), ("check", "!no condition"),
      ]),
    Dialog(
      "dtype, seed, training", small,
      [
        ("dtype float64", "f64[3] → f64[2]"), ("run", "equal within 0"), ("dtype int8", "!float32"),
        ("dtype input", "f32[3]"), ("training on", "training on"), ("training off", ""),
        ("seed x", "!a whole number"),
      ]),
  ]

  static let decoding: [Dialog] = [
    Dialog(
      "decode replaces what came later, and undo brings it back", text,
      [
        ("decode", "!no output to sample from at step 0"), ("step 5", ""),
        ("decode 2", "step 7 of 7"),
        ("undo", "undone: decode"), ("show time", "of 11"), ("redo", "redone: decode"),
        ("back 3", "step 4"), ("force \"xy\"", "tokens 120 121"),
        ("force 300", "!expected 0 to 255"),
        ("force xy", "!a text in quotes"), ("decode 2 --greedy --top-k 3", "!one of them"),
        ("decode 2 --temperature -1", "!or more"), ("decode 2 --top-p 2", "!0 to 1"),
        ("decode 2 --repetition-penalty 0", "!more than 0"), ("check equal", "holds"),
      ]),
    Dialog(
      "numbers are forced a timestep at a time", small,
      [
        ("force 1,2,3", "step 1 of 1"), ("force 1,2", "!3 numbers"), ("decode", "!expected tokens"),
        ("undo", ""), ("step 2", "step 3 of 12"),
      ]),
  ]

  @Test("commands answer as they should", arguments: time + naming + documents + decoding)
  func dialog(dialog: Dialog) throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    dialog.hold(try scratch.workspace())
  }

  /// The tokens of the input after some lines behind `run`.
  private func decoded(_ lines: [String]) throws -> [Int] {
    let workspace = try Scratch().workspace(Self.text + ["run"] + lines)
    let values = try #require(workspace.session.document.input).sequence.values
    return (0..<values.count).map { Int(values.double(at: $0)) }
  }

  @Test("the same seed decodes the same, step by step or at once, and another one does not")
  func seededDecoding() throws {
    let options = "--temperature 1 --top-k 40 --seed 5"
    let atOnce = try decoded(["decode 6 \(options)"])
    #expect(try decoded(["decode 2 \(options)", "decode 4 \(options)"]) == atOnce)
    #expect(try decoded(["block 3", "run", "decode 6 \(options)"]) == atOnce)
    #expect(try decoded(["decode 6 --temperature 1 --top-k 40 --seed 6"]) != atOnce)
  }

  @Test("cuts leave the likeliest token at least; a repetition penalty drives tokens away")
  func sampling() throws {
    let likeliest = try decoded(["decode 6 --greedy"])
    #expect(try decoded(["decode 6 --top-p 0 --seed 5"]) == likeliest)
    #expect(try decoded(["decode 6 --min-p 1 --seed 5"]) == likeliest)
    #expect(try decoded(["decode 6 --top-p 0.9 --seed 5"]) != likeliest)
    let varied = try decoded(["decode 6 --repetition-penalty 1e6"])
    let prompt = Set(varied.dropLast(6))
    #expect(prompt.union(varied.suffix(6)).count == prompt.count + 6)
  }
}

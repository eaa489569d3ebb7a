import TerminalUI
import Testing
import Workbench

@Suite("Completion")
struct CompletionTests {
  private static let words = Vocabulary(
    commands: [
      .init("stack", usage: "stack LAYER | @FILE | { text format }", options: []), .init("step"),
      .init(
        "show", usage: "show PATH[:facet][slice] [> FILE.npy] | masks | state", options: []),
      .init("set", usage: "set PATH.field VALUE", options: []),
      .init("help", usage: "help [COMMAND|LAYER|path]", options: []),
      .init(
        "input", usage: "input FILE… [--lengths 10,7]", options: ["lengths", "mask"],
        extraWords: ["sine"], fileEndings: ["wav", "npy"]),
    ],
    layers: ["Conv1D", "Conv1DTranspose", "Dense"],
    paths: [
      ".": "Serial", "c1": "Dense", "c2": "Conv1D", "rep[0]/child_layer": "Serial",
      "rep[0]/child_layer/rec": "Dense", "enc/att": "Attention",
    ],
    facets: ["state", "mask", "param"], fields: ["Dense": ["features", "useBias"]],
    choices: ["Dense.useBias": ["true", "false"], "Conv1D.padding": [".causal", ".same"]],
    leaves: [
      "state": ["enc/att/keys", "enc/att/values", "rep[0]/child_layer/rec/hidden"],
      "param": ["c1/kernel", "enc/att/query/kernel"],
    ])

  /// What the line is after Tab, for each candidate, as the editor cuts words.
  private func complete(_ line: String) -> [String] {
    let breaks = " \t\n\"'><=,;|&(){}[]"
    let start = line.lastIndex { breaks.contains($0) }.map { line.index(after: $0) }
    let word = String(line[(start ?? line.startIndex)...])
    let request = CompletionRequest(
      line: line, word: word, start: line.utf8.count - word.utf8.count)
    let found = Self.words.complete(request) { text in
      ["Sessions/", "Sessions/a.session", "b.wav", "picture.png"].filter { $0.hasPrefix(text) }
    }
    return found.candidates.map { line.dropLast(word.count) + $0 }
  }

  @Test(
    "words complete by where they stand",
    arguments: [
      ("st", ["stack", "step"]), (":st", [":stack", ":step"]), ("show c", ["show c1", "show c2"]),
      ("show c1:s", ["show c1:state"]), ("stack conv", ["stack Conv1D", "stack Conv1DTranspose"]),
      ("stack Dense(fe", ["stack Dense(features"]),
      ("stack Serial([Dense(features: 4), De", ["stack Serial([Dense(features: 4), Dense"]),
      ("stack Dense(useBias: t", ["stack Dense(useBias: true"]),
      ("stack Serial([Conv1D(padding: .c", ["stack Serial([Conv1D(padding: .causal"]),
      ("stack @Se", ["stack @Sessions/", "stack @Sessions/a.session"]), ("show m", ["show masks"]),
      ("show c1.f", ["show c1.features"]), ("show c1 > b", ["show c1 > b.wav"]),
      ("input x.wav --l", ["input x.wav --lengths"]), ("help De", ["help Dense"]),
      ("help ste", ["help step"]),
    ])
  func words(line: String, expected: [String]) { #expect(complete(line) == expected) }

  @Test(
    "paths complete behind brackets, and facets by the leaves of their layer",
    arguments: [
      (
        "set rep[0]/child_layer/rec.",
        ["features", "useBias"].map { "set rep[0]/child_layer/rec.\($0)" }
      ),
      ("set rep[0]/child_layer/rec.f", ["set rep[0]/child_layer/rec.features"]),
      ("show rep[0]/ch", ["show rep[0]/child_layer", "show rep[0]/child_layer/rec"]),
      ("show rep[", ["show rep[0]/child_layer", "show rep[0]/child_layer/rec"]),
      ("show att:state.", ["show att:state.keys", "show att:state.values"]),
      ("show enc/att:state.k", ["show enc/att:state.keys"]),
      ("show enc/att:param.", ["show enc/att:param.query/kernel"]),
      ("show rep[0]/child_layer/rec:state.", ["show rep[0]/child_layer/rec:state.hidden"]),
      ("show .:param.", ["show .:param.c1/kernel", "show .:param.enc/att/query/kernel"]),
      ("show nowhere:state.", []), ("show c1[0, ", []),
    ])
  func paths(line: String, expected: [String]) { #expect(complete(line) == expected) }

  @Test("input offers what it reads: signals, folders and files of its kinds")
  func files() {
    #expect(complete("input ") == ["input sine", "input Sessions/", "input b.wav"])
    #expect(complete("input p") == [])
  }
}

import Foundation
import Layers
import Notation
import Testing

/// Texts that cannot be read, one for every kind of mistake and notation.
private let mistakes: [(NotationFormat, String)] = [
  // Fields and values.
  (.text, "serial {\n  layers { relu {} }\n  layers {\n    conv1d { kernel_size: 3 }\n  }\n}"),
  (.text, "serial {\n  layers {\n    conv1d { filtres: 8 kernel_size: 3 stride: 2 }\n  }\n}"),
  (.text, "dense { features: \"eight\" }"),
  (.text, "dense { features: 2.5 }"),
  (.text, "dense { features: 3000000000 }"),
  (.text, "dense { features: 1 features: 2 }"),
  (.text, "dense { features: [1, 2] }"),
  (.text, "dense: 4"),
  (.text, "dense { features: 2 activation: RELU }"),
  (.text, "dense { features: 2 use_bias: yes }"),
  (.text, "add { shift { shape: 2 data: \"abc\" } }"),
  (.text, "add { shift { values: 1 data: \"abcd\" } }"),
  (.text, "dense { features: 2 name: \"\\377\" }"),
  // Cases.
  (.text, ""),
  (.text, "relu {} tanh {}"),
  (.text, "serial { layers {} }"),
  (.text, "dense { features: 2 kernel_init { zeros {} ones {} } }"),
  (.text, "dense { features: 2 kernel_init {} }"),
  (.text, "[my.app.gain] { db: 1 }"),
  // Grammar of the text format.
  (.text, "dense { features: 2"),
  (.text, "dense { features 2 }"),
  (.text, "dense { features: }"),
  (.text, "dense { features: 2 } }"),
  (.text, "dense { features: 2 name: \"a }"),
  (.text, "dense { features: 2 name: \"\\q\" }"),
  (.text, "dense { features: 089 }"),
  (.text, "dense { features: 1x }"),
  (.text, "serial { layers [ { relu {} } }"),
  // Grammar of Swift.
  (.swift, "Dense()"),
  (.swift, "Dense(4)"),
  (.swift, "Dense(features: 4"),
  (.swift, "Dense(features: .causal)"),
  (.swift, "Dense(features: count)"),
  (.swift, "Dense(features: 2 + 2)"),
  (.swift, "Dense(features: -)"),
  (.swift, "Dense"),
  (.swift, "4"),
  (.swift, "Relu() Tanh()"),
  (.swift, "Serial([Relu(), 3])"),
  (.swift, "Conv1D(filters: 1, kernelSize: 3, padding: \"causal\")"),
  (.swift, "Dense(features: 2, kernelInit: .normal(stdev: 1))"),
  (.swift, "Dense(features: 2, name: \"\\u{110000}\")"),
  // Grammar of JSON.
  (.json, "[1]"),
  (.json, "{\"dense\": {\"features\": \"x\"}}"),
  (.json, "{\"dense\": {\"features\": 2}"),
  (.json, "{\"dense\": {\"features\": tru}}"),
  (.json, "{\"dense\": {\"features\": 2}} 3"),
  // Bytes.
  (.binary, "nonsense"),
]

@Suite("Errors of configs")
struct ErrorTests {
  private let notation = LayerNotation()

  @Test("every mistake gets the recorded message")
  func messages() throws {
    var transcript = ""
    for (format, text) in mistakes {
      transcript += "\(format): \(text)\n"
      do {
        _ = try notation.read(text, as: format)
        transcript += "  no error\n"
      } catch {
        for line in error.all { transcript += "  \(line.code): \(line)\n" }
      }
      transcript += "\n"
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Snapshots/errors.txt")
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try transcript.write(to: file, atomically: true, encoding: .utf8)
    }
    let recorded = try String(contentsOf: file, encoding: .utf8)
    let pairs = zip(transcript.split(separator: "\n"), recorded.split(separator: "\n"))
    let difference = pairs.first { $0 != $1 }
    #expect(difference == nil, "found \(difference?.0 ?? "") where \(difference?.1 ?? "") stands")
    #expect(transcript == recorded)
  }

  @Test("no depth of brackets exhausts the stack", arguments: NotationFormat.allCases)
  func nesting(format: NotationFormat) throws {
    let count = 100_000
    let text: String
    switch format {
    case .text: text = String(repeating: "residual { layers { ", count: count)
    case .json: text = String(repeating: "{\"residual\": {\"layers\": ", count: count)
    case .swift: text = String(repeating: "Residual([", count: count)
    case .binary: text = String(repeating: "\u{92}\u{7}", count: count)
    }
    let error = #expect(throws: ConfigError.self) { try notation.read(text, as: format) }
    if format != .binary { #expect(error?.code == .tooDeep) }
  }

  @Test("a tree deeper than protobuf allows is refused in every notation")
  func depth() throws {
    let open = String(repeating: "residual { layers { ", count: 60)
    let text = open + "relu {}" + String(repeating: "} }", count: 60)
    let error = #expect(throws: ConfigError.self) { try notation.read(text, as: .text) }
    #expect(error?.code == .tooDeep)
  }

  @Test(
    "a cut text is an error or a config, never a crash",
    arguments: [NotationFormat.text, .swift, .json])
  func truncation(format: NotationFormat) throws {
    var random = RandomSpec(seed: 7, among: LayerRegistry.builtIn.entries.map(\.table.message))
    let bytes = try notation.write(try random.stack(depth: 2), as: format)
    var (read, refused) = (0, 0)
    for count in 0..<min(bytes.count, 1500) {
      var flipped = bytes
      flipped[count] ^= UInt8(truncatingIfNeeded: 1 << (count % 7))
      for damaged in [Array(bytes.prefix(count)), flipped] {
        do throws(ConfigError) {
          read += try notation.read(damaged, as: format).spec.fields.isEmpty ? 0 : 1
        } catch {
          refused += error.description.isEmpty ? 0 : 1
        }
      }
    }
    #expect(read > 0 && refused > 0)
  }

  @Test("bytes of an unknown field are not lost in silence")
  func unknownNumber() throws {
    // Field 111 of the root is `relu`, whose field 99 nobody knows.
    let bytes: [UInt8] = [0xFA, 0x06, 0x03, 0x98, 0x06, 0x01]
    let error = #expect(throws: ConfigError.self) { try notation.read(bytes, as: .binary) }
    #expect(error?.code == .unknownField)
  }
}

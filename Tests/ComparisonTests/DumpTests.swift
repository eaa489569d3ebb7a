import Comparison
import Serialization
import Testing

@Suite("Dumps of many arrays") struct DumpTests {
  private let names = ["embed", "layers.0", "layers.1", "logits"]

  private func dump(
    _ stream: [String], changing changed: [String: (Signal) -> Signal] = [:]
  ) -> DumpComparison {
    DumpComparison(offline: names, stream: stream) { name in
      let x = Signal.noise(1, 30, 4, seed: UInt64(name.utf8.count))
      let y = changed[name]?(x) ?? x
      return try ArrayComparison(offline: x.tensor, stream: y.tensor)
    }
  }

  @Test("equal dumps are equal, in whatever order the second has them")
  func equal() {
    let found = dump(names.reversed())
    #expect(found.areEqual)
    #expect(found.lines.last == "4 arrays: 4 equal, 0 rounding, 0 differ")
    #expect(found.entries.map(\.name) == names)
  }

  @Test("the first bad array is named in order, in full, and every array has its line")
  func firstBad() throws {
    let found = dump(
      names,
      changing: [
        "layers.0": { $0.changed { $3 * (1 + 2e-7) } }, "layers.1": { $0.changed { -$3 } },
        "logits": { $0.changed { $3 + 1 } },
      ])
    #expect(!found.areEqual)
    #expect(found.firstBad?.name == "layers.1")
    let lines = found.lines
    #expect(lines[0] == "first bad: layers.1, 3 of 4 in order")
    #expect(lines[1].hasPrefix("  differ first at row 0, timestep 0"))
    #expect(lines.contains { $0.contains("the sign is flipped") })
    #expect(lines.contains { $0.hasPrefix("≈ layers.0  rounding") })
    #expect(lines.contains { $0.hasPrefix("= embed     equal within 0") })
    #expect(lines.last == "4 arrays: 1 equal, 1 rounding, 2 differ")
    let document = try JSONValue.parse(Array(found.json.text(indented: true).utf8))
    #expect(document["first_bad"]?.string == "layers.1")
    #expect(document["arrays"]?.array?.count == 4)
  }

  @Test("names that one dump lacks are told, with the nearest, and count")
  func missing() {
    let found = dump(["embed", "layers.0", "layer.1"])
    #expect(!found.areEqual && found.firstBad == nil)
    #expect(found.onlyOffline == ["layers.1", "logits"])
    #expect(found.lines.contains { $0.contains("layers.1 (the other has layer.1), logits") })
  }

  @Test("arrays of other shapes are bad, and the others are compared all the same")
  func incomparable() {
    let found = dump(names, changing: ["layers.0": { Signal.noise(1, $0.times, 5) }])
    #expect(found.firstBad?.name == "layers.0")
    #expect(found.hasIncomparable)
    #expect(found.lines.contains { $0.hasPrefix("! layers.0  the arrays cannot be compared") })
    #expect(found.lines.contains { $0.hasPrefix("= logits") })
  }
}

import Programs
import Testing

/// Composites are encoded and decoded in one place.
@Suite struct KnownCompositeTests {
  static let norm = KnownComposite.NormalizationAttributes(
    axes: [2, 3], epsilon: 1e-6, usesScale: true, usesBias: false, isWide: true)
  static let all: [KnownComposite] = [
    .softmax(axis: 2), .rmsNorm(norm), .layerNorm(norm), .lstmCell,
    .attention(
      KnownComposite.AttentionAttributes(
        past: 3, future: -1, offset: 2, softCap: 50, zerosFullyMasked: true, hasBias: true)),
    .complexAbs, .gradientClipping(limit: 0.5),
  ]

  @Test("name and attributes give the composite back", arguments: all)
  func roundTrip(_ known: KnownComposite) {
    #expect(KnownComposite(name: known.name, attributes: known.attributes) == known)
  }

  @Test("without any one of its attributes a composite is not known", arguments: all)
  func missingAttribute(_ known: KnownComposite) {
    for key in known.attributes.keys {
      var fewer = known.attributes
      fewer[key] = nil
      #expect(KnownComposite(name: known.name, attributes: fewer) == nil, "\(key)")
      var other = known.attributes
      other[key] = .string("wrong kind")
      #expect(KnownComposite(name: known.name, attributes: other) == nil, "\(key)")
    }
  }

  @Test("other names are not known")
  func unknown() {
    #expect(KnownComposite(name: "lstmCellGeneral", attributes: [:]) == nil)
    #expect(Set(Self.all.map(\.name)).count == Self.all.count)
  }
}

/// The names of inputs and outputs are made and read in one place.
@Suite struct ProgramSignatureTests {
  @Test("no two parts of a signature share a name")
  func distinct() {
    let sequences = [
      ProgramSignature.input, ProgramSignature.output, ProgramSignature.constant("x"),
      ProgramSignature.emit("x"), ProgramSignature.tap("x"), ProgramSignature.tap(""),
    ]
    var names = sequences.flatMap { [$0.values, $0.mask, $0.imaginary] }
    names += [ProgramSignature.seed, ProgramSignature.rowKeys]
    names += [ProgramSignature.cotangent(of: "y")]
    names += ProgramSignature.ProbeSide.allCases.map { ProgramSignature.gradientProbe("x", $0) }
    #expect(Set(names).count == names.count)
  }

  @Test("the path of a gradient probe is read back", arguments: ["", "a/b", "rep[3]/x"])
  func probePath(_ path: String) {
    for side in ProgramSignature.ProbeSide.allCases {
      let found = ProgramSignature.layer(
        ofGradientProbe: ProgramSignature.gradientProbe(path, side))
      #expect(found?.side == side && found?.path == path)
    }
    #expect(ProgramSignature.layer(ofGradientProbe: path) == nil)
  }
}

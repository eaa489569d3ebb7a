import Layers
import Notation
import Testing

/// Configs as the original's unpublished protos spell them.
@Suite struct EarlierSpellingTests {
  private static let tacotron = """
    serial {
      layer { squeeze { factor: 2 } }
      layer { flatten {} }
      layer { dense { units: 256 activation { relu {} } } }
      layer { dropout { rate: 0.5 } }
      layer { autoregressive {
        layer { rnn { cell { lstm { units: 256 } } } }
        layer { skip {
          layer { gmm_attention {
            source_name: "source" num_heads: 1 units_per_head: 128 num_components: 5
            monotonic: true init_offset_bias: 1.0 init_scale_bias: 1.0
          } }
          layer { flatten {} }
        } }
      } }
      layer { residual { layer { rnn { cell { lstm { units: 256 } } } } } }
      layer { dense { units: 256 } }
    }
    """

  @Test("the Tacotron decoder of the original's example is read, with notes")
  func decoder() throws {
    let read = try LayerNotation().read(Self.tacotron, as: .text)
    let swift = LayerNotation().swift(read.spec)
    #expect(swift.contains("SqueezeTime(factor: 2)"))
    #expect(swift.contains("Dense(features: 256, activation: .relu)"))
    #expect(swift.contains("projectShortcut: true"))
    _ = try LayerRegistry.builtIn.makeLayer(read.spec)
    let notes = read.notes.joined(separator: "\n")
    for words in ["serial.layer read as layers", "units read as features", "ACTIVATION_RELU"] {
      #expect(notes.contains(words), "\(notes)")
    }
    // What is read is written in the spelling of today, which says nothing.
    #expect(try LayerNotation().read(LayerNotation().text(read.spec), as: .text).notes.isEmpty)
  }

  @Test("what no spelling has is an error as ever")
  func unknown() {
    let error = #expect(throws: ConfigError.self) {
      try LayerNotation().read("dense { unit: 4 }", as: .text)
    }
    #expect(error?.code == .unknownField || error?.code == .missingField)
  }
}

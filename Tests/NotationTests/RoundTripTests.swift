import ConfigProtos
import Layers
import Notation
import SwiftProtobuf
import Testing

@Suite("Notations convert into each other")
struct RoundTripTests {
  private let notation = LayerNotation()

  @Test("1,000 stacks come back as equal structs", arguments: 0..<10)
  func structs(hundred: Int) throws {
    for seed in hundred * 100..<hundred * 100 + 100 {
      var random = RandomSpec(seed: seed)
      let spec = try random.stack()
      let layer = try LayerRegistry.builtIn.makeLayer(spec)
      #expect(try SpecNode(layer: layer) == spec, "seed \(seed): struct to tree")
      for format in NotationFormat.allCases {
        let bytes = try notation.write(spec, as: format)
        let reading = try notation.read(bytes, as: format)
        let back = try LayerRegistry.builtIn.makeLayer(reading.spec)
        #expect(
          areEqual(layer, back),
          "seed \(seed) in \(format):\n\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  @Test("every message of the schema comes back as an equal tree", arguments: 0..<10)
  func trees(part: Int) throws {
    let names = LayerRegistry.builtIn.entries.map(\.table.message)
    for seed in part * 40..<part * 40 + 40 {
      var random = RandomSpec(seed: seed, among: names)
      let spec = try random.stack(depth: 2)
      var bytes = try notation.write(spec, as: .text)
      // A ring through all notations.
      var format = NotationFormat.text
      for next: NotationFormat in [.swift, .json, .binary, .text] {
        bytes = try notation.convert(bytes, from: format, to: next)
        format = next
        #expect(try notation.read(bytes, as: next).spec == spec, "seed \(seed) in \(next)")
      }
    }
  }

  @Test("SwiftProtobuf's text format agrees with ours", arguments: 0..<10)
  func oracle(part: Int) throws {
    let names = LayerRegistry.builtIn.entries.map(\.table.message)
    for seed in part * 40..<part * 40 + 40 {
      var random = RandomSpec(seed: seed, among: names)
      let spec = try random.stack(depth: 2)
      let bytes = try notation.write(spec, as: .binary)
      let message = try ProtoSequenceLayer(serializedBytes: bytes)
      let ours = notation.text(spec)
      #expect(try ProtoSequenceLayer(textFormatString: ours) == message, "seed \(seed):\n\(ours)")
      let theirs = message.textFormatString()
      #expect(try notation.read(theirs, as: .text).spec == spec, "seed \(seed):\n\(theirs)")
    }
  }

  @Test("text that is already canonical is printed as it was")
  func canonical() throws {
    let text = """
      serial {
        layers {
          conv1d {
            filters: 64
            kernel_size: 5
            padding: "causal"
            activation: ACTIVATION_RELU
            name: "conv0"
          }
        }
        layers {
          swish {}
        }
        layers {
          dense_shaped {
            output_shape: [2, 3]
          }
        }
      }

      """
    let spec = try notation.read(text, as: .text).spec
    #expect(notation.text(spec) == text)
  }

  @Test("fields at their defaults are not printed")
  func defaults() throws {
    let text = """
      conv1d { filters: 8 kernel_size: 3 strides: 1 padding: 'valid' use_bias: true
        kernel_init { lecun_normal {} } param_dtype: DTYPE_FLOAT32 activation: ACTIVATION_NONE }
      """
    let spec = try notation.read(text, as: .text).spec
    #expect(notation.swift(spec) == "Conv1D(filters: 8, kernelSize: 3)")
  }

  @Test("every spelling of the text format is understood")
  func spellings() throws {
    let text = """
      # A comment.
      serial: <
        layers: [{ conv2d { filters: 0x10, kernel_size: [3, 5]; strides: 2 strides: 1 } }, { tanh {} }]
        layers { power { power: .5 name: "a" 'b' "\\x41\\101\\n" } }  # Another.
        layers { emit: {} }
        layers { elu { alpha: -inf } }
        layers { leaky_relu { negative_slope: 1e-3f } }
        share_scope: t
      >
      """
    let spec = try notation.read(text, as: .text).spec
    let expected = """
      Serial([Conv2D(filters: 16, kernelSize: [3, 5], strides: [2, 1]), Tanh(), \
      Power(power: 0.5, name: "abAA\\n"), Emit(), Elu(alpha: -.infinity), \
      LeakyRelu(negativeSlope: 0.001)], shareScope: true)
      """
    #expect(notation.swift(spec, width: .max) == expected)
  }

  @Test("every spelling of Swift is understood")
  func swiftSpellings() throws {
    let text = """
      Serial(name: "s") {
        Conv2D(filters: 1_6, kernelSize: 0x3, spatialPadding: .explicit(left: 2),) // A comment.
        Scale(scale: [1, 0.5]); Scale(scale: -2)
        Dense(features: 4, activation: Activation.relu, computeDtype: nil)
        Residual([Identity()], shortcutLayers: [])
        Slice(slices: [.range(stop: 3), .index(-1), Slice.Entry.newAxis])
      }
      """
    let spec = try notation.read(text, as: .swift).spec
    let expected = """
      Serial([Conv2D(filters: 16, kernelSize: 3, spatialPadding: .explicit(left: 2)), \
      Scale(scale: [1, 0.5]), Scale(scale: -2), Dense(features: 4, activation: .relu), \
      Residual([Identity()]), Slice(slices: [.range(stop: 3), .index(-1), .newAxis])], name: "s")
      """
    #expect(notation.swift(spec, width: .max) == expected)
  }

  @Test("fields that mean nothing here are dropped with a note")
  func notes() throws {
    let text =
      "serial { layers { dense { features: 2 precision: 'highest' kernel_sharding: [] } } }"
    let reading = try notation.read(text, as: .text)
    #expect(
      reading.notes == [
        "serial.layers[0].dense.precision dropped: it changes no result here",
        "serial.layers[0].dense.kernel_sharding dropped: it changes no result here",
      ])
    #expect(notation.swift(reading.spec) == "Serial([Dense(features: 2)])")
  }

  @Test("constants may come as bytes")
  func bytes() throws {
    let text = #"add { shift { shape: 2 data: "\000\000\200\077\000\000\000\100" } }"#
    let spec = try notation.read(text, as: .text).spec
    #expect(notation.swift(spec) == "Add(shift: [1, 2])")
  }

  @Test("a value of one field is read as Swift has it")
  func values() throws {
    let table = try LayerRegistry.builtIn.describe("Conv2D").table
    let cases: [(String, String, [SpecValue])] = [
      ("filters", " 8 ", [.integer(8)]), ("kernel_size", "[3, 5]", [.integer(3), .integer(5)]),
      ("strides", "2", [.integer(2)]), ("time_padding", ".causal", [.text("causal")]),
      ("activation", "Activation.relu", [.symbol("ACTIVATION_RELU")]), ("name", "nil", []),
      ("name", "\"a b\"", [.text("a b")]), ("use_bias", "false", [.bool(false)]),
    ]
    for (name, text, expected) in cases {
      let row = try #require(table[name])
      #expect(try notation.readValues(text, of: row) == expected, "\(name)")
    }
    let row = try #require(table["time_padding"])
    let error = #expect(throws: ConfigError.self) { try notation.readValues(".casual", of: row) }
    #expect(error?.path == "time_padding")
    #expect(error?.suggestion == "did you mean .causal?")
  }

  @Test("what a person types is Swift, or text format with and without braces")
  func typed() throws {
    for text in ["Relu()", " { relu {} }", "relu {}", "{\n relu { name: '' } \n}"] {
      let spec = try notation.readTyped(text).spec
      #expect(spec.layerCase?.field.name == "relu")
    }
  }
}

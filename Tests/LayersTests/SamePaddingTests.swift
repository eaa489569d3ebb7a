import Layers
import Runtime
import Tensors
import Testing

/// Same padding streams the function of the whole sequence, late by what a window sees behind its
/// timestep; where stacks need delays for that, the obstacle says which.
@Suite struct SamePaddingTests {
  private static let rows: [(size: Int, dilation: Int, stride: Int)] = (1...6).flatMap {
    size -> [(size: Int, dilation: Int, stride: Int)] in
    [(size, 1, 1), (size, 3, 1), (size, 1, 2), (size, 2, 3)]
  }

  static let windows: [LayerRunCase] = rows.flatMap {
    size, dilation, stride -> [LayerRunCase] in
    let text = "\(size) taps \(dilation) apart, stride \(stride)"
    return [
      LayerRunCase(
        "conv, \(text)",
        Conv1D(
          filters: 3, kernelSize: size, strides: stride, dilationRate: dilation, padding: .same),
        time: 17),
      LayerRunCase(
        "masked average, \(text)",
        AveragePooling1D(
          poolSize: size, strides: stride, dilationRate: dilation, padding: .same,
          maskedAverage: true), time: 17),
      LayerRunCase(
        "maximum, \(text)",
        MaxPooling1D(poolSize: size, strides: stride, dilationRate: dilation, padding: .same),
        time: 17),
      LayerRunCase(
        "transposed conv, \(text)",
        Conv1DTranspose(
          filters: 3, kernelSize: size, strides: stride, dilationRate: dilation, padding: .same)),
    ]
  }

  @Test(
    "steps give the bits of the whole sequence", arguments: windows,
    LayerRunCase.Validity.allCases)
  func steps(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    let model = try run.model()
    #expect(run.layer.supportsStep)
    let x = try run.input(validity)
    let whole = try model.layer(x).y
    for blocks in [[1], [2], [1, 3, 2]] {
      let steps = try model.stepByStep(x, schedule: BlockSchedule(blocks)).y
      expectSame(steps, whole, within: 0, "\(run.name), \(validity), blocks \(blocks)")
    }
  }

  @Test("the latency is no longer than the window sees ahead")
  func latency() {
    for (size, dilation, stride) in Self.rows {
      let layer = Conv1D(
        filters: 1, kernelSize: size, strides: stride, dilationRate: dilation, padding: .same)
      #expect(layer.inputLatency == (size * dilation - dilation + 1) / 2)
      #expect(Double(layer.inputLatency) == layer.receptiveFieldPerStep.overall?.end)
    }
  }

  private static func conv(_ name: String, _ size: Int, _ stride: Int = 1) -> Conv1D {
    Conv1D(filters: 4, kernelSize: size, strides: stride, padding: .same, name: name)
  }

  /// Stacks that run as a whole and cannot step before they are given delays.
  static let unbalanced: [LayerRunCase] =
    (2...5).flatMap { size -> [LayerRunCase] in
      let (main, side) = size % 2 == 0 ? (size, size + 4) : (size + 4, size)
      return [
        LayerRunCase(
          "residual block, \(size) taps",
          Residual(layers: [conv("a", size), Relu(), conv("b", 3)], name: "block"), time: 15),
        LayerRunCase(
          "residual block with a projection that looks ahead, \(size) taps",
          Residual(
            layers: [conv("a", main)], shortcutLayers: [conv("s", side)], name: "block"),
          time: 15),
        LayerRunCase(
          "rates behind a latency, \(size) taps",
          Serial([conv("a", size), conv("b", 3, 2), conv("c", size, 3)]), time: 24),
        LayerRunCase(
          "branches, \(size) taps",
          Parallel([conv("a", size), conv("b", 7)], combination: .concat), time: 15),
      ]
    } + [
      LayerRunCase(
        "a stack of residual blocks between rates",
        Serial([
          conv("in", 3), Residual(layers: [conv("a", 5), Tanh(), conv("b", 3)], name: "block"),
          conv("down", 4, 2), Residual(layers: [conv("c", 2)], name: "other"),
        ]), time: 24)
    ]

  /// The stack with one delay where its obstacle asks for it.
  private func cured(_ layer: any SequenceLayer, _ obstacle: String) throws -> any SequenceLayer {
    let found = try #require(
      obstacle.firstMatch(of: /Delay\(length: (\d+), delayLayerOutput: false\)/), "\(obstacle)")
    let length = try #require(Int(found.1))
    let delay = Delay(length: length, delayLayerOutput: false)
    switch layer {
    case let residual as Residual:
      var result = residual
      if obstacle.contains("set shortcutLayers: [Delay") {
        result.shortcutLayers = [delay]
      } else if obstacle.contains("first into its shortcutLayers") {
        result.shortcutLayers.insert(delay, at: 0)
      } else {
        #expect(obstacle.contains("first into its layers"), "\(obstacle)")
        result.layers.insert(delay, at: 0)
      }
      return result
    case let parallel as Parallel:
      var result = parallel
      for index in result.layers.indices
      where obstacle.contains(
        "\(result.layers[index].name ?? "") needs Delay(length: \(length)")
      {
        result.layers[index] = Serial([delay, result.layers[index]])
      }
      return result
    case let serial as Serial:
      var result = serial
      let index = try #require(
        result.layers.firstIndex { obstacle.hasPrefix($0.name ?? "-") }, "\(obstacle)")
      if obstacle.contains("before it") {
        result.layers.insert(delay, at: index)
      } else {
        result.layers[index] = try cured(result.layers[index], obstacle)
      }
      return result
    default: return layer
    }
  }

  @Test(
    "a stack with the delays that its obstacles ask for steps to the same bits",
    arguments: unbalanced)
  func cures(_ run: LayerRunCase) throws {
    let model = try run.model()
    let x = try run.input(.ragged)
    let whole = try model.layer(x).y
    var layer = run.layer
    for _ in 0..<8 {
      guard let obstacle = layer.stepObstacle else { break }
      layer = try cured(layer, obstacle)
    }
    #expect(run.layer.stepObstacle != nil && layer.supportsStep, "\(layer.stepObstacle ?? "")")
    guard layer.supportsStep else { return }
    let balanced = try Model(layer, input: run.channels, seed: 7, time: run.time)
    for spec in balanced.parameterSpecs {
      // A layer inside a Serial of its own has another path.
      let own = model.parameterSpecs.first { spec.path.hasSuffix($0.path) }
      balanced[parameter: spec.path] = own.flatMap { model[parameter: $0.path] }
    }
    expectSame(try balanced.layer(x).y, whole, within: 0, "\(run.name), whole")
    for blocks in [[1], [1, 3, 2]] {
      let steps = try balanced.stepByStep(x, schedule: BlockSchedule(blocks)).y
      expectSame(steps, whole, within: 0, "\(run.name), blocks \(blocks)")
    }
  }

  private static let ahead = Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal)

  static let misfits: [(layer: any SequenceLayer, obstacle: String)] = [
    (
      Serial([ahead, Downsample1D(rate: 3)]),
      "layers_1 (Downsample1D): found an incoming output latency of 2, "
        + "expected a multiple of 3, because the output ratio is 1/3; "
        + "insert Delay(length: 1, delayLayerOutput: false) before it"
    ),
    (
      Parallel([ahead, Dense(features: 4)]),
      "latencies are 2 in layers_0, 0 in layers_1; "
        + "layers_1 needs Delay(length: 2, delayLayerOutput: false) before it, in a Serial"
    ),
    (
      Residual([ahead]),
      "the body has a latency of 2 timesteps, the shortcut of 0; "
        + "set shortcutLayers: [Delay(length: 2, delayLayerOutput: false)]"
    ),
  ]

  @Test("latencies that do not fit each other stand against steps only", arguments: misfits)
  func latencies(_ layer: any SequenceLayer, _ obstacle: String) throws {
    #expect(layer.stepObstacle == obstacle)
    let model = try LayerRunCase("ahead", layer).model()
    let x = try SequenceTensor(values: Tensor(repeating: 1, shape: [1, 6, 4]))
    #expect(try model.layer(x).y.time > 0)
    #expect(throws: LayerError.self) { try model.makeStream() }
  }

  @Test("a hint that is no cure says that it is another function")
  func honestHints() {
    let layers: [any SequenceLayer] = [
      Conv1DTranspose(filters: 2, kernelSize: 3, padding: .valid),
      Conv1DTranspose(filters: 2, kernelSize: 3, padding: .semicausalFull),
      GroupNormalization(numGroups: 2), InstanceNormalization(),
    ]
    for layer in layers {
      #expect(layer.stepObstacle?.contains("another function") == true, "\(layer.typeName)")
    }
  }

  @Test("valid padding is reverse_causal_valid where it gives anything", arguments: [1, 2, 4])
  func valid(_ size: Int) throws {
    for stride in 1...3 {
      let valid = Conv1D(filters: 3, kernelSize: size, strides: stride, padding: .valid, name: "c")
      let run = LayerRunCase("valid", valid, time: 14)
      let x = try run.input(.gaps)
      let model = try run.model()
      #expect(valid.stepObstacle?.contains(".reverseCausalValid") == true)
      var other = valid
      other.padding = .reverseCausalValid
      let streamed = try Model(other, input: run.channels, seed: 7)
      expectSame(try streamed.stepByStep(x).y, try model.layer(x).y, within: 0, "\(size)")
    }
  }
}

import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// An attention with its input and constants, to be run whole and block by block.
struct AttentionCase: CustomTestStringConvertible, Sendable {
  /// The constants that attentions look at.
  enum Source: Sendable {
    case none
    /// `source [3, 7, 2]`, whole.
    case whole
    /// `source [3, t, 2]`, cut into the same blocks as the input.
    case streamed
    /// `source` and `other`, whole.
    case two
    /// `segments` and `positions` `i32[3, t]`, streamed or whole.
    case places(streamed: Bool)
    /// `source` and `other` with their segments, and `segments` and `positions`, all whole.
    case placesAndSources
  }

  var run: LayerRunCase
  var source: Source

  init(
    _ name: String, _ layer: any SequenceLayer, _ source: Source = .none, time: Int = 11,
    training: Bool = false
  ) {
    run = LayerRunCase(name, layer, ChannelSpec([3]), time: time, training: training)
    self.source = source
  }

  var testDescription: String { run.name }

  func constants(time: Int) throws -> Constants {
    switch source {
    case .none: [:]
    case .whole: ["source": .sequence(try sequence("source", 7))]
    case .streamed: ["source": .streamed(try sequence("source", time))]
    case .two:
      [
        "source": .sequence(try sequence("source", 7)),
        "other": .sequence(try sequence("other", 4)),
      ]
    case .places(let streamed):
      [
        "segments": try places(time, streamed) { row, step in (step + row) / 4 },
        "positions": try places(time, streamed) { row, step in step + step / 5 + row },
      ]
    case .placesAndSources:
      [
        "source": .sequence(try sequence("source", 7)),
        "other": .sequence(try sequence("other", 4)),
        "sourceSegments": try places(7, false) { row, step in (step + row) / 3 },
        "otherSegments": try places(4, false) { row, step in step + row },
        "segments": try places(time, false) { row, step in (step + row) / 4 },
        "positions": try places(time, false) { row, step in step * 2 - row },
      ]
    }
  }

  /// Values with gaps; the last row has no valid timestep.
  private func sequence(_ name: String, _ time: Int) throws -> SequenceTensor {
    var stream = RandomStream(seed: 5, name: name)
    let values = (0..<(3 * time * 2)).map { _ in Float(stream.normal()) }
    let flags = (0..<3).flatMap { row in (0..<time).map { row < 2 && ($0 + row) % 4 != 1 } }
    return try SequenceTensor(
      values: Tensor(values, shape: [3, time, 2]), mask: Tensor(flags, shape: [3, time])
    ).filledInvalid(with: 1e3)
  }

  private func places(
    _ time: Int, _ streamed: Bool, _ value: (Int, Int) -> Int
  ) throws -> ConstantTensor {
    let values = (0..<3).flatMap { row in (0..<time).map { Int32(value(row, $0)) } }
    let tensor = Tensor(values, shape: [3, time])
    guard streamed else { return .array(tensor) }
    let flags = Tensor(Array(repeating: true, count: 3 * time), shape: [3, time])
    return .streamed(try SequenceTensor(values: tensor, mask: flags))
  }

  func model(time: Int? = nil) throws -> Model {
    let time = time ?? run.time
    let model = try Model(
      run.layer, input: run.channels, constants: try constants(time: time).specs, seed: 7,
      time: time)
    model.training = run.training
    return model
  }

  /// Runs every check of the contract.
  func verify(_ validity: LayerRunCase.Validity, sourceLocation: SourceLocation) throws {
    var verifier = ContractVerifier()
    verifier.relativeTolerance = 2e-5
    verifier.absoluteTolerance = 2e-5
    let x = try run.input(validity)
    let report = try verifier.verify(
      try model(), x, constants: try constants(time: run.time))
    for violation in report.violations {
      Issue.record("\(run.name), \(validity): \(violation)", sourceLocation: sourceLocation)
    }
  }

  /// Compares steps of several sizes with the whole.
  func checkSteps(
    _ validity: LayerRunCase.Validity, time: Int? = nil, sourceLocation: SourceLocation
  ) throws {
    let time = time ?? run.time
    let model = try model(time: max(time, 1))
    let x = try run.input(validity, time: time)
    let constants = try constants(time: time)
    let whole = try model.layer(x, constants: constants).y
    #expect(whole.batch == 3 && whole.channelSpec == model.output, sourceLocation: sourceLocation)
    guard run.layer.supportsStep else { return }
    for blocks in [[1], [2], [1, 3, 2]] {
      let steps = try model.stepByStep(x, constants: constants, schedule: BlockSchedule(blocks)).y
      expectSame(
        steps, whole, "\(run.name), \(validity), blocks \(blocks)", sourceLocation: sourceLocation)
    }
  }
}

import Layers
import Runtime
import Tensors
import Testing

/// A layer with an input, to be run whole and block by block.
struct LayerRunCase: CustomTestStringConvertible, Sendable {
  /// How the valid timesteps of the three rows lie.
  enum Validity: String, CaseIterable, Sendable {
    case full, ragged, gaps, none
  }

  var name: String
  var layer: any SequenceLayer
  var channels: ChannelSpec
  var time: Int
  var training: Bool
  /// Integers are drawn below this.
  var limit: Int

  init(
    _ name: String, _ layer: any SequenceLayer, _ channels: ChannelSpec = ChannelSpec([4]),
    time: Int = 9, training: Bool = false, limit: Int = 3
  ) {
    self.name = name
    self.layer = layer
    self.channels = channels
    self.time = time
    self.training = training
    self.limit = limit
  }

  var testDescription: String { name }

  func model() throws -> Model {
    let model = try Model(layer, input: channels, seed: 7, time: max(time, 1))
    model.training = training
    return model
  }

  /// Random values, with garbage at invalid timesteps.
  func input(_ validity: Validity, time: Int? = nil, garbage: Double = 1e3) throws -> SequenceTensor
  {
    let time = time ?? self.time
    let batch = 3
    var stream = RandomStream(seed: 11, name: "\(name) \(validity)")
    let count = batch * time * channels.shape.reduce(1, *)
    let isInteger = channels.dtype.isInteger
    let numbers = (0..<count).map { _ in
      isInteger ? Double(Int(stream.uniform() * Double(limit))) : stream.normal()
    }
    let flags = (0..<batch).flatMap { row in (0..<time).map { isValid($0, row, time, validity) } }
    let values = Tensor(numbers, shape: [batch, time] + channels.shape).converted(
      to: channels.dtype)
    return try SequenceTensor(values: values, mask: Tensor(flags, shape: [batch, time]))
      .filledInvalid(with: isInteger ? Double(limit - 1) : garbage)
  }

  private func isValid(_ step: Int, _ row: Int, _ time: Int, _ validity: Validity) -> Bool {
    switch validity {
    case .full: true
    case .ragged: step < time - row * 4
    case .gaps: (step + row) % 3 != 1
    case .none: false
    }
  }
}

/// Compares two runs where either is valid; the shorter one counts as invalid behind its end.
func expectSame(
  _ got: SequenceTensor, _ want: SequenceTensor, within tolerance: Double = 1e-5,
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let time = max(got.time, want.time)
  let (a, b) = (got.padded(by: time - got.time), want.padded(by: time - want.time))
  #expect(a.mask.bitsEqual(b.mask), "masks: \(what)", sourceLocation: sourceLocation)
  guard a.values.shape == b.values.shape else {
    #expect(a.values.shape == b.values.shape, "\(what)", sourceLocation: sourceLocation)
    return
  }
  let (x, y) = (a.maskedInvalid().values.doubles(), b.maskedInvalid().values.doubles())
  let worst = zip(x, y).map { p, q -> Double in
    if p == q || (p.isNaN && q.isNaN) { return 0 }
    let error = abs(p - q) / (1 + abs(q))
    return error.isNaN ? .infinity : error
  }
  #expect((worst.max() ?? 0) <= tolerance, "values: \(what)", sourceLocation: sourceLocation)
}

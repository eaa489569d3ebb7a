import Layers
import Runtime
import Tensors
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What recurrent cells and feedback compute, against plain loops.
@Suite struct RecurrentValueTests {
  private static let mask = [true, true, false, true, true, false, false, true]
  private let channels = 3
  private let units = 2

  private func sequence(_ name: String) throws -> (SequenceTensor, [[Double]]) {
    var stream = RandomStream(seed: 2, name: name)
    let values = Self.mask.map { _ in (0..<channels).map { _ in stream.normal() } }
    let tensor = Tensor(values.flatMap { $0 }.map(Float.init), shape: [1, values.count, channels])
    let mask = Tensor(Self.mask, shape: [1, values.count])
    return (try SequenceTensor(values: tensor, mask: mask).filledInvalid(with: .nan), values)
  }

  /// A parameter as rows.
  private func rows(_ model: Model, _ path: String) throws -> [[Double]] {
    let tensor = try #require(model[parameter: path], "\(model.parameterSpecs.map(\.path))")
    let width = tensor.shape[tensor.shape.count - 1]
    let flat = tensor.doubles()
    return stride(from: 0, to: flat.count, by: width).map { Array(flat[$0..<($0 + width)]) }
  }

  private func product(_ x: [Double], _ matrix: [[Double]]) -> [Double] {
    matrix[0].indices.map { column in zip(x, matrix).reduce(0) { $0 + $1.0 * $1.1[column] } }
  }

  private func randomised(_ model: Model) {
    for spec in model.parameterSpecs {
      var stream = RandomStream(seed: 5, name: spec.path)
      let values = (0..<spec.shape.elementCount).map { _ in Float(stream.normal()) }
      model[parameter: spec.path] = Tensor(values, shape: spec.shape)
    }
  }

  private func expect(_ y: SequenceTensor, _ want: [[Double]?], _ what: String) {
    let got = y.values.doubles()
    for (time, values) in want.enumerated() {
      let width = y.channelShape.elementCount
      let row = Array(got[(time * width)..<((time + 1) * width)])
      guard let values else { continue }
      for (a, b) in zip(row, values) { #expect(abs(a - b) < 1e-5, "\(what), t \(time)") }
    }
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  @Test("the gated recurrent unit, with either reset", arguments: [true, false])
  func gru(_ resetAfter: Bool) throws {
    let (x, values) = try sequence("gru")
    let model = try Model(
      RNN(cell: .gru(units: units, resetAfter: resetAfter)), input: ChannelSpec([channels]))
    randomised(model)
    let kernel = try rows(model, "gru_cell/kernel")
    let recurrent = try rows(model, "gru_cell/recurrent_kernel")
    let bias = try rows(model, "gru_cell/bias")
    var h: [Double] = [0, 0]
    var want: [[Double]?] = []
    for (time, isValid) in Self.mask.enumerated() {
      guard isValid else {
        want.append(nil)
        continue
      }
      let input = zip(product(values[time], kernel), bias[0]).map(+)
      var state = product(h, recurrent)
      if resetAfter { state = zip(state, bias[1]).map(+) }
      let z = (0..<units).map { sigmoid(input[$0] + state[$0]) }
      let r = (0..<units).map { sigmoid(input[units + $0] + state[units + $0]) }
      let late = recurrent.map { Array($0[(2 * units)...]) }
      let reset = product(zip(r, h).map(*), late)
      let candidate = (0..<units).map { index in
        let part = resetAfter ? r[index] * state[2 * units + index] : reset[index]
        return tanh(input[2 * units + index] + part)
      }
      h = (0..<units).map { z[$0] * h[$0] + (1 - z[$0]) * candidate[$0] }
      want.append(h)
    }
    expect(try model.layer(x).y, want, "reset \(resetAfter ? "after" : "before")")
  }

  @Test("zoneout mixes states outside training, not the output of the timestep")
  func zoneout() throws {
    let (x, values) = try sequence("zoneout")
    let part = 0.3
    let model = try Model(
      RNN(cell: .zoneout(cell: .simpleRnn(units: units), zoneoutProbability: part)),
      input: ChannelSpec([channels]))
    randomised(model)
    let scope = "keras_zoneout_wrapper/simple_rnn_cell"
    let kernel = try rows(model, "\(scope)/kernel")
    let recurrent = try rows(model, "\(scope)/recurrent_kernel")
    let bias = try rows(model, "\(scope)/bias")[0]
    var h: [Double] = [0, 0]
    var want: [[Double]?] = []
    for (time, isValid) in Self.mask.enumerated() {
      guard isValid else {
        want.append(nil)
        continue
      }
      let sums = zip(zip(product(values[time], kernel), product(h, recurrent)).map(+), bias).map(+)
      let output = sums.map(tanh)
      want.append(output)
      h = zip(output, h).map { $0 * (1 - part) + $1 * part }
    }
    expect(try model.layer(x).y, want, "zoneout")
  }

  @Test("zoneout keeps its part of elements in training")
  func zoneoutShare() throws {
    let part = 0.25
    let model = try Model(
      RNN(cell: .zoneout(cell: .simpleRnn(units: 40), zoneoutProbability: part)),
      input: ChannelSpec([1]))
    model.training = true
    for spec in model.parameterSpecs {
      let isBias = spec.path.hasSuffix("bias")
      model[parameter: spec.path] = Tensor(repeating: isBias ? 1 : 0, shape: spec.shape)
    }
    let ones = try SequenceTensor(values: Tensor(repeating: 0, shape: [50, 2, 1]))
    let stream = try model.makeStream(batch: 50)
    _ = try stream.step(ones.timesteps(0..<1))
    let leaf = try #require(stream.leaves.firstIndex { $0.path == "h" })
    let state = stream.value(of: leaf).doubles()
    let kept = Double(state.count { $0 == 0 })
    let count = Double(state.count)
    #expect(abs(kept - part * count) < 4 * (part * (1 - part) * count).squareRoot())
  }

  @Test("feedback is the output before, and 0 behind an invalid timestep")
  func feedback() throws {
    let (x, values) = try sequence("feedback")
    let model = try Model(
      Autoregressive(
        layer: [Dense(features: units, activation: .tanh, name: "body")],
        feedbackLayer: [Dense(features: 1, name: "fed")]), input: ChannelSpec([channels]))
    randomised(model)
    let (kernel, bias) = (try rows(model, "body/kernel"), try rows(model, "body/bias")[0])
    let (fedKernel, fedBias) = (try rows(model, "fed/kernel"), try rows(model, "fed/bias")[0])
    var fed = [0.0]
    var want: [[Double]?] = []
    for (time, isValid) in Self.mask.enumerated() {
      guard isValid else {
        want.append(nil)
        fed = [0]
        continue
      }
      let y = zip(product(values[time] + fed, kernel), bias).map { tanh($0 + $1) }
      want.append(y)
      fed = zip(product(y, fedKernel), fedBias).map(+)
    }
    expect(try model.layer(x).y, want, "feedback")
  }
}

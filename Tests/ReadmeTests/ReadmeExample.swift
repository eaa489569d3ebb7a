import SequenceLayers

/// The example of the README, as a function that returns what it prints.
func readmeExample() throws -> String {
  var printed = ""
  func print(_ items: Any...) { printed += items.map { "\($0)" }.joined(separator: " ") }
  // README
  let stack = Serial([
    Conv1D(filters: 8, kernelSize: 3, padding: .causal, name: "c1"),
    LSTM(units: 4, name: "lstm"),
    Dense(features: 2, name: "out"),
  ])
  let model = try Model(stack, input: ChannelSpec([3]), seed: 7)
  let x = try SequenceTensor(values: Tensor(repeating: 0.5, shape: [1, 10, 3]), lengths: [8])
  let whole = try model.layer(x).y
  let stream = try model.makeStream()
  let steps = try (0..<10).map { try stream.step(x.timesteps($0..<($0 + 1))).y }
  let same = whole.rowDigests == SequenceTensor.concatenate(steps).rowDigests
  print(whole.lengths, same)  // [8] true
  // end of README
  return printed
}

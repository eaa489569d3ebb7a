/// Where gradients flow from iteration to iteration of a loop, found by going round until nothing changes.
struct LoopFlow {
  /// Which inputs of the body lie behind a wanted operand.
  private(set) var wantedInputs: [ValueID]
  /// The carried values whose cotangents may differ from zero.
  private(set) var carried: [Int]
  /// The stacked outputs of the body, as positions among its outputs, that are given cotangents.
  let stacked: [Int]

  init(_ loop: LoopOp, wanted: [Bool], seeded: [Bool]) {
    let inputs = loop.body.inputs.map(\.value)
    let outputs = loop.body.outputs.map(\.value)
    let carriedInputs = Array(inputs[loop.capturedCount...].prefix(loop.carriedCount))
    stacked = (loop.carriedCount..<outputs.count).filter { seeded[$0] }

    wantedInputs = inputs.indices.filter { wanted[$0] }.map { inputs[$0] }
    var isReached: [Bool] = carriedInputs.map { _ in false }
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      let reachable = Activity.reachable(loop.body, from: wantedInputs)
      for index in carriedInputs.indices where !isReached[index] {
        guard reachable[outputs[index].index] || reachable[carriedInputs[index].index] else {
          continue
        }
        isReached[index] = true
        isGrowing = true
        if !wantedInputs.contains(carriedInputs[index]) {
          wantedInputs.append(carriedInputs[index])
        }
      }
    }

    carried = carriedInputs.indices.filter { isReached[$0] && seeded[$0] }
    isGrowing = true
    while isGrowing {
      isGrowing = false
      let reaching = Activity.reaching(
        loop.body, (carried + stacked).map { outputs[$0] })
      for index in carriedInputs.indices where isReached[index] && !carried.contains(index) {
        guard reaching[carriedInputs[index].index] else { continue }
        carried.append(index)
        isGrowing = true
      }
    }
    carried.sort()
  }
}

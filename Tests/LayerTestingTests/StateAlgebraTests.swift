import LayerTesting
import Layers
import Runtime
import Tensors
import Testing
import Weights

/// Whatever is done to states and their rows, stepping on equals the run that never did it.
@Suite struct StateAlgebraTests {
  /// A random case of a layer that can step, with three rows of twelve blocks.
  private func makeCase(_ name: String) throws -> (Model, SequenceTensor, Constants) {
    let cases = try TestedLayers.cases(of: name, count: 1) { $0.model.layer.supportsStep }
    let made = cases[0]
    let x = made.input.timesteps(0..<(6 * made.model.layer.blockSize))
    let order = (0..<3).map { $0 % x.batch }
    return (made.model, x.rows(order), made.constants.mapValues { $0.rows(order) })
  }

  private func part(_ x: SequenceTensor, _ index: Int, _ stream: Runtime.Stream) -> SequenceTensor {
    x.timesteps((index * stream.blockSize)..<((index + 1) * stream.blockSize))
  }

  private func expectSame(
    _ got: SequenceTensor, _ want: SequenceTensor, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(got.rowDigests == want.rowDigests, "\(what)", sourceLocation: sourceLocation)
  }

  @Test(
    "states can be cloned, saved, selected, merged, reset and taken back",
    arguments: try TestedLayers.names(without: TestedLayers.wholeOnly))
  func algebra(_ name: String) throws {
    let (model, x, constants) = try makeCase(name)
    let stream = try model.makeStream(batch: 3, constants: constants)
    for index in 0..<2 { _ = try stream.step(part(x, index, stream)) }
    let before = stream.snapshot()
    let clone = try stream.clone()
    let want = try stream.step(part(x, 2, stream)).y
    let after = stream.snapshot()

    expectSame(try clone.step(part(x, 2, clone)).y, want, "clone")
    #expect(clone.snapshot().digest == after.digest, "digest of a clone")

    let file = try Safetensors(bytes: before.fileBytes)
    let loaded = try model.makeStream(batch: 3, constants: constants)
    try loaded.restore(try StreamSnapshot(file, for: loaded))
    expectSame(try loaded.step(part(x, 2, loaded)).y, want, "save and load")

    try stream.restore(before)
    expectSame(try stream.step(part(x, 2, stream)).y, want, "roll back")

    try stream.restore(before)
    let order = [2, 0, 2]
    let chosen = try stream.selecting(rows: order)
    expectSame(
      try chosen.step(part(x, 2, chosen).rows(order)).y, want.rows(order), "select and permute")

    let parts = try [[1], [0, 2]].map { try before.rows($0) }
    let merged = try model.makeStream(batch: 3, constants: constants)
    try merged.restore(try StreamSnapshot.merging(parts).rows([1, 0, 2]))
    expectSame(try merged.step(part(x, 2, merged)).y, want, "split, merge and permute")

    // A streamed constant goes on while the row starts anew.
    let isStreamed = constants.values.contains { if case .streamed = $0 { true } else { false } }
    guard !isStreamed else { return }
    try stream.restore(before)
    try stream.reset(rows: [1])
    let fresh = try model.makeStream(batch: 3, constants: constants)
    let start = try fresh.step(part(x, 2, fresh)).y
    let mixed = try stream.step(part(x, 2, stream)).y
    expectSame(mixed.rows([1]), start.rows([1]), "reset of a row")
    expectSame(mixed.rows([0, 2]), want.rows([0, 2]), "the rows beside it")
  }

  @Test("states that do not fit are refused by name")
  func refusals() throws {
    let a = try Model(LSTM(units: 2), input: ChannelSpec([3]))
    let b = try Model(LSTM(units: 4), input: ChannelSpec([3]))
    let (one, other) = (try a.makeStream(batch: 2), try b.makeStream(batch: 2))
    #expect(throws: RuntimeError.self) { try one.restore(other.snapshot()) }
    #expect(throws: RuntimeError.self) { try one.snapshot().rows([2]) }
    #expect(throws: RuntimeError.self) { try one.selecting(rows: [-1]) }
    #expect(throws: RuntimeError.self) { try StreamSnapshot.merging([]) }
    #expect(throws: RuntimeError.self) {
      try StreamSnapshot.merging([one.snapshot(), other.snapshot()])
    }
    let file = try Safetensors(bytes: other.snapshot().fileBytes)
    let error = #expect(throws: RuntimeError.self) { try StreamSnapshot(file, for: one) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("not f32[2, 2]"))
  }
}

import Diagnostics
import Layers
import Tensors

// Constants that arrive while a stream runs.
extension Stream {
  /// Runs one or more blocks with constants that arrive with them, and returns their outputs, warm-up included.
  ///
  /// An array takes the place of the one before from this step on. A streamed constant brings the timesteps that
  /// belong to the block; without one, those that the stream began with count, which are invalid behind their
  /// end, so that `.streamed` of no timesteps stands for a constant of which nothing is known yet. Whole sequences
  /// are read when the stream begins and cannot arrive. Snapshots hold the state, not the constants.
  ///
  /// - Parameters:
  ///   - x: The block.
  ///   - arriving: Some of the constants that the stream began with, in the same form and of the same channels.
  ///   - options: What is shown besides the output.
  ///   - exact: Whether all blocks run as one program.
  /// - Returns: what ``step(_:options:exact:)`` does.
  /// - Throws: ``RuntimeError`` `.invalidConstant` for a constant that is unknown, of another form or of another
  ///   shape, and as ``step(_:options:exact:)``; then the constants are those of before.
  public func step(
    _ x: SequenceTensor, constants arriving: Constants, options: RunOptions = RunOptions(),
    exact: Bool = false
  ) throws -> RunOutput {
    for (name, constant) in arriving.sorted(by: { $0.key < $1.key }) {
      try check(name, constant, time: x.time)
    }
    let before = constants
    arrived = (arriving.filter { $0.value.isStreamed }, position)
    constants.merge(arriving.filter { !$0.value.isStreamed }) { _, new in new }
    defer { arrived = ([:], 0) }
    do { return try step(x, options: options, exact: exact) } catch {
      constants = before
      throw error
    }
  }

  /// The constants of some timesteps.
  func constants(at range: Range<Int>) -> Constants {
    var result = constants.block(range)
    let local = (range.lowerBound - arrived.start)..<(range.upperBound - arrived.start)
    for (name, part) in arrived.parts { result[name] = part.block(local) }
    return result
  }

  private func check(
    _ name: String, _ arriving: ConstantTensor, time: Int
  ) throws(RuntimeError) {
    func error(_ found: String, _ expected: String) -> RuntimeError {
      RuntimeError(.invalidConstant, found: "\"\(name)\" \(found)", expected: expected)
    }
    guard let known = constants[name] else {
      let names = constants.keys.sorted()
      let nearest = NearestName.of(name, among: names).map { "; did you mean \($0)?" } ?? ""
      throw error(
        "among the constants of a step",
        (names.isEmpty ? "none, as the stream began with" : names.joined(separator: " or "))
          + nearest)
    }
    switch (known, arriving) {
    case (.array(let old), .array(let new)):
      guard old.shape == new.shape, old.dtype == new.dtype else {
        throw error(
          "as \(new.dtype.shortName)\(new.shape.shapeText)",
          "\(old.dtype.shortName)\(old.shape.shapeText), as the stream began with")
      }
    case (.streamed(let old), .streamed(let new)):
      guard new.batch == old.batch, new.channelSpec == old.channelSpec else {
        throw error(
          "of \(new.batch) rows of \(new.channelSpec)",
          "\(old.batch) rows of \(old.channelSpec), as the stream began with")
      }
      guard new.time == time else {
        throw error("of \(new.time) timesteps", "\(time), as many as the block")
      }
    case (.sequence, _), (_, .sequence):
      throw error(
        "as a whole sequence", "an array or a streamed sequence: whole ones are read at the start")
    case (.array, .streamed), (.streamed, .array):
      throw error(
        arriving.isStreamed ? "as a streamed sequence" : "as an array",
        arriving.isStreamed
          ? "an array, as the stream began with" : "a streamed one, as the stream began with")
    }
  }
}

extension ConstantTensor {
  fileprivate var isStreamed: Bool {
    if case .streamed = self { return true }
    return false
  }
}

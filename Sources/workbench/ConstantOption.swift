import Datasets
import Layers
import Runtime
import Tensors
import Weights

/// Constants as options give them: `NAME=FILE`, or `NAME=noise:SHAPE` of made-up numbers; behind either
/// `:streamed` for one that comes with the input, `:array` for one without timesteps, and a dtype.
struct ConstantOption {
  static let help = """
    A constant, such as a source of attention: NAME=FILE, or NAME=noise:SHAPE with shape [b, s, …] made up from a \
    fixed seed, such as source=noise:3,12,8; :streamed behind it for one that comes with the input, :array for one \
    without timesteps, and a dtype such as :int32.
    """

  let name: String
  private let source: String
  private let shape: Shape?
  private var dtype = DType.float32
  private var isStreamed = false
  private var isArray = false

  /// Reads all options; every one has numbers of its own.
  static func constants(_ options: [String]) throws -> Constants {
    var result: Constants = [:]
    for (index, text) in options.enumerated() {
      let option = try ConstantOption(text)
      result[option.name] = try option.constant(seed: UInt64(index + 2))
    }
    return result
  }

  init(_ text: String) throws {
    let failure = Failure(
      "--constants: found \(text), expected NAME=FILE or NAME=noise:SHAPE, such as "
        + "source=noise:3,12,8:streamed")
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else { throw failure }
    name = String(text[..<sign])
    var words = text[text.index(after: sign)...].split(
      separator: ":", omittingEmptySubsequences: false
    ).map(String.init)
    while words.count > 1, let word = words.last {
      if word == "streamed" {
        isStreamed = true
      } else if word == "array" {
        isArray = true
      } else if let named = DType(name: word) {
        dtype = named
      } else {
        break
      }
      words.removeLast()
    }
    if words.first == "noise" { words.removeFirst() }
    source = words.joined(separator: ":")
    let extents = source.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let isShape = !extents.contains(nil)
    shape = isShape ? extents.compactMap { $0 } : nil
    guard !source.isEmpty, isShape || text[sign...].hasPrefix("=noise:") == false else {
      throw failure
    }
    if let shape, !shape.allSatisfy({ $0 > 0 }) || shape.count < (isArray ? 1 : 2) {
      throw failure
    }
  }

  private func constant(seed: UInt64) throws -> ConstantTensor {
    guard let shape else { return try read() }
    try MemoryBudget.standard.require(shape.byteCount(of: dtype), for: "the constant \(name)")
    let (rows, time) = (shape[0], shape.count > 1 ? shape[1] : 1)
    // Rows of different lengths, so that masks are ragged.
    let lengths = (0..<rows).map { max(0, time - time / 4 - $0 % max(time, 1)) }
    let made = try Self.made(
      lengths, length: time, Array(shape.dropFirst(2)), dtype, seed: seed)
    guard !isArray else { return .array(made.values.reshaped(shape)) }
    return isStreamed ? .streamed(made) : .sequence(made)
  }

  private func read() throws -> ConstantTensor {
    if isArray { return .array(try ArrayFile.read(source)) }
    let batch = try Batcher.load([source])
    let sequence = try SequenceTensor(values: batch.values, mask: batch.mask)
    return isStreamed ? .streamed(sequence) : .sequence(sequence)
  }

  /// Made-up numbers: noise, or small integers.
  static func made(
    _ lengths: [Int], length: Int, _ shape: Shape, _ dtype: DType, seed: UInt64
  ) throws -> SequenceTensor {
    let signal: SyntheticSignal =
      dtype.isFloating || dtype == .complex64 ? .noise(seed: seed) : .ids(count: 8, seed: seed)
    let whole = try signal.batch(
      lengths: lengths.map { _ in length }, channelShape: shape)
    return try SequenceTensor(values: whole.values.converted(to: dtype), lengths: lengths)
  }
}

import Layers
import Runtime
import Tensors

/// An input made after the likeness of another one, on which mistakes show that a short or plain input
/// hides: it is longer than the state of the layers reaches back, and its rows are full, gappy and ragged.
struct ContractProbe {
  var input: SequenceTensor
  var constants: Constants

  /// Draws timesteps from the valid ones of an input, some of them as they are and some with other
  /// numbers of the same size; nil if the input holds nothing.
  init?(_ model: Model, like x: SequenceTensor, _ constants: Constants) {
    guard x.batch > 0, x.time > 0, x.channelCount > 0 else { return nil }
    let time = Self.length(model.layer)
    var stream = RandomStream(seed: 3, name: "contract probe")
    let values = Self.draw(time, rows: 3, like: x, &stream)
    let reach = Self.reach(model.layer)
    // As many invalid timesteps at the end as a layer looks back, if a whole window of valid ones is left.
    let end = time - max(time / 4, min(reach, time - reach - 4))
    let flags = (0..<3).flatMap { row in
      (0..<time).map { Self.isValid($0, row: row, reach: reach, end: end) }
    }
    guard
      let made = try? SequenceTensor(values: values, mask: Tensor(flags, shape: [3, time]))
    else { return nil }
    input = made.maskedInvalid()
    self.constants = [:]
    for (name, constant) in constants {
      self.constants[name] = constant.rows((0..<3).map { $0 % x.batch }).repeated(to: time)
    }
  }

  /// Timesteps that are valid in every row, after the likeness of an input.
  static func validTimesteps(_ time: Int, like x: SequenceTensor) throws -> SequenceTensor {
    var stream = RandomStream(seed: 7, name: "contract probe")
    return try SequenceTensor(values: draw(time, rows: x.batch, like: x, &stream))
  }

  /// Values of timesteps drawn from the valid ones of an input, with other numbers in some of them; where
  /// it has none, noise.
  private static func draw(
    _ time: Int, rows: Int, like x: SequenceTensor, _ stream: inout RandomStream
  ) -> Tensor {
    let all = (0..<x.batch).flatMap { row in (0..<x.time).map { (row, $0) } }
    guard !all.isEmpty else {
      let shape = [rows, time] + x.channelShape
      return noise(like: Tensor(zeros: shape, x.values.dtype), &stream)
    }
    let valid = all.filter { x.isValid(row: $0.0, time: $0.1) }
    var drawn: [SequenceTensor] = []
    for _ in 0..<rows {
      let steps = (0..<time).map { _ in
        let places = valid.isEmpty ? all : valid
        let (row, step) = places[Int(stream.uniform() * Double(places.count))]
        return x.rows([row]).timesteps(step..<(step + 1))
      }
      drawn.append(.concatenate(steps))
    }
    let values = Tensor.joined(rows: drawn.map(\.values))
    return valid.isEmpty ? noise(like: values, &stream) : stirred(values, &stream)
  }

  /// Some blocks more than a layer looks back and ahead, as far as that is a matter of some dozens.
  static func length(_ layer: any SequenceLayer) -> Int {
    layer.blockSize * (6 + (reach(layer) + layer.inputLatency) / layer.blockSize)
  }

  /// How many timesteps a layer looks back or ahead, as far as that is a matter of some dozens.
  private static func reach(_ layer: any SequenceLayer) -> Int {
    let ends = layer.receptiveFieldPerStep.overall.map { [$0.start, $0.end] } ?? []
    return min(32, ends.filter(\.isFinite).map { Int(abs($0)) }.max() ?? 8)
  }

  /// Other numbers in half of the timesteps, of the same size, some three times as large, which bounds and
  /// thresholds notice, and positive where all are; the rest a little changed, so that a timestep in the
  /// place of another is noticed.
  ///
  /// Every fifth timestep is a tenth as large, for thresholds near 0.
  private static func stirred(_ values: Tensor, _ stream: inout RandomStream) -> Tensor {
    guard values.dtype.isFloating else { return mixed(values, &stream) }
    let numbers = values.doubles()
    let size = (numbers.reduce(0) { $0 + $1 * $1 } / Double(max(1, numbers.count))).squareRoot()
    let isPositive = numbers.allSatisfy { $0 >= 0 }
    let width = max(1, values.shape.dropFirst(2).reduce(1, *))
    let isNew = (0..<(numbers.count / width)).map { _ in stream.uniform() < 0.5 }
    let stirred = numbers.enumerated().map { place, number in
      let step = place / width
      let share = step % 5 == 2 ? 0.1 : 1
      guard isNew[step] else { return share * number * (1 + 0.2 * stream.uniform()) }
      let drawn = (place % 8 == 1 ? 3 : 1) * share * size * stream.normal()
      return isPositive ? abs(drawn) : drawn
    }
    return Tensor(stirred, shape: values.shape).converted(to: values.dtype)
  }

  /// Integers: in half of the places others of those that occur, or 0, or next to 0 towards one that
  /// occurs, one after the other, so that few timesteps are enough to meet 0, both ends and an odd number.
  private static func mixed(_ values: Tensor, _ stream: inout RandomStream) -> Tensor {
    guard values.dtype.isInteger else { return values }
    let numbers = values.doubles()
    let inner = Set(numbers).subtracting([0]).sorted()
    // What has a table of ids has a place for 1.
    let nextToZero =
      inner.isEmpty ? [1] : Set(inner.map { $0 < 0 ? -1.0 : 1 }).subtracting(inner).sorted()
    let known = [0] + inner.suffix(1) + nextToZero + inner.dropLast()
    let isNew = half(of: numbers.count, &stream)
    var newCount = 0
    let mixed = numbers.enumerated().map { place, number in
      guard isNew[place] else { return number }
      newCount += 1
      return known[(newCount - 1) % known.count]
    }
    return Tensor(mixed, shape: values.shape).converted(to: values.dtype)
  }

  /// One of every two neighbours, by chance.
  private static func half(of count: Int, _ stream: inout RandomStream) -> [Bool] {
    (0..<(count + 1) / 2).flatMap { _ in
      let isFirst = stream.uniform() < 0.5
      return [isFirst, !isFirst]
    }.dropLast(count % 2)
  }

  /// Numbers about 0 for an input that shows none; of integers 0 and 1, which every table has.
  private static func noise(like values: Tensor, _ stream: inout RandomStream) -> Tensor {
    let count = values.shape.elementCount
    func real(_ stream: inout RandomStream) -> Tensor {
      Tensor((0..<count).map { _ in stream.normal() }, shape: values.shape)
    }
    if values.dtype == .complex64 {
      let parts = (real(&stream), real(&stream))
      return .complex(parts.0.converted(to: .float32), parts.1.converted(to: .float32))
    }
    guard values.dtype.isFloating else {
      let numbers = (0..<count).map { _ in stream.uniform() < 0.5 ? 0.0 : 1 }
      return Tensor(numbers, shape: values.shape).converted(to: values.dtype)
    }
    return real(&stream).converted(to: values.dtype)
  }

  /// A full row, one with gaps, and one that begins late, has a whole window of `reach + 1` valid
  /// timesteps before its first single gap, and ends at `end`.
  ///
  /// The period of the gaps is no small stride's, and they leave runs as long as small windows.
  private static func isValid(_ step: Int, row: Int, reach: Int, end: Int) -> Bool {
    switch row {
    case 0: true
    case 1: ![1, 8, 11, 12].contains(step % 14)
    default: step > 1 && step < end && step % (reach + 12) != reach + 3
    }
  }
}

extension ConstantTensor {
  /// What is streamed along with a longer input, over and over until it is so long.
  func repeated(to length: Int) -> ConstantTensor {
    guard case .streamed(let source) = self else { return self }
    return .streamed(source.repeated(to: length))
  }
}

extension SequenceTensor {
  /// The sequences over and over, until they are so long.
  fileprivate func repeated(to length: Int) -> SequenceTensor {
    guard time > 0 else { return timesteps(0..<length) }
    let copies = Array(repeating: self, count: (length + time - 1) / time)
    return SequenceTensor.concatenate(copies).timesteps(0..<length)
  }
}

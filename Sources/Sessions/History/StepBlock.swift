import Runtime
import Serialization
import Tensors

/// The outputs of all layers in some steps that follow each other, in one piece of memory.
///
/// What one array gives in these steps lies together: with one row it is a sequence as it stands.
final class StepBlock {
  let layout: StepLayout
  /// The steps that there is room for.
  let steps: Range<Int>
  /// The steps that are filled.
  private(set) var filled: Range<Int>
  let byteCount: Int
  private let memory: UnsafeMutableRawPointer
  /// Where each array begins.
  private let bases: [Int]
  /// The blocks of input before each step.
  private let unitsBefore: [Int]

  /// Makes room for steps of so many blocks each.
  init(_ layout: StepLayout, first: Int, blocks: [Int]) {
    self.layout = layout
    steps = first..<first + blocks.count
    filled = first..<first
    var units = [0]
    for count in blocks { units.append(units[units.count - 1] + count) }
    unitsBefore = units
    let total = units[units.count - 1]
    var end = 0
    bases = layout.unitBytes.map { bytes in
      defer { end += (bytes * total + 63) / 64 * 64 }
      return end
    }
    byteCount = end
    memory = .allocate(byteCount: max(end, 1), alignment: 64)
  }

  deinit { memory.deallocate() }

  /// Takes what a step has just given; steps are taken in order, or the block begins anew.
  func take(_ observed: ObservedStep, step: Int) {
    for array in bases.indices { observed.copy(array, to: place(array, step)) }
    if step > filled.upperBound || step < filled.lowerBound {
      filled = step..<step + 1
    } else if step == filled.upperBound {
      filled = filled.lowerBound..<step + 1
    }
  }

  /// Takes the steps of another block that begins like this one.
  func take(_ other: StepBlock, upTo end: Int) {
    let part = other.filled.lowerBound..<min(end, other.filled.upperBound)
    guard steps.lowerBound == other.steps.lowerBound, part.upperBound <= steps.upperBound else {
      return
    }
    for array in bases.indices {
      guard let source = other.bytes(array, part).baseAddress else { continue }
      place(array, part.lowerBound)
        .copyMemory(from: source, byteCount: other.bytes(array, part).count)
    }
    filled = part
  }

  /// The digest a row of what the root gave in a step.
  func rowDigests(_ step: Int) -> [UInt64] {
    let result = layout.result
    guard result.imaginary == nil else {
      return sequence(result, step..<step + 1)?.rowDigests ?? []
    }
    return Digest.ofRows(
      values: bytes(result.values, step..<step + 1), mask: bytes(result.mask, step..<step + 1),
      rows: layout.rows, dtype: layout.dtype(result.values))
  }

  private func place(_ array: Int, _ step: Int) -> UnsafeMutableRawPointer {
    memory + bases[array] + unitsBefore[step - steps.lowerBound] * layout.unitBytes[array]
  }

  /// The bytes of an array in some steps: `[b, t, …]` of each, one behind the other.
  func bytes(_ array: Int, _ part: Range<Int>) -> UnsafeRawBufferPointer {
    let start = place(array, part.lowerBound)
    let end =
      memory + bases[array]
      + unitsBefore[part.upperBound - steps.lowerBound] * layout.unitBytes[array]
    return UnsafeRawBufferPointer(start: start, count: end - start)
  }

  /// The timesteps of an array in some steps.
  func time(_ array: Int, _ part: Range<Int>) -> Int {
    let units =
      unitsBefore[part.upperBound - steps.lowerBound]
      - unitsBefore[part.lowerBound - steps.lowerBound]
    return units * layout.unitTimes[array]
  }

  /// What a layer gave in some steps, `[b, t, …]`.
  func sequence(_ tap: ObservedStep.Tap, _ part: Range<Int>) -> SequenceTensor? {
    let values = tensor(tap.values, part)
    let whole = tap.imaginary.map { Tensor.complex(values, tensor($0, part)) } ?? values
    return try? SequenceTensor(values: whole, mask: tensor(tap.mask, part))
  }

  private func tensor(_ array: Int, _ part: Range<Int>) -> Tensor {
    let entry = layout.entryBytes(array)
    let rows = layout.rows
    let shape = [rows, time(array, part)] + layout.channelShape(array)
    return Tensor(layout.dtype(array), shape: shape) { target in
      guard rows > 1 else {
        target.copyBytes(bytes(array, part))
        return
      }
      var before = 0
      for step in part {
        let source = bytes(array, step..<step + 1)
        let time = time(array, step..<step + 1)
        for row in 0..<rows {
          target.copyBytes(
            source, row * time * entry..<(row + 1) * time * entry,
            to: (row * shape[1] + before) * entry)
        }
        before += time
      }
    }
  }
}

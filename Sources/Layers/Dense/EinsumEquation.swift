import Programs
import Tensors

/// An equation `...X,Y->...Z` of an input, a kernel and an output, a letter an axis; `...` stands for
/// batch and time.
struct EinsumEquation {
  var input: [Character]
  var kernel: [Character]
  var output: [Character]

  init(_ text: String) throws(PatternError) {
    let form = "an equation of the form ...X,Y->...Z"
    let bare = text.filter { $0 != " " }
    let sides = bare.split(separator: "->", omittingEmptySubsequences: false)
    let operands = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    guard sides.count == 2, operands.count == 2, operands[0].hasPrefix("..."),
      sides[1].hasPrefix("...")
    else { throw PatternError(found: "\"\(text)\"", expected: form) }
    input = Array(operands[0].dropFirst(3))
    kernel = Array(operands[1])
    output = Array(sides[1].dropFirst(3))
    for axes in [input, kernel, output] {
      guard axes.allSatisfy(\.isLetter), Set(axes).count == axes.count else {
        throw PatternError(
          found: "\"\(String(axes))\"", expected: "letters, each once in an operand")
      }
    }
    for axis in output where !input.contains(axis) && !kernel.contains(axis) {
      throw PatternError(
        found: "output axis \(axis) of \"\(text)\"", expected: "axes of the input or the kernel")
    }
    for axis in kernel where !input.contains(axis) && !output.contains(axis) {
      throw PatternError(
        found: "kernel axis \(axis) of \"\(text)\"", expected: "axes of the input or the output")
    }
  }

  /// The product of `x [b, t, ...X]` and a kernel `[Y]`, as `[b, t, ...Z]`.
  func product(_ x: Value, _ matrix: Value) -> Value {
    let alone = input.filter { !kernel.contains($0) && !output.contains($0) }
    let kept = input.filter { !alone.contains($0) }
    let left = x.reduced(.sum, axes: alone.compactMap(input.firstIndex(of:)).map { $0 + 2 })
    let batch = kept.filter { kernel.contains($0) && output.contains($0) }
    let summed = kept.filter { kernel.contains($0) && !output.contains($0) }
    let dimensions = DotDimensions(
      leftBatch: batch.compactMap(kept.firstIndex(of:)).map { $0 + 2 },
      rightBatch: batch.compactMap(kernel.firstIndex(of:)),
      leftContracting: summed.compactMap(kept.firstIndex(of:)).map { $0 + 2 },
      rightContracting: summed.compactMap(kernel.firstIndex(of:)))
    let free = kept.filter { !kernel.contains($0) }
    let new = kernel.filter { !input.contains($0) }
    // The result has the axes batch, b, t, free, new.
    let places =
      batch.map(Optional.some) + [nil, nil] + free.map(Optional.some)
      + new.map(Optional.some)
    let order = output.compactMap { axis in places.firstIndex { $0 == axis } }
    return left.dot(matrix, dimensions).transposed([batch.count, batch.count + 1] + order)
  }
}

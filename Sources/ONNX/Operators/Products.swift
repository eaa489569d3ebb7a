import Programs
import Tensors

/// Matrix products.
enum Products {
  static let rows = OperatorTable.single([
    "MatMul": { matmul(try $0.value(0), try $0.value(1)) }, "Gemm": gemm, "Einsum": einsum,
  ])

  /// As NumPy has it: vectors lose their axis, leading axes broadcast.
  static func matmul(_ a: Value, _ b: Value) -> Value {
    guard a.rank > 0, b.rank > 0 else { return a * b }
    let left = a.rank == 1 ? a.expandingAxes([0]) : a
    let right = b.rank == 1 ? b.expandingAxes([1]) : b
    var product: Value
    if right.rank == 2 {
      product = left.matmul(right)
    } else {
      let batch =
        Shape.broadcast(Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2)))
        ?? Array(left.shape.dropLast(2))
      let axes = Array(0..<batch.count)
      let last = batch.count + 1
      product = left.broadcast(to: batch + left.shape.suffix(2)).dot(
        right.broadcast(to: batch + right.shape.suffix(2)),
        DotDimensions(
          leftBatch: axes, rightBatch: axes, leftContracting: [last], rightContracting: [last - 1]))
    }
    if b.rank == 1 { product = product.reshaped(Array(product.shape.dropLast())) }
    if a.rank == 1 {
      var shape = product.shape
      shape.remove(at: max(0, shape.count - (b.rank == 1 ? 1 : 2)))
      product = product.reshaped(shape)
    }
    return product
  }

  /// `alpha * a · b + beta * c`, either operand transposed.
  static let gemm: OperatorTable.Lowering = { call in
    let dimensions = DotDimensions(
      leftContracting: [call.flag("transA") ? 0 : 1],
      rightContracting: [call.flag("transB") ? 1 : 0])
    var y = try call.value(0).dot(try call.value(1), dimensions)
    let (alpha, beta) = (call.float("alpha", 1), call.float("beta", 1))
    if alpha != 1 { y = y.scaled(by: alpha) }
    guard let c = try call.optional(2) else { return y }
    return y + (beta == 1 ? c : c.scaled(by: beta))
  }

  /// Sums of products of one or two operands, axes named by letters.
  private static let einsum: OperatorTable.Lowering = { call in
    let equation = call.string("equation", "").filter { $0 != " " }
    let sides = equation.split(separator: "-", maxSplits: 1).map(String.init)
    let terms = (sides.first ?? "").split(separator: ",", omittingEmptySubsequences: false)
      .map(Array.init)
    let values = try call.values()
    guard !equation.contains("."), terms.count == values.count, (1...2).contains(values.count),
      zip(terms, values).allSatisfy({ $0.count == $1.rank && Set($0).count == $0.count })
    else {
      throw call.unsupported(
        "einsum \(equation)", expected: "one or two operands, each letter once in each")
    }
    let given: [Character]? = sides.count > 1 ? Array(sides[1].dropFirst()) : nil
    let all = terms.flatMap { $0 }
    let output = given ?? Set(all).filter { letter in all.count { $0 == letter } == 1 }.sorted()
    guard Set(output).count == output.count, output.allSatisfy(all.contains) else {
      throw call.invalid("einsum \(equation)", expected: "letters of the operands in the result")
    }
    guard terms.count == 2 else { return arranged(values[0], terms[0], output) }
    let (a, left) = summed(values[0], terms[0], keeping: output + terms[1])
    let (b, right) = summed(values[1], terms[1], keeping: output + terms[0])
    let shared = left.filter(right.contains)
    let batch = shared.filter(output.contains)
    let summedLetters = shared.filter { !output.contains($0) }
    func places(_ letters: [Character], _ term: [Character]) -> [Int] {
      letters.compactMap { term.firstIndex(of: $0) }
    }
    let product = a.dot(
      b,
      DotDimensions(
        leftBatch: places(batch, left), rightBatch: places(batch, right),
        leftContracting: places(summedLetters, left),
        rightContracting: places(summedLetters, right)))
    let order =
      batch + left.filter { !shared.contains($0) } + right.filter { !shared.contains($0) }
    return arranged(product, order, output)
  }

  /// Sums over the letters that nothing else needs.
  private static func summed(
    _ x: Value, _ letters: [Character], keeping kept: [Character]
  ) -> (Value, [Character]) {
    let axes = letters.indices.filter { !kept.contains(letters[$0]) }
    return axes.isEmpty
      ? (x, letters) : (x.reduced(.sum, axes: axes), letters.filter(kept.contains))
  }

  private static func arranged(
    _ x: Value, _ letters: [Character], _ output: [Character]
  ) -> Value {
    let (y, rest) = summed(x, letters, keeping: output)
    return y.transposed(output.compactMap { rest.firstIndex(of: $0) })
  }
}

import Programs
import Tensors

extension Rewrite {
  /// Products as `[m, k] · [k, n]` or `[b, m, k] · [b, k, n]`; of integers, where the target multiplies no
  /// matrices of them, as sums of products.
  ///
  /// With `keepsAxes` the left side of `[…, k] · [k, n]` stays as it is.
  static func canonicalDot(multipliesIntegers: Bool, keepsAxes: Bool) -> Rewrite {
    Rewrite(name: "dot") { operation in
      guard case .contraction(.dot(let d)) = operation.op else { return nil }
      let (a, b) = (operation.operands[0], operation.operands[1])
      let type = operation.results[0]
      let leftFree = a.axes(besides: d.leftBatch + d.leftContracting)
      let rightFree = b.axes(besides: d.rightBatch + d.rightContracting)
      func count(_ value: Value, _ axes: [Int]) -> Int { axes.map { value.shape[$0] }.elementCount }
      let batch = d.leftBatch.isEmpty ? [] : [count(a, d.leftBatch)]
      let (m, n) = (count(a, leftFree), count(b, rightFree))
      let k = count(a, d.leftContracting)
      if type.shape.contains(0) || k == 0 { return [operation.builder.full(0, type)] }
      let isRowwise = leftFree + d.leftContracting == Array(0..<a.rank) && d.leftBatch.isEmpty
      if keepsAxes, isRowwise, a.rank > 1, b.rank == 2, d.rightContracting == [0] { return nil }
      let left = a.transposed(d.leftBatch + leftFree + d.leftContracting).reshaped(batch + [m, k])
      if !multipliesIntegers, !type.dtype.isFloating {
        let right = b.transposed(d.rightBatch + rightFree + d.rightContracting)
        let products = left.reshaped(batch + [m, 1, k]) * right.reshaped(batch + [1, n, k])
        return [products.reduced(.sum, axes: [batch.count + 2]).reshaped(type.shape)]
      }
      let right = b.transposed(d.rightBatch + d.rightContracting + rightFree)
        .reshaped(batch + [k, n])
      let pairing =
        batch.isEmpty
        ? DotDimensions(leftContracting: [1], rightContracting: [0])
        : DotDimensions(
          leftBatch: [0], rightBatch: [0], leftContracting: [2], rightContracting: [1])
      return [left.dot(right, pairing).reshaped(type.shape)]
    }
  }
}

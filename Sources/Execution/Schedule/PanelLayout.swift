import CKernels

/// How right operands of products are packed into panels, so that all tasks that need the same panels
/// share them: matrices of `k` rows and `n` columns at places of one memory.
struct PanelLayout: Hashable {
  /// The start of every matrix, in elements.
  var starts: [Int]
  var k: Int
  var n: Int
  /// The distance between rows and between columns, in elements.
  var rowStride: Int
  var columnStride: Int

  /// Floats of one packed matrix.
  var matrixCount: Int { Int(sw_packed_count(Int64(k), Int64(n))) }
  /// Floats of all packed matrices.
  var count: Int { matrixCount * starts.count }
  /// Bytes of all packed matrices.
  var byteCount: Int { count * 4 }

  /// Packs the matrices of an operand.
  func pack(_ source: UnsafePointer<Float>, to panels: UnsafeMutablePointer<Float>) {
    for (index, start) in starts.enumerated() {
      sw_pack(
        source + start, Int64(rowStride), Int64(columnStride), Int64(k), Int64(n),
        panels + index * matrixCount)
    }
  }
}

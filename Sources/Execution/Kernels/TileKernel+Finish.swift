import CKernels
import Tensors

extension TileKernel {
  /// What a product must do, and where it must store, to give this chain's results in place of its own;
  /// nil for other chains.
  ///
  /// `results` are the places of the chain's results.
  func finish(
    of product: BufferView, columns: Int, results: [BufferView]
  ) -> (finish: ProductFinish, target: BufferView)? {
    let own = inputs.indices.filter { inputs[$0].buffer == product.buffer }
    guard own.count == 1, outputs.allSatisfy({ $0.dtype == .float32 }), isDense(own[0]),
      product.isDense, product.offset == 0, inputs[own[0]].offset == 0
    else { return nil }
    var finish = ProductFinish()
    var sum = Int32(own[0])
    var unmasked: Int32?
    for function in functions {
      // The mask comes last.
      guard unmasked == nil else { return nil }
      if function.op == Int32(SW_SELECT) {
        let mask = Int(function.a)
        guard function.b == sum, isZero(Int(function.c)), isMask(mask, ofRows: columns) else {
          return nil
        }
        finish.mask = inputs[mask]
        unmasked = sum
      } else if !add(function, to: &finish, sum, columns) {
        return nil
      }
      sum = function.destination
    }
    let registers = outputs.map(\.register)
    if registers == [sum] { return (finish, results[0]) }
    guard let unmasked, registers.count == 2, let whole = registers.firstIndex(of: unmasked),
      registers[1 - whole] == sum
    else { return nil }
    finish.masked = results[1 - whole]
    return (finish, results[whole])
  }

  /// Adds what a function does to a sum; false where a product cannot do it.
  private func add(
    _ function: sw_tile_op, to finish: inout ProductFinish, _ sum: Int32, _ columns: Int
  ) -> Bool {
    let isSum = function.op == Int32(SW_ADD) || function.op == Int32(SW_ADD_RECTIFY)
    let rectifies = function.op == Int32(SW_RECTIFY) || function.op == Int32(SW_ADD_RECTIFY)
    // The rest comes behind bias and rectifier.
    guard isSum || rectifies, finish.rest == nil, !(rectifies && finish.rectifies),
      function.a == sum || (isSum && function.b == sum)
    else { return false }
    if isSum {
      let other = Int(function.a == sum ? function.b : function.a)
      guard other != sum, inputs.indices.contains(other) else { return false }
      if !finish.rectifies, finish.bias == nil, repeats(other, every: columns) {
        finish.bias = inputs[other]
      } else if isDense(other), !rectifies {
        finish.rest = inputs[other]
      } else {
        return false
      }
    }
    if rectifies { finish.rectifies = true }
    return true
  }

  /// Whether an operand is one flag for every row of so many columns.
  private func isMask(_ input: Int, ofRows columns: Int) -> Bool {
    guard inputs.indices.contains(input), inputs[input].dtype == .bool else { return false }
    var rows = inputs[input]
    var width = 1
    while width < columns, let extent = rows.shape.last, extent == 1 || rows.strides.last == 0 {
      width *= extent
      rows = rows.removing(axis: rows.shape.count - 1)
    }
    return width == columns && rows.isDense
  }
}

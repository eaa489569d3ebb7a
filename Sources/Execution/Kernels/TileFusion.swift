import CKernels

/// Functions of a chain that another function does at once, with the same bits: a rectifier, alone or
/// behind a sum.
struct TileFusion {
  private(set) var functions: [sw_tile_op]
  /// Registers of operands that are 0 in every run.
  private let zeros: Set<Int32>
  /// Registers that are read when the chain has ended.
  private let results: Set<Int32>

  init(_ functions: [sw_tile_op], zeros: Set<Int32>, results: Set<Int32>) {
    self.functions = functions
    self.zeros = zeros
    self.results = results
    var index = 0
    while index < self.functions.count {
      if rectifies(at: index) { index -= 1 }
      if addsAndRectifies(at: index) { index -= 1 }
      index += 1
    }
  }

  /// Joins `t = a <= 0` and `y = t ? 0 : a`.
  private mutating func rectifies(at index: Int) -> Bool {
    let select = functions[index]
    guard select.op == Int32(SW_SELECT), zeros.contains(select.b),
      let source = definition(of: select.a, before: index)
    else { return false }
    let test = functions[source]
    guard test.op == Int32(SW_LE), zeros.contains(test.b), test.a == select.c,
      definition(of: test.a, before: index) == definition(of: test.a, before: source),
      isReadOnly(select.a, from: source, by: index)
    else { return false }
    functions[index] = sw_tile_op(
      op: Int32(SW_RECTIFY), destination: select.destination, a: select.c, b: 0, c: 0)
    functions.remove(at: source)
    return true
  }

  /// Joins `t = a + b` and `y = rectified t`.
  private mutating func addsAndRectifies(at index: Int) -> Bool {
    let rectifier = functions[index]
    guard rectifier.op == Int32(SW_RECTIFY),
      let source = definition(of: rectifier.a, before: index)
    else { return false }
    let sum = functions[source]
    guard sum.op == Int32(SW_ADD), isReadOnly(rectifier.a, from: source, by: index),
      [sum.a, sum.b].allSatisfy({
        definition(of: $0, before: index) == definition(of: $0, before: source)
      })
    else { return false }
    functions[index] = sw_tile_op(
      op: Int32(SW_ADD_RECTIFY), destination: rectifier.destination, a: sum.a, b: sum.b, c: 0)
    functions.remove(at: source)
    return true
  }

  /// The last function that writes a register before a place; nil for an operand.
  private func definition(of register: Int32, before index: Int) -> Int? {
    functions[..<index].lastIndex { $0.destination == register }
  }

  /// Whether what the function at `source` leaves in a register is read by that at `index` alone.
  private func isReadOnly(_ register: Int32, from source: Int, by index: Int) -> Bool {
    for place in (source + 1)..<functions.count {
      let function = functions[place]
      if place != index, reads(function, register) { return false }
      if function.destination == register { return place >= index }
    }
    return !results.contains(register)
  }

  private func reads(_ function: sw_tile_op, _ register: Int32) -> Bool {
    let operands = [function.a, function.b, function.c]
    return operands.prefix(Int(sw_op_arity(function.op))).contains(register)
  }
}

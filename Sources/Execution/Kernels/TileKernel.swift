import CKernels
import Tensors

/// A chain of elementwise operations on the tile machine.
final class TileKernel: RowwiseKernel {
  /// The prepared chain and the tables that it points to.
  private let program: UnsafeMutablePointer<sw_tile_program>
  private let inputTable: UnsafeMutablePointer<sw_tile_input>
  private let outputTable: UnsafeMutablePointer<sw_tile_output>
  private let functionTable: UnsafeMutablePointer<sw_tile_op>
  /// The operands that are one known number, spread over a tile each.
  private let cells: UnsafeMutablePointer<Int32>
  /// The operands, the functions on registers, and which registers are stored.
  let inputs: [BufferView]
  let functions: [sw_tile_op]
  let outputs: [(dtype: DType, register: Int32)]

  /// `constant` tells the one number that an operand has in every run, as its cell.
  init(_ code: PointwiseChain.Code, constant: (BufferView) -> Int32?) {
    let walk = code.walk
    let count = walk.extents.elementCount
    inputTable = .allocate(capacity: max(code.inputs.count, 1))
    outputTable = .allocate(capacity: max(code.outputs.count, 1))
    functionTable = .allocate(capacity: max(code.functions.count, 1))
    program = .allocate(capacity: 1)
    let known = code.inputs.map { constant($0) }
    let zeros = known.indices.filter { known[$0] == 0 }
    let fused = TileFusion(
      code.functions, zeros: Set(zeros.map { Int32($0) }),
      results: Set(code.outputs.map { Int32($0.register) })
    ).functions
    inputs = code.inputs
    functions = fused
    outputs = code.outputs.map { ($0.view.dtype, Int32($0.register)) }
    let tile = Int(SW_TILE_CELLS)
    cells = .allocate(capacity: max(known.count * tile, 1))
    var entry = sw_tile_program()
    entry.rank = Int32(walk.extents.count)
    TileKernel.fill(&entry.extents, walk.extents)
    for (index, input) in code.inputs.enumerated() {
      let place = Place(input)
      var operand = sw_tile_input()
      operand.dtype = TileFunction.tileType(input.dtype) ?? 0
      operand.slot = Int32(place.buffer)
      operand.offset = Int64(place.byteOffset)
      TileKernel.fill(&operand.strides, walk.strides[index + 1])
      (cells + index * tile).initialize(repeating: known[index] ?? 0, count: tile)
      if known[index] != nil { operand.cells = UnsafePointer(cells + index * tile) }
      (inputTable + index).initialize(to: operand)
    }
    for (index, output) in code.outputs.enumerated() {
      let place = Place(output.view)
      (outputTable + index).initialize(
        to: sw_tile_output(
          dtype: TileFunction.tileType(output.view.dtype) ?? 0, slot: Int32(place.buffer),
          offset: Int64(place.byteOffset), source: Int32(output.register), direct: 0))
    }
    for (index, function) in fused.enumerated() {
      (functionTable + index).initialize(to: function)
    }
    entry.inputCount = Int32(code.inputs.count)
    entry.outputCount = Int32(code.outputs.count)
    entry.opCount = Int32(fused.count)
    entry.inputs = inputTable
    entry.outputs = outputTable
    entry.ops = UnsafePointer(functionTable)
    program.initialize(to: entry)
    precondition(sw_tile_prepare(program) == 0, "A planned chain is well formed.")
    super.init(
      WorkSplit(total: count, work: count * code.functions.count * 4, steps: [1024, 64, 16]))
  }

  deinit {
    inputTable.deallocate()
    outputTable.deallocate()
    functionTable.deallocate()
    cells.deallocate()
    program.deallocate()
  }

  private static func fill<Tuple>(_ place: inout Tuple, _ numbers: [Int]) {
    withUnsafeMutableBytes(of: &place) { bytes in
      let target = bytes.assumingMemoryBound(to: Int64.self)
      for (index, number) in numbers.enumerated() { target[index] = Int64(number) }
    }
  }

  /// Whether an operand is single numbers that lie as the iteration space does.
  func isDense(_ input: Int) -> Bool {
    inputs[input].dtype == .float32 && inputTable[input].access == Int32(SW_ACCESS_DENSE)
  }

  /// Whether an operand is so many single numbers, again and again.
  func repeats(_ input: Int, every count: Int) -> Bool {
    inputs[input].dtype == .float32 && inputTable[input].access != Int32(SW_ACCESS_GENERAL)
      && inputTable[input].period == count
  }

  /// Whether an operand is 0 in every run.
  func isZero(_ input: Int) -> Bool {
    inputs.indices.contains(input) && inputTable[input].cells?.pointee == 0
  }

  /// A row is an element.
  override func run(rows: Range<Int>, part: Int, _ frame: Frame) {
    frame.slots.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: 1) { slots in
      sw_tile_run(program, slots, Int64(rows.lowerBound), Int64(rows.upperBound))
    }
  }
}

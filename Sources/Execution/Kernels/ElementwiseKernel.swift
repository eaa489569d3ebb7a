import CKernels
import Tensors

/// Fused elementwise operations, run by a bytecode interpreter on tiles of vectors.
final class ElementwiseKernel: RowwiseKernel {
  /// The prepared program and the tables that it points to.
  private let program: UnsafeMutablePointer<sw_tile_program>
  private let inputTable: UnsafeMutablePointer<sw_tile_input>
  private let outputTable: UnsafeMutablePointer<sw_tile_output>
  private let functionTable: UnsafeMutablePointer<sw_tile_op>
  /// The operands that are one known number, spread over a tile each.
  private let cells: UnsafeMutablePointer<Int32>

  /// `constants` has the one number that an operand is in every run, as its cell.
  init(
    _ fused: FusedElementwise, _ operands: [BufferView], constants: [Int32?],
    to results: [BufferView]
  ) {
    let code = ElementwiseCode(fused, inputs: operands)
    let walk = fused.walk(operands)
    let count = fused.shape.elementCount
    inputTable = .allocate(capacity: max(operands.count, 1))
    outputTable = .allocate(capacity: max(results.count, 1))
    functionTable = .allocate(capacity: max(code.functions.count, 1))
    program = .allocate(capacity: 1)
    let tile = Int(SW_TILE_CELLS)
    cells = .allocate(capacity: max(operands.count * tile, 1))
    var entry = sw_tile_program()
    entry.rank = Int32(walk.extents.count)
    ElementwiseKernel.fill(&entry.extents, walk.extents)
    for (index, input) in operands.enumerated() {
      let place = BufferAddress(input)
      var operand = sw_tile_input()
      operand.dtype = ElementwiseFunction.cellType(input.dtype) ?? 0
      operand.slot = Int32(place.buffer)
      operand.offset = Int64(place.byteOffset)
      ElementwiseKernel.fill(&operand.strides, walk.strides[index + 1])
      (cells + index * tile).initialize(repeating: constants[index] ?? 0, count: tile)
      if constants[index] != nil { operand.cells = UnsafePointer(cells + index * tile) }
      (inputTable + index).initialize(to: operand)
    }
    for (index, output) in results.enumerated() {
      let place = BufferAddress(output)
      (outputTable + index).initialize(
        to: sw_tile_output(
          dtype: ElementwiseFunction.cellType(output.dtype) ?? 0, slot: Int32(place.buffer),
          offset: Int64(place.byteOffset), source: Int32(code.results[index]), direct: 0))
    }
    for (index, function) in code.functions.enumerated() {
      (functionTable + index).initialize(to: function)
    }
    entry.inputCount = Int32(operands.count)
    entry.outputCount = Int32(results.count)
    entry.opCount = Int32(code.functions.count)
    entry.inputs = inputTable
    entry.outputs = outputTable
    entry.ops = UnsafePointer(functionTable)
    program.initialize(to: entry)
    precondition(sw_tile_prepare(program) == 0, "A fused elementwise task is well formed.")
    super.init(
      WorkSplit(total: count, work: count * fused.steps.count * 4, steps: [1024, 64, 16]))
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

  /// A row is an element.
  override func run(rows: Range<Int>, part: Int, _ context: ExecutionContext) {
    context.slots.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: 1) { slots in
      sw_tile_run(program, slots, Int64(rows.lowerBound), Int64(rows.upperBound))
    }
  }
}

import CKernels
import Tensors

/// A chain of elementwise operations on the tile machine.
final class TileKernel: Kernel {
  private let inputs: [Place]
  private let outputs: [Place]
  private let split: WorkSplit
  /// The prepared chain and the tables that it points to.
  private let program: UnsafeMutablePointer<sw_tile_program>
  private let inputTable: UnsafeMutablePointer<sw_tile_input>
  private let outputTable: UnsafeMutablePointer<sw_tile_output>
  private let functions: UnsafeMutablePointer<sw_tile_op>

  init(_ code: PointwiseChain.Code) {
    let walk = code.walk
    inputs = code.inputs.map { Place($0) }
    outputs = code.outputs.map { Place($0.view) }
    let count = walk.extents.elementCount
    split = WorkSplit(
      total: count, work: count * code.functions.count * 4, steps: [1024, 64, 16])
    inputTable = .allocate(capacity: max(inputs.count, 1))
    outputTable = .allocate(capacity: max(outputs.count, 1))
    functions = .allocate(capacity: max(code.functions.count, 1))
    program = .allocate(capacity: 1)
    var entry = sw_tile_program()
    entry.rank = Int32(walk.extents.count)
    TileKernel.fill(&entry.extents, walk.extents)
    for (index, input) in code.inputs.enumerated() {
      var operand = sw_tile_input()
      operand.dtype = TileFunction.tileType(input.dtype) ?? 0
      TileKernel.fill(&operand.strides, walk.strides[index + 1])
      (inputTable + index).initialize(to: operand)
    }
    for (index, output) in code.outputs.enumerated() {
      let dtype = TileFunction.tileType(output.view.dtype) ?? 0
      (outputTable + index).initialize(
        to: sw_tile_output(dtype: dtype, source: Int32(output.register), direct: 0))
    }
    for (index, function) in code.functions.enumerated() {
      (functions + index).initialize(to: function)
    }
    entry.inputCount = Int32(inputs.count)
    entry.outputCount = Int32(outputs.count)
    entry.opCount = Int32(code.functions.count)
    entry.inputs = inputTable
    entry.outputs = outputTable
    entry.ops = UnsafePointer(functions)
    program.initialize(to: entry)
    precondition(sw_tile_prepare(program) == 0, "A planned chain is well formed.")
  }

  deinit {
    inputTable.deallocate()
    outputTable.deallocate()
    functions.deallocate()
    program.deallocate()
  }

  private static func fill<Tuple>(_ place: inout Tuple, _ numbers: [Int]) {
    withUnsafeMutableBytes(of: &place) { bytes in
      let target = bytes.assumingMemoryBound(to: Int64.self)
      for (index, number) in numbers.enumerated() { target[index] = Int64(number) }
    }
  }

  override func run(_ frame: Frame) { shareParts(split, frame) }

  override func run(part: Int, of parts: Int, _ frame: Frame) {
    let range = split.units(part, of: parts)
    withUnsafeTemporaryAllocation(
      of: UnsafeMutableRawPointer?.self, capacity: inputs.count + outputs.count
    ) { addresses in
      for index in inputs.indices { addresses[index] = inputs[index].address(frame) }
      for index in outputs.indices {
        addresses[inputs.count + index] = outputs[index].address(frame)
      }
      guard let base = addresses.baseAddress else { return }
      let to = base + inputs.count
      base.withMemoryRebound(to: UnsafeRawPointer?.self, capacity: inputs.count) { from in
        sw_tile_run(program, from, to, Int64(range.lowerBound), Int64(range.upperBound))
      }
    }
  }
}

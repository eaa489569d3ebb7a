/// Runs a body's kernels once an iteration, after pointing its inputs and outputs to the iteration's
/// memory: see ``ScheduledLoop``.
final class LoopKernel: Kernel {
  private struct Slice {
    var slot: Int
    var first: BufferAddress
    var byteStride: Int
  }

  private struct Carry {
    var input: Int
    var output: Int
    var initial: BufferAddress
    var memory: (BufferAddress, BufferAddress)?
  }

  private let tripCount: Int
  private let reverse: Bool
  private let slices: [Slice]
  private let stacks: [Slice]
  private let carries: [Carry]
  private let body: KernelList

  init(_ loop: ScheduledLoop, body: KernelList) {
    tripCount = loop.tripCount
    reverse = loop.reverse
    self.body = body
    slices = loop.slices.map {
      Slice(slot: $0.slot, first: BufferAddress($0.first), byteStride: $0.byteStride)
    }
    stacks = loop.stacks.map {
      Slice(slot: $0.slot, first: BufferAddress($0.first), byteStride: $0.byteStride)
    }
    carries = loop.carries.map { carry in
      let memory = carry.memory.map { BufferAddress($0) }
      return Carry(
        input: carry.input, output: carry.output, initial: BufferAddress(carry.initial),
        memory: memory.count == 2 ? (memory[0], memory[1]) : nil)
    }
  }

  override var executionCount: Int { 1 + tripCount * body.executionCount }

  override func run(_ context: ExecutionContext) {
    let slots = context.slots
    for index in carries.indices {
      slots[carries[index].input] = carries[index].initial.address(context)
    }
    for iteration in 0..<tripCount {
      let place = reverse ? tripCount - 1 - iteration : iteration
      for index in slices.indices {
        let slice = slices[index]
        slots[slice.slot] = slice.first.address(context) + place * slice.byteStride
      }
      for index in stacks.indices {
        let stack = stacks[index]
        slots[stack.slot] = stack.first.address(context) + place * stack.byteStride
      }
      for index in carries.indices {
        guard let memory = carries[index].memory else { continue }
        slots[carries[index].output] =
          (iteration & 1 == 0 ? memory.0 : memory.1).address(context)
      }
      guard body.run(context) else { return }
      for index in carries.indices { slots[carries[index].input] = slots[carries[index].output] }
    }
  }
}

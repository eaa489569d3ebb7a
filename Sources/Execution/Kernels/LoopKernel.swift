/// Runs a body's tasks once a turn, after pointing its inputs and outputs to the turn's memory.
final class LoopKernel: Kernel {
  /// An operand that is cut along the loop's axis.
  struct Cut {
    /// The slot of the turn's slice.
    var slot: Int
    var sequence: Place
    var byteStride: Int
  }

  /// Results that are put side by side.
  struct Stack {
    /// The slot that the body writes to.
    var slot: Int
    var sequence: Place
    var byteStride: Int
  }

  /// A value handed from turn to turn.
  struct Carry {
    /// The slot that the body reads from.
    var input: Int
    /// The slot that the body writes to.
    var output: Int
    var initial: Place
    /// Two memories for new values by turns; nil where the values are also stacked.
    var homes: (Place, Place)?
  }

  private let tripCount: Int
  private let reverse: Bool
  private let cuts: [Cut]
  private let stacks: [Stack]
  private let carries: [Carry]
  /// The kernels of one turn, set when the whole plan is known.
  var body = KernelList([])

  init(
    tripCount: Int, reverse: Bool, cuts: [Cut], stacks: [Stack], carries: [Carry]
  ) {
    self.tripCount = tripCount
    self.reverse = reverse
    self.cuts = cuts
    self.stacks = stacks
    self.carries = carries
  }

  override var countInTurns: Int { 1 + tripCount * body.countInTurns }

  override func run(_ frame: Frame) {
    let slots = frame.slots
    for index in carries.indices {
      slots[carries[index].input] = carries[index].initial.address(frame)
    }
    for turn in 0..<tripCount {
      let place = reverse ? tripCount - 1 - turn : turn
      for index in cuts.indices {
        let cut = cuts[index]
        slots[cut.slot] = cut.sequence.address(frame) + place * cut.byteStride
      }
      for index in stacks.indices {
        let stack = stacks[index]
        slots[stack.slot] = stack.sequence.address(frame) + place * stack.byteStride
      }
      for index in carries.indices {
        guard let homes = carries[index].homes else { continue }
        slots[carries[index].output] = (turn & 1 == 0 ? homes.0 : homes.1).address(frame)
      }
      guard body.run(frame) else { return }
      for index in carries.indices { slots[carries[index].input] = slots[carries[index].output] }
    }
  }
}

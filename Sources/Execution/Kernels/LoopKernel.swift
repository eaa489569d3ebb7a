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

  override func run(_ frame: Frame) {
    let slots = frame.slots
    for carry in carries { slots[carry.input] = carry.initial.address(frame) }
    for turn in 0..<tripCount {
      let place = reverse ? tripCount - 1 - turn : turn
      for cut in cuts {
        slots[cut.slot] = cut.sequence.address(frame) + place * cut.byteStride
      }
      for stack in stacks {
        slots[stack.slot] = stack.sequence.address(frame) + place * stack.byteStride
      }
      for carry in carries {
        if let homes = carry.homes {
          slots[carry.output] = (turn & 1 == 0 ? homes.0 : homes.1).address(frame)
        }
      }
      guard body.run(frame) else { return }
      for carry in carries { slots[carry.input] = slots[carry.output] }
    }
  }
}

/// A loop: its body is a block of the schedule, planned once.
///
/// Before an iteration, the slots that the body reads and writes are pointed to the iteration's memory:
/// captured values are read where they lie, slices are parts of sequences, stacked results are written
/// where the sequence has them.
struct ScheduledLoop: Hashable {
  /// An operand that is cut along the loop's axis.
  struct Slice: Hashable {
    /// The slot of an iteration's slice.
    var slot: Int
    /// The slice at place 0, and the distance of the next.
    var first: BufferView
    var byteStride: Int
  }

  /// Results that are put side by side.
  struct Stack: Hashable {
    /// The slot that the body writes to.
    var slot: Int
    var first: BufferView
    var byteStride: Int
  }

  /// A value handed from iteration to iteration.
  struct Carry: Hashable {
    /// The slot that the body reads from, and the one that it writes to.
    var input: Int
    var output: Int
    var initial: BufferView
    /// Two memories for new values, used alternately; none where the values are also stacked or never
    /// change.
    var memory: [BufferView]
  }

  var tripCount: Int
  var reverse: Bool
  var slices: [Slice]
  var stacks: [Stack]
  var carries: [Carry]
  /// The block of the body.
  var body: Int
}

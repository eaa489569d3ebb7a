/// Changes what a stream remembers about its steps: how mistakes in states are seeded on purpose.
package protocol StateFault: AnyObject {
  /// Called before a step of the timesteps of a range.
  func willStep(_ stream: Stream, _ timesteps: Range<Int>)
  /// Called behind it.
  func didStep(_ stream: Stream, _ timesteps: Range<Int>)
}

/// What is valid of one layer's output in one row of the batch.
package struct MaskRow: Hashable, Sendable {
  package var path: String
  package var row: Int
  package var validCount: Int
  package var length: Int
  /// First and last valid timestep.
  package var first: Int?
  package var last: Int?
  /// Invalid timesteps between valid ones.
  package var holes: Int
  /// Valid timesteps that its input had and its own rate does not explain; negative when gained.
  package var lost: Int

  package init(
    path: String, row: Int, validCount: Int, length: Int, first: Int?, last: Int?, holes: Int,
    lost: Int
  ) {
    self.path = path
    self.row = row
    self.validCount = validCount
    self.length = length
    self.first = first
    self.last = last
    self.holes = holes
    self.lost = lost
  }
}

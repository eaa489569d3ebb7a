/// What one row of the batch attends to at one timestep: the heads of an attention layer beside the
/// keys that they may see.
package struct AttentionView: Hashable, Sendable {
  /// What a head gives a key.
  package enum Cell: Hashable, Sendable {
    case probability(Float)
    /// The key is invalid, so no head sees it.
    case masked
    /// The key lies outside of what the layer can see from here.
    case outside
  }

  /// One head.
  package struct Head: Hashable, Sendable {
    package var cells: [Cell]
    /// The key with the largest probability of all keys, and that probability.
    package var largest: Int?
    package var probability: Float

    package init(cells: [Cell], largest: Int?, probability: Float) {
      self.cells = cells
      self.largest = largest
      self.probability = probability
    }
  }

  /// What was emitted, as `show PATH:emit` names it.
  package var name: String
  package var row: Int
  /// The timestep that attends.
  package var time: Int
  package var isValid: Bool
  /// The heads that are shown, the first of them, and how many there are.
  package var heads: [Head]
  package var firstHead: Int
  package var headCount: Int
  /// The first key that is shown; learned sinks lie before key 0.
  package var firstKey: Int
  /// The keys that can be seen from here.
  package var keys: Range<Int>

  package init(
    name: String, row: Int, time: Int, isValid: Bool, heads: [Head], firstHead: Int,
    headCount: Int, firstKey: Int, keys: Range<Int>
  ) {
    self.name = name
    self.row = row
    self.time = time
    self.isValid = isValid
    self.heads = heads
    self.firstHead = firstHead
    self.headCount = headCount
    self.firstKey = firstKey
    self.keys = keys
  }
}

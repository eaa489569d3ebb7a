import Tensors

/// Finds the axis of time in arrays where it was not given.
///
/// Time is the axis whose extent most arrays have: of one that grows with the input, all have one. Where
/// the two files have different extents on one axis only, that axis is time.
struct TimeAxisSearch {
  /// The timesteps of most arrays, in OFFLINE and in STREAM.
  let timeCounts: (offline: Int, stream: Int)
  /// How many of the arrays that both have, have an axis of so many.
  let voteCount: Int
  let nameCount: Int

  /// Takes the shapes of the arrays that both files have; nil if no axis can be time.
  init?(_ shapes: [(offline: Shape, stream: Shape)]) {
    var votes: [[Int]: Int] = [:]
    for (first, second) in shapes where first.count == second.count {
      var counted: Set<[Int]> = []
      for axis in first.indices where first[axis] > 1 || second[axis] > 1 {
        let isSameElsewhere = first.indices.allSatisfy { $0 == axis || first[$0] == second[$0] }
        if isSameElsewhere { counted.insert([first[axis], second[axis]]) }
      }
      for pair in counted { votes[pair, default: 0] += 1 }
    }
    let best = votes.max { a, b in
      (a.value, a.key[0] + a.key[1], a.key[0]) < (b.value, b.key[0] + b.key[1], b.key[0])
    }
    guard let best else { return nil }
    timeCounts = (best.key[0], best.key[1])
    voteCount = best.value
    nameCount = shapes.count
  }

  /// The axis of time of one array, and whether another axis has the same extent.
  ///
  /// Layers that take or give several timesteps at once make it longer or shorter by a small factor.
  static func axis(_ shape: Shape, timeCount: Int) -> (axis: Int, isDoubtful: Bool)? {
    let order = shape.indices.sorted { a, b in
      // The second axis first: `[b, t, …]` is most usual.
      (a == 1 ? -1 : a) < (b == 1 ? -1 : b)
    }
    let exact = order.filter { shape[$0] == timeCount }
    if let axis = exact.first { return (axis, exact.count > 1) }
    guard timeCount > 1 else { return nil }
    for factor in 2...32 {
      let extents = [timeCount * factor, (timeCount + factor - 1) / factor, timeCount / factor]
      let found = order.filter { shape[$0] > 1 && extents.contains(shape[$0]) }
      if let axis = found.first { return (axis, true) }
    }
    return nil
  }

  /// What was taken for time, for people.
  var note: String {
    let (first, second) = timeCounts
    let both = first == second ? "\(first)" : "\(first) in OFFLINE, \(second) in STREAM"
    return "no manifest says which axis is time: it was taken to be the one of \(both), as in "
      + "\(voteCount) of \(nameCount) arrays; if it is another, say --layout, such as --layout bct"
  }
}

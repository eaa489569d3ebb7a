import Programs
import Tensors

/// What a trace adds to a window without bound.
struct CacheFill {
  var path: String
  /// How many entries.
  var time: Int
  /// Whether the layer needs windows without room to spare.
  var isExact = false
}

// Windows that must never lose an entry, such as the keys of an attention with an unlimited past.
//
// Programs have static shapes, so such a window has a capacity in every trace. Whoever runs the steps counts what
// is in it, and traces anew with twice the capacity before it is full: a stream then puts its initial value in
// front of what the windows hold.
extension LayerContext {
  /// Says that this step adds so many entries to windows of the layer that must not lose any.
  ///
  /// They are state leaves of kind `.window` on axis 1, of as many entries more than a layer needs besides as
  /// ``cacheCapacity`` says, and `initialState` gives what stands for entries that have not come yet.
  ///
  /// A layer that cannot leave out entries that have not come yet says `exactly`: then the windows hold in every
  /// step what has come with that step and nothing else, and every step is traced anew.
  public func fillsCache(by time: Int, exactly isExact: Bool = false) {
    cacheFills.append(CacheFill(path: path, time: time, isExact: isExact))
  }

  /// Runs a whole sequence of so many timesteps as steps, for which that is room enough.
  func holding<Result>(
    _ time: Int, _ body: () throws(LayerError) -> Result
  ) throws(LayerError) -> Result {
    let outer = cacheCapacity
    defer { cacheCapacity = outer }
    if mode == .layer { cacheCapacity = time }
    return try body()
  }

  /// Adds what every one of some blocks adds.
  func adopt(_ fills: [CacheFill], count: Int) throws(LayerError) {
    for fill in fills {
      let time = Rational.product(fill.time, count)
      guard !fill.isExact || count <= 1 else {
        throw LayerError(
          .notAvailable, layer: fill.path,
          found: "caches that grow with every run, in \(count) runs of one step",
          expected: "one run in a step", suggestion: "take blocks as long as its own")
      }
      guard mode == .step || time <= cacheCapacity else {
        throw LayerError(
          .notAvailable, layer: fill.path, found: "\(time) timesteps that must all be remembered",
          expected: "at most \(cacheCapacity), as many as the blocks of the whole sequence have",
          suggestion: "limit the past, or do not raise the rate inside of what runs block by block")
      }
      cacheFills.append(CacheFill(path: fill.path, time: time, isExact: fill.isExact))
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Copies a part of other bytes to a place in these.
  ///
  /// - Precondition: both lie inside, which is checked in every build: numbers that come from files must
  ///   never decide what is written behind the end of memory.
  package func copyBytes(
    _ source: UnsafeRawBufferPointer, _ part: Range<Int>? = nil, to place: Int = 0
  ) {
    let part = part ?? 0..<source.count
    precondition(
      part.lowerBound >= 0 && part.upperBound <= source.count && place >= 0 && place <= count
        && part.count <= count - place,
      "Bytes \(part) of \(source.count) do not fit at \(place) of \(count).")
    guard !part.isEmpty else { return }
    UnsafeMutableRawBufferPointer(rebasing: self[place..<place + part.count])
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[part]))
  }
}

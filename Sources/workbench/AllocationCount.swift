import CAllocationCount

/// How often code of this thread allocates memory in the C library.
///
/// The executable links wrappers of `malloc` and its kin that add one to a number of the calling
/// thread: what a step allocates is then a fact, wherever in the libraries or the Swift runtime it
/// happens, and costs others one addition.
enum AllocationCount {
  /// The average over `count` runs.
  static func average(of count: Int, _ body: () -> Void) -> Double {
    let before = allocation_count()
    for _ in 0..<count { body() }
    return Double(allocation_count() - before) / Double(count)
  }
}

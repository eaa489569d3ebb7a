/// Kernels in the order in which they run.
final class KernelList {
  private let kernels: UnsafeMutablePointer<Unmanaged<Kernel>>
  let count: Int
  /// The kernels that one run executes, those of every iteration of a loop counted.
  let executionCount: Int

  init(_ list: [Kernel]) {
    count = list.count
    executionCount = list.reduce(0) { $0 + $1.executionCount }
    kernels = .allocate(capacity: max(count, 1))
    for (index, kernel) in list.enumerated() {
      kernels.advanced(by: index).initialize(to: .passRetained(kernel))
    }
  }

  deinit {
    for index in 0..<count { kernels[index].release() }
    kernels.deallocate()
  }

  /// Runs all kernels; false if the run was cancelled between two of them.
  @inline(__always)
  func run(_ context: ExecutionContext) -> Bool {
    guard let watch = context.watch else {
      for index in 0..<count { kernels[index]._withUnsafeGuaranteedRef { $0.run(context) } }
      return true
    }
    for index in 0..<count {
      kernels[index]._withUnsafeGuaranteedRef { $0.run(context) }
      if !watch.goOn() { return false }
    }
    return true
  }
}

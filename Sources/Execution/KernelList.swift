/// Kernels in the order in which they run.
final class KernelList {
  private let kernels: UnsafeMutablePointer<Unmanaged<Kernel>>
  let count: Int
  /// The kernels that one run executes, those of every turn of a loop counted.
  let countInTurns: Int

  init(_ list: [Kernel]) {
    count = list.count
    countInTurns = list.reduce(0) { $0 + $1.countInTurns }
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
  func run(_ frame: Frame) -> Bool {
    guard let watch = frame.watch else {
      for index in 0..<count { kernels[index]._withUnsafeGuaranteedRef { $0.run(frame) } }
      return true
    }
    for index in 0..<count {
      kernels[index]._withUnsafeGuaranteedRef { $0.run(frame) }
      if !watch.goOn() { return false }
    }
    return true
  }
}

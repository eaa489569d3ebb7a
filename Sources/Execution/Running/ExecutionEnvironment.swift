import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Settings of the environment for all execution in this process.
///
/// `WORKBENCH_THREADS=N` gives the number of threads that share large pieces of work,
/// `WORKBENCH_KERNELS=portable|avx2|avx512` the variant of the kernels. Neither changes a bit of any
/// result.
public enum ExecutionEnvironment {
  /// The number of threads requested; 1 where nothing, or nothing that can be read, is.
  public static let threadCount: Int = readThreadCount(threadText) ?? 1

  /// The threads that models use unless another pool is set; nil for one thread.
  public static let pool: WorkerPool? =
    threadCount > 1 ? WorkerPool(threadCount: threadCount) : nil

  /// Settings that cannot be had, one sentence each.
  public static var complaints: [String] {
    var sentences: [String] = []
    if let threadText, readThreadCount(threadText) == nil {
      sentences.append(
        "WORKBENCH_THREADS=\(threadText): expected a number from 1 to \(WorkerPool.partLimit)")
    }
    let kernels = String(cString: sw_kernels_request_text())
    switch Int(sw_kernels_request()) {
    case SW_REQUEST_UNKNOWN_NAME:
      sentences.append("WORKBENCH_KERNELS=\(kernels): expected portable, avx2 or avx512")
    case SW_REQUEST_UNSUPPORTED:
      sentences.append(
        "WORKBENCH_KERNELS=\(kernels): this processor has no \(kernels); "
          + "without it the best that it has is used")
    default: break
    }
    return sentences
  }

  /// A number of threads, nil for text that is none.
  static func readThreadCount(_ text: String?) -> Int? {
    guard let text, let count = Int(text), (1...WorkerPool.partLimit).contains(count) else {
      return nil
    }
    return count
  }

  private static var threadText: String? {
    guard let text = getenv("WORKBENCH_THREADS"), text.pointee != 0 else { return nil }
    return String(cString: text)
  }
}

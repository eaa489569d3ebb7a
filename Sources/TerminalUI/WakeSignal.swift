#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lets one thread wait until another has something for it.
package final class WakeSignal: Sendable {
  private let readEnd: Int32
  private let writeEnd: Int32

  package init() {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "The system has no pipe left.")
    readEnd = ends[0]
    writeEnd = ends[1]
    // A full pipe wakes as well as one more byte would, and raising a signal must not block.
    _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  package func raise() {
    var byte: UInt8 = 0
    _ = write(writeEnd, &byte, 1)
  }

  package func wait() {
    var bytes = [UInt8](repeating: 0, count: 64)
    _ = read(readEnd, &bytes, bytes.count)
  }
}

import Workbench

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ProgressNotice {
  /// Writes the line on standard error, if it is time for one and somebody looks.
  mutating func tell(_ progress: Progress) {
    guard isatty(STDERR_FILENO) == 1, let line = line(progress) else { return }
    StandardError.write(line)
  }
}

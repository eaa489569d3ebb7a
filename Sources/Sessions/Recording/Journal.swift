import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The file that a session is written to while it happens, so that a crash loses at most the event
/// that was being written.
///
/// Every session has a journal of its own, made with the first event; a file that was opened is
/// never written to.
package final class Journal {
  private let directory: String
  private var descriptor: Int32 = -1
  /// What the session begins with, until there is an event.
  private var beginning: String?
  /// The last mark before there is a file.
  private var firstMark = ""
  /// What could not be written yet.
  private var backlog = ""
  /// Whether there is something that is only in memory.
  private var isBehind = false
  /// How many bytes are safely in the file.
  private var length = 0
  /// The file, once there is one.
  package private(set) var path: String?

  /// A journal that is made once there is something to write behind its beginning.
  package init(directory: String = JournalFolder.path()) {
    self.directory = directory
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The journals, the one that was written to last first.
  package static func newestFirst(in directory: String = JournalFolder.path()) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let paths = names.filter { $0.hasSuffix(".session") }.map { "\(directory)/\($0)" }
    let dated = paths.map { (path: $0, written: lastWriting($0)) }
    // Names say when a journal was begun.
    return dated.sorted { ($0.written, $0.path) > ($1.written, $1.path) }.map(\.path)
  }

  /// When a file was changed, in nanoseconds since 1970; 0 where that is not known.
  private static func lastWriting(_ path: String) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    #if canImport(Glibc)
      let time = status.st_mtim
    #else
      let time = status.st_mtimespec
    #endif
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// Appends what was recorded, whole lines, the beginning of the session first.
  ///
  /// A full disk must not stop the session: what cannot be written is kept for the next time.
  ///
  /// - Returns: why something is not written, or nil.
  package func append(_ lines: String) -> String? {
    guard descriptor < 0 else { return write(lines) }
    guard let beginning else {
      beginning = lines
      return nil
    }
    let whole = beginning + firstMark + lines
    (self.beginning, firstMark) = (whole, "")
    isBehind = true
    if let problem = create() { return problem }
    self.beginning = nil
    return write(whole)
  }

  /// Appends what is of use only behind an event: where there is no file yet, only the last of it is kept.
  package func note(_ mark: String) {
    if descriptor >= 0 { _ = write(mark) } else { firstMark = mark }
  }

  /// Tries again to write what could not be written yet; says why that is still not possible, if so.
  package func flush() -> String? { isBehind ? append("") : nil }

  /// Writes whole lines or nothing: what does not fit on the disk waits for the next time.
  private func write(_ text: String) -> String? {
    backlog += text
    isBehind = true
    var rest = Array(backlog.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { bytes in
        #if canImport(Glibc)
          Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
          Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let problem = Self.problem(path ?? directory)
        _ = ftruncate(descriptor, off_t(length))
        return problem
      }
      rest = rest.dropFirst(count)
    }
    length += backlog.utf8.count
    backlog = ""
    isBehind = false
    return nil
  }

  /// The last error of the system, and where it happened.
  private static func problem(_ place: String) -> String {
    "\(place): \(String(cString: strerror(errno)))"
  }

  private func create() -> String? {
    if let obstacle = JournalFolder.obstacle(making: directory) { return obstacle }
    let now = Int(time(nil))
    for attempt in 0..<1000 {
      let digits = "\(attempt)"
      let number = String(repeating: "0", count: 3 - digits.count) + digits
      let candidate = "\(directory)/\(now)-\(number)-\(getpid()).session"
      // Exclusive and locked: nothing else ever appends to this file.
      let made = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
      guard made >= 0 else {
        if errno == EEXIST { continue }
        return Self.problem(directory)
      }
      guard flock(made, LOCK_EX | LOCK_NB) == 0 else {
        close(made)
        continue
      }
      descriptor = made
      path = candidate
      return nil
    }
    return "\(directory): no name is free for a journal"
  }
}

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
  /// What could not be written yet.
  private var backlog = ""
  /// How many bytes are safely in the file.
  private var length = 0
  /// The file, once there is one.
  package private(set) var path: String?

  /// A journal that is made once there is something to write behind its beginning.
  package init(directory: String = Journal.directory()) {
    self.directory = directory
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// `$XDG_STATE_HOME/workbench`, or `~/.local/state/workbench`.
  package static func directory() -> String {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    let state = variable("XDG_STATE_HOME") ?? "\(variable("HOME") ?? "/tmp")/.local/state"
    return "\(state)/workbench"
  }

  /// Makes a folder where there is none; tells whether it is there.
  package static func make(_ directory: String) -> Bool {
    let make: Void? = try? FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    return make != nil
  }

  /// The newest journal; names sort by time.
  package static func newest(in directory: String = Journal.directory()) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(".session") }.max().map { "\(directory)/\($0)" }
  }

  /// Appends what was recorded, whole lines, the beginning of the session first; a full disk must not
  /// stop the session, so failure is silent.
  package func append(_ lines: String) {
    if descriptor >= 0 {
      write(lines)
    } else if let beginning {
      guard create() else { return }
      write(beginning + lines)
      self.beginning = nil
    } else {
      beginning = lines
    }
  }

  /// Writes whole lines or nothing: what does not fit on the disk waits for the next time.
  private func write(_ text: String) {
    backlog += text
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
        _ = ftruncate(descriptor, off_t(length))
        return
      }
      rest = rest.dropFirst(count)
    }
    length += backlog.utf8.count
    backlog = ""
  }

  private func create() -> Bool {
    guard Self.make(directory) else { return false }
    let now = Int(time(nil))
    for attempt in 0..<1000 {
      let digits = "\(attempt)"
      let number = String(repeating: "0", count: 3 - digits.count) + digits
      let candidate = "\(directory)/\(now)-\(number)-\(getpid()).session"
      // Exclusive and locked: nobody else ever appends to this file.
      let made = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
      guard made >= 0 else { continue }
      guard flock(made, LOCK_EX | LOCK_NB) == 0 else {
        close(made)
        continue
      }
      descriptor = made
      path = candidate
      return true
    }
    return false
  }
}

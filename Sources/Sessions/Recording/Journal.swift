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
  /// What is to be written once there is an event.
  private var pending: [String] = []
  private let waitingLines: Int
  /// The file, once there is one.
  package private(set) var path: String?

  /// A journal that begins with `waitingLines` lines which are no events of its own.
  package init(directory: String = Journal.directory(), waitingLines: Int = 1) {
    self.directory = directory
    self.waitingLines = waitingLines
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

  /// Appends a line as one write; a full disk must not stop the session, so failure is silent.
  package func append(_ line: String) {
    if descriptor < 0 {
      pending.append(line)
      guard pending.count > waitingLines, create() else { return }
      write(pending.joined())
      pending = []
    } else {
      write(line)
    }
  }

  private func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { bytes in
        #if canImport(Glibc)
          Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
          Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private func create() -> Bool {
    guard Self.make(directory) else { return false }
    let now = Int(time(nil))
    for attempt in 0..<100 {
      let name = "\(now)-\(getpid())-\(attempt).session"
      let candidate = "\(directory)/\(name)"
      // Exclusive: two processes never append to one file.
      descriptor = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
      if descriptor >= 0 {
        path = candidate
        return true
      }
    }
    return false
  }
}

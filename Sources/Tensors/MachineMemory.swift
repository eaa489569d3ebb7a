import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What this machine and the limits of this process leave to allocate.
enum MachineMemory {
  /// Half of the least that one of them leaves: the other half is for what else runs here.
  static var budget: MemoryBudget {
    let bounds = [machine, controlGroup, addressSpace].compactMap { $0 }
    let free = bounds.min { $0.byteCount < $1.byteCount }
    guard let free else { return MemoryBudget(1 << 31, origin: "a guess") }
    return MemoryBudget(
      free.byteCount / 2,
      origin: "half of the \(NumberText.bytes(free.byteCount)) that \(free.origin)")
  }

  /// What is free or could be freed at once.
  private static var machine: MemoryBudget? {
    if let line = lines(of: "/proc/meminfo").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    {
      return MemoryBudget(Rational.product(kibibytes, 1024), origin: "the machine has free")
    }
    let bytes = Rational.product(sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return bytes > 0 ? MemoryBudget(bytes, origin: "the machine has") : nil
  }

  /// What a container leaves, in the second version of control groups or the first.
  private static var controlGroup: MemoryBudget? {
    let versions = [
      ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
      (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes"
      ),
    ]
    for (limit, usage) in versions {
      if let most = number(in: limit) {
        return MemoryBudget(most - (number(in: usage) ?? 0), origin: "the container has free")
      }
    }
    return nil
  }

  /// What `ulimit -v` leaves beside what is mapped already.
  static var addressSpace: MemoryBudget? {
    var limit = rlimit()
    #if canImport(Glibc)
      let kind = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
      let kind = RLIMIT_AS
    #endif
    guard getrlimit(kind, &limit) == 0, let most = Int(exactly: limit.rlim_cur) else { return nil }
    let pages = lines(of: "/proc/self/statm").first?.split(separator: " ").first
    let mapped = Rational.product(pages.flatMap { Int($0) } ?? 0, sysconf(Int32(_SC_PAGESIZE)))
    return MemoryBudget(most - mapped, origin: "the limit of the process leaves")
  }

  private static func number(in path: String) -> Int? {
    lines(of: path).first.flatMap { Int($0) }
  }

  /// The lines of a small text that the system makes up; none where there is no such thing.
  private static func lines(of path: String) -> [Substring] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = Array(repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
  }
}

import ArgumentParser
import Comparison
import Datasets
import Serialization
import Tensors

/// `workbench compare`: arrays of any framework, layer-wise against step-wise.
struct CompareCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare a layer-wise result with a step-wise one, from any framework.",
    discussion: """
      OFFLINE and STREAM are arrays [b, t, …] ([t] is one row): FILE.npy, FILE.npz:NAME or \
      FILE.safetensors:NAME; the name may be left out if the file holds one array. --layout says \
      another order of axes. Two dumps of many arrays (.npz, .safetensors, folders of .npy) are \
      compared name by name, in order, the first bad one first.

      There are three verdicts. "equal": no difference, or none beyond --tol, --rtol or --ulp. \
      "rounding": none beyond an error budget that grows with the summed terms and the depth, \
      relative to the largest value; 16-bit arrays are judged in their own units in the last place. \
      "differ": the first difference in time, the rows and channels that differ, and what was found \
      to explain it, with how much it explains: a shift or drift in time, another order of time, rows \
      or channels, gain, offset, sign, clipping, seams of blocks. NaN equals NaN and differs from any \
      number; infinities of one sign are equal.

      Exit status: 0 equal or rounding, 1 different, 3 not comparable or not readable.
      """)

  @Argument(help: "The layer-wise result.")
  var offline: String

  @Argument(help: "The step-wise result.")
  var stream: String

  @Option(help: "The number of timesteps fed at once, to look for differences at block seams.")
  var block: Int?

  @Option(help: "The largest absolute difference that counts as equal.")
  var tol: Double?

  @Option(help: "The largest difference, as a share of OFFLINE's value, that counts as equal.")
  var rtol: Double?

  @Option(help: "The largest difference in units in the last place that counts as equal.")
  var ulp: Int?

  @Option(help: "The terms of the longest sums, for the error budget.")
  var terms = 1024

  @Option(help: "The layers between input and result, for the error budget.")
  var depth = 8

  @Option(help: "The order of axes, such as btc, bct, tbc, tc, ct or bthd; one for each: btc,bct.")
  var layout: String?

  @Option(help: "The valid timesteps of each row, such as 10,7.")
  var lengths: String?

  @Option(help: "A file with a mask [b, t] of the timesteps to compare.")
  var mask: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func validate() throws {
    if let block, block < 1 { throw ValidationError("--block is \(block); expected 1 or more") }
    for (name, value) in [("tol", tol), ("rtol", rtol)] {
      if let value, !(value >= 0) {
        throw ValidationError("--\(name) is \(value); expected 0 or more")
      }
    }
    if let ulp, ulp < 0 { throw ValidationError("--ulp is \(ulp); expected 0 or more") }
    guard terms > 0, depth > 0 else { throw ValidationError("--terms and --depth begin at 1") }
    if lengths != nil, mask != nil { throw ValidationError("give --lengths or --mask, not both") }
  }

  func run() throws {
    if let dumps = try dumps() {
      try compare(dumps.offline, dumps.stream)
    } else {
      try compareArrays()
    }
  }

  private func compareArrays() throws {
    let orders = try orders()
    let files = try [offline, stream].map { place in
      try ArrayFile.read(place) { try ByteFile(path: $0) }
    }
    let first = try arranged(files[0].values, orders?.offline)
    let second = try arranged(files[1].values, orders?.stream)
    let notes = zip([offline, stream], files).flatMap { place, file in
      file.notes.map { "\(place): \($0)" }
    }
    let mask = try givenMask(for: first)
    let comparison: ArrayComparison
    do throws(ComparisonError) {
      comparison = try ArrayComparison(
        offline: first, stream: second, offlineMask: mask, options: options)
    } catch {
      if json {
        print(ArrayComparison.json(error, offline: first, stream: second).text(indented: true))
      }
      throw error
    }
    let doubt = orders == nil && !comparison.areEqual ? LayoutDoubt.of(first, second, options) : nil
    if json {
      print(comparison.json.text(indented: true))
    } else {
      let lines = comparison.lines + (doubt.map { [$0.text] } ?? []) + notes
      print(lines.joined(separator: "\n"))
    }
    guard comparison.areEqual else { throw ExitCode(1) }
  }

  /// Both files as dumps of many arrays; nil unless both are such and no name was given.
  private func dumps() throws -> (offline: ArrayCollection, stream: ArrayCollection)? {
    guard let first = try? ArrayCollection(path: offline),
      let second = try? ArrayCollection(path: stream),
      max(first.names.count, second.names.count) > 1 || first.isFolder || second.isFolder
    else { return nil }
    guard lengths == nil, mask == nil else {
      throw Failure("--lengths and --mask belong to one array; name it, such as \(offline):NAME")
    }
    return (first, second)
  }

  private func compare(_ offline: ArrayCollection, _ stream: ArrayCollection) throws {
    let orders = try orders()
    let dump = DumpComparison(offline: offline.names, stream: stream.names) { name in
      // Other arrays of a dump may have other axes than those that were said.
      func array(_ collection: ArrayCollection, _ order: AxisOrder?) throws -> Tensor {
        let tensor = try collection.array(name)
        if tensor.rank == 0 { return tensor.reshaped([1]) }
        return try arranged(tensor, order?.letters.count == tensor.rank ? order : nil)
      }
      return try ArrayComparison(
        offline: try array(offline, orders?.offline), stream: try array(stream, orders?.stream),
        options: options)
    }
    guard !dump.entries.isEmpty else {
      throw Failure(
        (["the two dumps have no name in common"] + dump.lines.dropLast())
          .joined(separator: "\n"))
    }
    print(json ? dump.json.text(indented: true) : dump.lines.joined(separator: "\n"))
    guard dump.areEqual else { throw ExitCode(dump.hasIncomparable ? 3 : 1) }
  }

  private var options: ArrayComparison.Options {
    let isAsked = tol != nil || rtol != nil || ulp != nil
    let tolerance =
      isAsked ? Tolerance(relative: rtol ?? 0, absolute: tol ?? 0, ulps: ulp ?? 0) : nil
    return ArrayComparison.Options(
      tolerance: tolerance, block: block, terms: terms, depth: depth)
  }

  private func orders() throws -> (offline: AxisOrder, stream: AxisOrder)? {
    try AxisOrder.pair(layout)
  }

  private func arranged(_ tensor: Tensor, _ order: AxisOrder?) throws -> Tensor {
    try order?.arranged(tensor) ?? tensor
  }

  private func givenMask(for values: Tensor) throws -> Tensor? {
    if let mask { return try ArrayFile.read(mask) }
    guard let lengths else { return nil }
    let numbers = lengths.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let known = numbers.compactMap { $0 }
    guard known.count == numbers.count else {
      throw DatasetError(
        .mismatch, path: "--lengths", found: lengths, expected: "whole numbers such as 10,7")
    }
    return try SequenceBatch.mask(lengths: known, of: values)
  }
}

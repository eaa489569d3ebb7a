import ArgumentParser
import Datasets
import Sessions
import Tensors
import Weights

/// `workbench compare`: two arrays of any framework, layer-wise against step-wise.
struct CompareCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare a layer-wise result with a step-wise one, from any framework.",
    discussion: """
      OFFLINE and STREAM are arrays [b, t, …] ([t] is one row): FILE.npy, FILE.npz:NAME or \
      FILE.safetensors:NAME; the name may be left out if the file holds one array.

      Prints "equal within X", or the first difference in time (row, timestep, channel, both values, \
      units in the last place), the shift in time at which the two agree best, and whether the \
      differences repeat at the seams of blocks. NaN equals NaN and differs from any number; \
      infinities of one sign are equal.

      Exit status: 0 equal, 1 different, 3 not comparable or not readable.
      """)

  @Argument(help: "The layer-wise result.")
  var offline: String

  @Argument(help: "The step-wise result.")
  var stream: String

  @Option(help: "The number of timesteps fed at once, to look for differences at block seams.")
  var block: Int?

  @Option(help: "The largest absolute difference that counts as equal.")
  var tol: Double = 1e-5

  @Option(help: "The valid timesteps of each row, such as 10,7.")
  var lengths: String?

  @Option(help: "A file with a mask [b, t] of the timesteps to compare.")
  var mask: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func validate() throws {
    if let block, block < 1 { throw ValidationError("--block is \(block); expected 1 or more") }
    guard tol >= 0 else { throw ValidationError("--tol is \(tol); expected 0 or more") }
    if lengths != nil, mask != nil { throw ValidationError("give --lengths or --mask, not both") }
  }

  func run() throws {
    do {
      let first = try ArrayFile.read(offline)
      let second = try ArrayFile.read(stream)
      let comparison = try ArrayComparison(
        offline: first, stream: second, offlineMask: givenMask(for: first),
        options: ArrayComparison.Options(tolerance: tol, block: block))
      print(json ? comparison.json.text(indented: true) : comparison.lines.joined(separator: "\n"))
      guard comparison.areEqual else { throw ExitCode(1) }
    } catch let error as ExitCode {
      throw error
    } catch {
      if json, let error = error as? ComparisonError {
        print(ArrayComparison.json(error).text(indented: true))
      }
      throw Failure("\(error)")
    }
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

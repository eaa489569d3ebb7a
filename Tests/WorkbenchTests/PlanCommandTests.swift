import Execution
import Foundation
import Programs
import PtyHarness
import Testing

@Suite("workbench plan")
struct PlanCommandTests {
  private static let stacks = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/stacks")

  private func run(_ arguments: [String]) throws -> (text: String, errors: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try BuiltProduct.path("workbench"))
    process.arguments = ["plan"] + arguments
    process.currentDirectoryURL = Self.stacks
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (
      String(decoding: text, as: UTF8.self), String(decoding: complaint, as: UTF8.self),
      process.terminationStatus
    )
  }

  @Test("lists the passes in order, with what each is for")
  func list() throws {
    let lines = try run(["--list"]).text.split(separator: "\n")
    let names = lines.filter { !$0.hasPrefix(" ") }.map(String.init)
    #expect(names == PassPipeline.descriptions.map(\.name))
    #expect(lines.count == 4 * names.count)
  }

  @Test(
    "prints a schedule that is read back and has no fault, behind each pass",
    arguments: PassPipeline.descriptions.map(\.name), [["--step", "--blocks", "2"], ["--layer"]])
  func prints(pass: String, mode: [String]) throws {
    let arguments = ["wavenet-dw.textproto", "--channels", "64", "--pass", pass]
    let ended = try run(arguments + mode)
    #expect(ended.status == 0, "\(ended.errors)")
    let schedule = try Schedule(parsing: ended.text)
    #expect(schedule.verify().isEmpty, "\(schedule.verify())")
    #expect(ended.text.contains("= convolution("))
    #expect(ended.text.contains("memory ") == (pass == PassPipeline.descriptions.last?.name))
  }

  @Test("what comes before a pass is what its predecessor leaves")
  func before() throws {
    let spec = ["wavenet-dw.textproto", "--channels", "64"]
    let before = try run(spec + ["--pass", "fuse-epilogues", "--before"]).text
    #expect(try before == run(spec + ["--pass", "place-results"]).text)
    #expect(try before != run(spec + ["--pass", "fuse-epilogues"]).text)
  }

  @Test(
    "mistakes end with status 3 and say what to do",
    arguments: [
      (["--pass", "fuse-epilogue"], "did you mean fuse-epilogues?"),
      (["--blocks", "0"], "--blocks 0: expected a number from 1"),
      (["--step", "--layer"], "expected one of them"),
      (["--before"], "expected --pass NAME too"),
      (["--before", "--pass", "lower"], "there is no schedule before the first pass"),
    ])
  func mistakes(arguments: [String], message: String) throws {
    let ended = try run(["wavenet-dw.textproto", "--channels", "64"] + arguments)
    #expect(ended.status == 3)
    #expect(ended.errors.contains(message), "\(ended.errors)")
    #expect(ended.text.isEmpty)
  }
}

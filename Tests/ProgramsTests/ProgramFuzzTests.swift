import Programs
import RandomPrograms
import Tensors
import Testing

@Suite("Damaged program texts")
struct ProgramFuzzTests {
  /// Replaces, doubles or drops a few words of a text.
  private static func damaged(_ text: String, _ random: inout RandomStream) -> String {
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let spare = ["-1", "0", "99", "%0", "%7,", "[]", "[0,", "]", ":", "{", "}", "f32[2]", "bool[]"]
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: words.indices, using: &random)
      switch Int.random(in: 0...3, using: &random) {
      case 0: words.remove(at: place)
      case 1: words.insert(words[place], at: place)
      case 2: words[place] = spare.randomElement(using: &random) ?? ""
      default: words.swapAt(place, Int.random(in: words.indices, using: &random))
      }
    }
    return words.joined(separator: " ")
  }

  @Test("are refused or verified, never a trap", arguments: RandomProgramTests.batches.prefix(6))
  func damage(seeds: Range<UInt64>) throws {
    var (read, refused) = (0, 0)
    for seed in seeds {
      var random = RandomStream(seed: seed, name: "damage")
      let text = RandomProgram(seed: seed).program.text()
      for _ in 0..<6 {
        let program: Program
        do throws(ProgramTextError) {
          program = try Program(parsing: Self.damaged(text, &random))
        } catch {
          refused += 1
          continue
        }
        read += 1
        let isValid = program.verify().isEmpty
        _ = program.text()
        guard isValid else { continue }
        let simplified = program.simplified()
        #expect(simplified.verify().isEmpty, "seed \(seed)")
        #expect(try Program(parsing: program.text()).text() == program.text(), "seed \(seed)")
      }
    }
    #expect(read > 0 && refused > 0)
  }

  @Test("a body that shows what it does not define is a diagnostic")
  func openBody() throws {
    let program = try Program(
      parsing: """
        in %0 input "x" : f32[2]
        %1 = composite "twice"(%0) : f32[2] {
          in %0 operand "x" : f32[2]
          out %9 result "y"
        }
        %2 = loop(%0) trips 1 axis 0 captured -1 carried 2 : f32[2] {
          in %0 operand "x" : f32[]
          out %0 result "y"
        }
        out %1 output "y"
        """)
    #expect(
      program.verify().map(\.description) == [
        ".: body of %1 = twice: output y: found %9, expected a value that is defined",
        ".: %2 = loop: found -1 captured, 2 carried, expected no more than the body has",
      ])
  }
}

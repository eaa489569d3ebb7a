import CKernels
import Testing

@Suite struct SelectionTests {
  @Test("a variant that this processor lacks is refused and changes nothing")
  func refusesUnsupported() {
    let results = KernelVariant.each { () -> [Int32] in
      let before = sw_kernels_selected()
      for number in Int32(-1)...Int32(SW_VARIANT_COUNT)
      where sw_kernels_supported(number) == 0 {
        #expect(sw_kernels_select(number) == -1)
      }
      return [before, sw_kernels_selected()]
    }
    for (variant, selected) in results {
      #expect(selected == [variant.number, variant.number])
    }
  }

  @Test("variants are named as the environment variable spells them")
  func names() {
    let names = (0..<Int32(SW_VARIANT_COUNT)).map { String(cString: sw_kernels_name($0)) }
    #expect(names == ["portable", "avx2", "avx512"])
    #expect(sw_kernels_name(3) == nil)
    #expect(sw_kernels_supported(0) == 1)
  }

  @Test("memory is aligned, zero and counted by thread")
  func memory() throws {
    let before = sw_alloc_count()
    let memory = try #require(sw_alloc(100))
    defer { sw_free(memory) }
    #expect(sw_alloc_count() == before + 1)
    #expect(Int(bitPattern: memory) % 64 == 0)
    let bytes = UnsafeRawBufferPointer(start: memory, count: 128)
    #expect(bytes.allSatisfy { $0 == 0 })
  }
}

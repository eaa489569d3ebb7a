extension PassCase {
  /// Schedules that look like those that a pass rewrites, and that it leaves as they are.
  static let unchangedCases: [PassCase] = [
    unchanged(
      "fuse-addends", "but not factors",
      """
      %0: input 0 "g" f32[2, 12]
      %1: input 1 "h" f32[2, 12]
      %2: oldState 0 "c" f32[2, 3]
      %3: oldState 1 "h" f32[2, 3]
      %4: input 2 "mask" bool[2]
      main live %6, %7 {
        %5: f32[2, 12] = elementwise(%0, %1) over [2, 12] {
          t0 = mul(x0, x1) f32
          give [0]
        }
        %6: f32[2, 3], %7: f32[2, 3] = lstmCell(%5, %2, %3, %4)
      }

      """),
    unchanged(
      "fuse-masks", "but not a select with ones",
      masked("%1 as bool[1, 9, 4] strides [9, 1, 0]", mask: "bool[1, 9]", other: "1.0")),
    unchanged(
      "fuse-masks", "but not a mask that has a flag for each channel",
      masked("%1", mask: "bool[1, 9, 4]", other: "0.0")),
    unchanged(
      "fuse-epilogues", "but not sums that something else reads too",
      """
      %0: input 0 "x" f32[45, 24]
      %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
      main live %3, %4 {
        %2: f32[45, 24] = contraction(%0, %1) m 45 n 24 k 24 a [24, 1] b [24, 1] c 24 packed
        %3: f32[45, 24] = elementwise(%2) over [45, 24] {
          t0 = relu(x0) f32
          give [0]
        }
        %4: f32[45] = generic reduce(%2) sum axes [1]
      }

      """),
    unchanged(
      "fuse-epilogues", "but not when an operand of the product is overwritten in between",
      """
      %0: input 0 "x" f32[1, 24]
      %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
      %2: window 0 "buffer" f32[1, 6, 24]
      main live %4 {
        %3: f32[1, 24] = contraction(%2 as f32[1, 24] strides [144, 1], %1) m 1 n 24 k 24 a [144, 1] b [24, 1] c 24 packed
        %2 as f32[1, 24] strides [144, 1] = copy(%0)
        %4: f32[1, 24] = elementwise(%3) over [1, 24] {
          t0 = relu(x0) f32
          give [0]
        }
      }

      """),
    unchanged(
      "fuse-epilogues", "but not an activation behind the residual",
      """
      %0: input 0 "x" f32[45, 24]
      %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
      main live %3 {
        %2: f32[45, 24] = contraction(%0, %1) m 45 n 24 k 24 a [24, 1] b [24, 1] c 24 packed
        %3: f32[45, 24] = elementwise(%2, %0) over [45, 24] {
          t0 = add(x0, x1) f32
          t1 = relu(t0) f32
          give [1]
        }
      }

      """),
  ]

  /// A convolution behind a select.
  private static func masked(_ view: String, mask: String, other: String) -> String {
    """
    %0: input 0 "x" f32[1, 9, 4]
    %1: input 1 "mask" \(mask)
    %2: constant ({\(other)}) f32[]
    %3: packed 0 "kernel" k 12 n 6 steps [6, 1] f32[192]
    main live %5 {
      %4: f32[1, 9, 4] = elementwise(\(view), %0, %2 as f32[1, 9, 4] strides [0, 0, 0]) over [1, 9, 4] {
        t0 = select(x0, x1, x2) f32
        give [0]
      }
      %5: f32[1, 9, 6], scratch %6: f32[1152] = convolution(%4, %3) kernel [3, 4, 6] result [1, 9, 6] low [2]
    }

    """
  }
}

import Execution
package import Layers
import Programs

extension LayerTrace {
  /// How the executor runs the traced program: its schedule as text, with large constants elided.
  ///
  /// - Parameter pass: The name of the pass of ``PassPipeline`` to stop behind; nil for all.
  /// - Returns: the text, as `Schedule.text` writes it.
  package func scheduleText(upTo pass: String? = nil) -> String {
    let schedule = PassPipeline.schedule(
      program.simplified(), upTo: pass
    ) { () throws(Never) in }
    return schedule.text(elidingConstantsOver: 16)
  }
}

// One import for programs that open their own layers in the workbench.
@_exported public import SequenceLayers
@_exported public import Sessions
@_exported public import Workbench

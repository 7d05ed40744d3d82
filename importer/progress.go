package importer

import "sent-import/importer/progress"

// Progress shows how far a run is. The zero value is ready.
type Progress = progress.Progress

package workbook

import (
	"errors"
	"fmt"
)

// ErrDamaged is wrapped by the errors for a workbook that Excel could not have written
// so, or that is incomplete, and for one that goes beyond the limits of the package.
var ErrDamaged = errors.New("the workbook is damaged")

// ErrNoCells is returned for a sheet that is a chart or a dialog.
var ErrNoCells = errors.New("the sheet holds a chart and no cells")

// damaged says what is wrong, without content of cells.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}

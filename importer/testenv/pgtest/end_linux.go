package pgtest

import "syscall"

// endWithUs has a process end when the one that started it does, however that ends.
func endWithUs(a *syscall.SysProcAttr) { a.Pdeathsig = crash }

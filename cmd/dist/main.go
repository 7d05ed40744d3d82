// Command dist makes the files of a release: archives for six systems, packages for Debian
// and Red Hat, a list of what is in the program (CycloneDX), and their sums. The fleet's
// command has archives for Linux of its own, and a list.
//
//	one build for each platform → archives, packages, SBOM → SHA256SUMS
//
// # What it promises
//
// The same commit and the same Go give the same bytes, on any machine and in any
// directory: builds have no path in them, and every time in an archive is that of the
// commit. make reproducible proves it with a clone elsewhere. The version of Go is in the
// binaries, so another one gives others.
//
// The packages are written by nfpm and the SBOM by cyclonedx-gomod. Both are run at a fixed
// version by the go command, which fetches them; nothing else is needed.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// run makes the release. It is started in the root of the module.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	r, platforms, err := parse(args)
	if err != nil {
		return err
	}
	r.stderr = stderr
	work, err := os.MkdirTemp("", "sent-import-dist-")
	if err != nil {
		return err
	}
	r.work = work
	return errors.Join(r.make(ctx, platforms), os.RemoveAll(work))
}

// parse reads the flags.
func parse(args []string) (r release, platforms []platform, err error) {
	f := flag.NewFlagSet("dist", flag.ContinueOnError)
	f.StringVar(&r.describe, "version", "", "what the program calls itself: git describe")
	f.StringVar(&r.commit, "commit", "", "the commit")
	date := f.String("date", "", "time of the commit, RFC 3339")
	f.StringVar(&r.out, "out", "dist", "directory for the files; those of earlier releases in it go")
	names := f.String("platforms", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64", "what to build for")
	if err := f.Parse(args); err != nil {
		return r, nil, err
	}
	if r.describe == "" || r.commit == "" {
		return r, nil, errors.New("give -version, -commit and -date, as make dist does")
	}
	if r.date, err = time.Parse(time.RFC3339, *date); err != nil {
		return r, nil, fmt.Errorf("-date: %w", err)
	}
	r.date = r.date.UTC()
	for name := range strings.SplitSeq(*names, ",") {
		system, arch, ok := strings.Cut(name, "/")
		if !ok {
			return r, nil, fmt.Errorf("-platforms: %q is no GOOS/GOARCH", name)
		}
		platforms = append(platforms, platform{system, arch})
	}
	return r, platforms, nil
}

// make writes all files of the release.
func (r release) make(ctx context.Context, platforms []platform) error {
	if err := r.clear(); err != nil {
		return err
	}
	texts, err := r.texts(ctx)
	if err != nil {
		return err
	}
	first := "" // program
	for _, p := range platforms {
		r.say("build for %s", p)
		program, err := r.build(ctx, name, p, "program")
		if err != nil {
			return err
		}
		first = cmp.Or(first, program)
		if err := r.archive(p, program, texts); err != nil {
			return err
		}
		if p.system != "linux" {
			continue
		}
		if err := r.packages(ctx, p, program, texts); err != nil {
			return err
		}
	}
	if err := r.sbom(ctx, name, first); err != nil {
		return err
	}
	if err := r.fleet(ctx, platforms); err != nil {
		return err
	}
	return r.sums()
}

// clear makes the directory, and removes what an earlier release has left in it.
func (r release) clear() error {
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(r.out, name+"*"))
	if err != nil {
		return err
	}
	for _, path := range append(old, filepath.Join(r.out, sumsName)) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (r release) say(format string, args ...any) { fmt.Fprintf(r.stderr, format+"\n", args...) }

package gateway

import (
	"context"
	"testing"
	"testing/synctest"
)

// answersTo has n requests answered.
func (l *loadLimit) answersTo(n int) {
	for range n {
		l.answer()
	}
}

func TestLoadLimitIsHalvedOnceARound(t *testing.T) {
	l := newLoadLimit(64)
	l.answer()
	for who := range 30 { // all of one round
		if shared := l.refuse(who, round{0, 40}, 40, 64); !shared {
			t.Errorf("request %d is blamed", who)
		}
	}
	if l.limit != 20 || l.cuts != 1 {
		t.Errorf("got a limit of %d after %d cuts, want 20 after 1", l.limit, l.cuts)
	}
	for who := range 30 { // of the next, with no answer in between: nothing works
		l.refuse(who, round{1, 20}, 20, 20)
	}
	if l.limit != 20 {
		t.Errorf("got %d, want 20: there was no answer", l.limit)
	}
	l.answer()
	l.refuse(1, round{1, 20}, 20, 20)
	l.refuse(2, round{1, 19}, 19, 20)
	if l.limit != 10 || l.ceiling != 20 {
		t.Errorf("got %d below %d, want 10 below 20", l.limit, l.ceiling)
	}
}

func TestLoadLimitGrowsSlowly(t *testing.T) {
	l := newLoadLimit(64)
	l.answer()
	l.refuse(1, round{0, 6}, 6, 64)
	l.refuse(2, round{0, 6}, 6, 64)
	if l.limit != 3 {
		t.Fatalf("got %d, want 3", l.limit)
	}
	l.answersTo(3)
	if l.limit != 4 {
		t.Errorf("after 3 answers: got %d, want 4", l.limit)
	}
	l.answersTo(4)
	if l.limit != 5 {
		t.Errorf("after 4 more: got %d, want 5", l.limit)
	}
	l.answersTo(5*carefully - 1)
	if l.limit != 5 {
		t.Errorf("short of the ceiling: got %d, want 5", l.limit)
	}
	l.answersTo(1)
	if l.limit != 6 {
		t.Errorf("at the ceiling: got %d, want 6", l.limit)
	}
	l.answersTo(6 * carefully)
	l.answersTo(7)
	if l.limit != 8 {
		t.Errorf("beyond the ceiling: got %d, want 8", l.limit)
	}
	l.answersTo(10_000)
	if l.limit != 64 {
		t.Errorf("at last: got %d, want 64", l.limit)
	}
}

// One row's refusals lower nothing, and are its own after a few.
func TestLoadLimitBlamesThePoisonRow(t *testing.T) {
	l := newLoadLimit(64)
	for n := range 10 {
		l.answersTo(50)
		if shared := l.refuse(7, round{0, 20}, 20, 64); shared != (n < maxInARow) {
			t.Errorf("refusal %d: got shared %t", n, shared)
		}
	}
	if l.limit != 64 {
		t.Errorf("got %d, want 64", l.limit)
	}
	alone := newLoadLimit(1)
	alone.answer()
	if alone.refuse(1, round{0, 1}, 1, 1) || alone.refuse(2, round{0, 1}, 1, 1) || alone.limit != 1 {
		t.Error("a request that was alone blames others")
	}
}

// The slots shrink below what is wanted, and a waiter comes in when they grow.
func TestSlotsShrinkAndGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newConcurrency(4, MaxConcurrency)
		for range 4 {
			if err := s.acquire(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		s.answered()
		s.refused(1, s.round())
		s.refused(2, s.round())
		for range 3 {
			s.release()
		}
		in := make(chan struct{})
		go func() {
			defer close(in)
			if err := s.acquire(context.Background()); err != nil {
				t.Error(err)
			}
		}()
		<-in // of two
		late := make(chan struct{})
		go func() {
			defer close(late)
			if err := s.acquire(context.Background()); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		select {
		case <-late:
			t.Fatal("a third is in, of two")
		default:
		}
		s.answered()
		s.answered() // the limit is 3
		<-late
	})
}

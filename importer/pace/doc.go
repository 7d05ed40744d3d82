// Package pace is the one limiter that every request of a run passes, so that
// a run uses the whole allowance of the account and never more.
//
//	Wait → pause over? → fewer than the limit in the last minute? → a token in the bucket? → go
//
// # What it promises
//
// The API allows 200 requests a minute with bursts of 50, for the customer
// account as a whole. Which algorithm counts them is not documented: a token
// bucket, or a fixed or sliding window of a minute. In automatic mode a
// Limiter stays inside all three, as seen by the server:
//
//   - a token bucket spreads the requests evenly at 97.5 % of the limit, with a
//     burst of 2.5 % of it, from 1 to 5;
//   - at most the limit's number of requests leaves in any 61.5 seconds,
//     whatever happened in between: an idle time, or a limit that was lowered.
//
// A window of 60 s at the server can hold requests that left within 60 s plus
// the difference between the slowest and the fastest way to the server. The
// extra 1.5 s pay for that difference: as long as it is below 1.5 s, no window
// of the server's sees more than the limit. They cost nothing, because 97.5 %
// of the limit needs 61.54 s for as many requests as the limit counts.
//
// The bucket starts with one token, not full (unless a burst is asked for): a
// run that begins seconds after another one ended finds the window nearly used.
//
// A rate that the user gives is obeyed exactly: its whole, and at most that
// number (rounded up) in any 60 s. There is no margin in it for the network.
//
// # What a reserve is
//
// Options.Reserve leaves a part of the limit to others. It has two halves:
//
//   - never more than the limit less the reserve in any 61.5 seconds, and 97.5 %
//     of it on average, even if nobody else is there;
//   - and less, by what others use: the answers tell what remains of the pool
//     (X-RateLimit-Remaining), and what is missing of it and did not leave here
//     was taken by others. The rate is 97.5 % of limit - reserve - others.
//
// So the reserve stays free on top of what others use on average, and is what
// their bursts find. They are averaged over three minutes, so that a burst is no
// rate; the first burst after a quiet minute counts as a rate at once, which
// stops us until there is more to go by. A minute in which nothing is seen of
// others, and the pool is taken back.
//
// What Remaining counts is not documented either, and it is found out, from
// the answers alone:
//
//   - A bucket refills all the time and never shows more than its size. What is
//     expected is the level of the last answer, refilled, without ours. Nothing
//     goes unless the reserve remains after it (for a reserve beyond it: 86 % of
//     the bucket). A use so steady that the bucket refills it between two answers
//     is not seen, and does not need to be: the bucket is full all the same.
//   - A fixed window falls by each request and is whole again when a new one
//     begins. What falls between two answers and is not ours is the others'. What
//     they use between our last answer of a window and its end is not seen.
//   - A sliding window shows limit - theirs - ours of the last minute at any
//     time, and we know ours.
//
// A window is known by more remaining than a bucket of 50 (or a quarter of the
// limit) shows, or by a jump; a larger bucket by Remaining that rises without a
// new window and shows less use than ours of the last minute. Each estimate is
// at most the truth for the other kind of window, so the larger one holds. In
// both, nothing goes while our own last minute and what others use leave less
// than half of the reserve, or while less than a quarter of it remains.
//
// Without the headers there is only the first half: a plain smaller share.
//
// # What a reserve guarantees
//
// Nobody is refused while the others together keep to a bucket of the size of
// the reserve which is refilled at limit - reserve a minute or less: bursts of at
// most the reserve at once, and no more than the reserve above their average in
// any minute. For a reserve of 20 % of 200 that is 140 a minute in bursts of 40,
// evenly or at random. Where the server counts a sliding window and the others'
// bursts come at random, half of the reserve is what they may be: theirs and
// ours of the last minute must fit in at every moment, and their average is
// known only afterwards. What is then left is used to 90 % or more.
//
// What no client can guarantee, since it sees others only in its own answers:
// a burst larger than the reserve; more than 45 requests at once, if the API
// allows 50; a neighbour that uses the whole limit (the run goes at a few
// requests a minute then, which look for an end of it); and a neighbour that
// begins with more than the reserve in the minute in which we have used all the
// rest. Then somebody gets a 429, and if it is us, everybody here waits.
//
// A limit that is lowered is learnt from the first answer that names it. The
// requests that are under way at that moment can be refused, and the next one if
// more than the new limit has been used of the window: nobody can know before.
//
// # Where the promise ends
//
// Without a reserve, what others do is not watched: the whole limit is ours.
// That is what Pause is for: whoever meets a 429 calls it, and everybody waits.
// A request that Wait has let go is not called back.
//
// # Several processes with one key
//
// Limiters with the same Options.Shared go at one pace together, whatever their
// jobs and profiles: the API counts the account. A small file holds what they
// have to know of each other: the tokens of the one bucket, the requests of each
// second of the last minute, the limit, the pause, and who is waiting. It is
// locked and looked at when a request wants to go, for some fifty microseconds (measured, on a local disk);
// nobody holds the lock while it waits. Above 60,000 requests a minute, and
// without any rate, it is not used.
//
//   - They are served in turn, so each gets the same share. A process that was
//     killed while it waited loses its turn after two seconds.
//   - A 429 of one makes all wait, and a limit that one has learnt is all theirs.
//     Both are believed for a minute, so nothing that was left behind holds
//     anybody up for longer; whoever got the 429 obeys it to its end.
//   - Whoever begins knows what was sent in the last minute, and how full the
//     bucket is.
//   - A rate of the user's is obeyed exactly, since that is what it is for. Its
//     requests are written down all the same, and automatic mode makes room for
//     them.
//   - With different reserves each follows its own.
//
// The times in the file are those of the wall clock, the only one that two
// processes have in common; within a process the monotonic clock counts, so a
// clock that is set changes nothing for what it has sent itself. A file that was
// written in the future (the clock was set back) is taken to be written now. When
// the clock is set forward, what others sent before is forgotten, and so it is
// while a machine sleeps, rightly. A damaged file is begun anew; while it can't be
// read or written, or its lock is not free for a quarter of a second, the limiter
// goes on alone and tries again after a minute. Notice is told once.
//
// It is for one machine: processes elsewhere are others, and a reserve is what
// helps against them. The file must be on a local disk.
//
// # Order
//
// Waiters are served in the order in which they came. Only the first of them
// talks to the bucket, and it takes its token at the moment it goes: no token
// is held in advance, so a waiter that gives up has nothing to give back, a
// pause holds everybody, and a new rate counts from the next request on.
package pace
